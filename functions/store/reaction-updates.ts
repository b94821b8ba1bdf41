import type { Reaction } from '../domain/message.ts';
import type { Item, Update } from './database.ts';
import {
  COPIES,
  countAttribute,
  firstAttribute,
  KINDS,
  MAX_EMOJI_PER_MESSAGE,
  MAX_INLINE_USERS,
  type Own,
  oldReactions,
  partsIn,
  reactionsOf,
  USERS,
  type UserReactions,
  userAttribute,
} from './reaction-items.ts';

/** Whether a message exists and is not deleted. */
export const ALIVE = 'attribute_exists(author) AND attribute_not_exists(deletedAt)';

/** The number of removed reactions that are remembered for each user, so that a late repeat does not restore them. */
const MAX_REMEMBERED = 10;

/** Returns the user's reactions after a change. */
function afterChange(own: Own, { emoji, seq, removed }: Reaction): UserReactions {
  const { on = {}, off = {}, floor = 0 } = own.reactions ?? {};
  const { [emoji]: _on, ...onOthers } = on;
  const { [emoji]: _off, ...offOthers } = off;
  if (!removed) return { written: seq, on: { ...onOthers, [emoji]: seq }, off: offOthers, floor };
  const latest = Object.entries({ ...offOthers, [emoji]: seq }).sort(([, one], [, other]) => other - one);
  const dropped = latest.slice(MAX_REMEMBERED).map(([, each]) => each);
  return {
    written: seq,
    on: onOthers,
    off: Object.fromEntries(latest.slice(0, MAX_REMEMBERED)),
    floor: Math.max(floor, ...dropped),
  };
}

/** The parts of an update. */
export interface Step {
  readonly set: string[];
  readonly remove: string[];
  readonly add: string[];
  readonly conditions: string[];
  readonly names: Record<string, string>;
  readonly values: Record<string, unknown>;
}

export const emptyStep = (): Step => ({
  set: [],
  remove: [],
  add: [],
  conditions: [ALIVE],
  names: {},
  values: {},
});

/** Returns the update that replaces a user's reactions, and counts them. */
export function stepFor(own: Own, change: Reaction): Step {
  const { emoji, by, removed } = change;
  const { reactions } = own;
  const counted = Object.hasOwn(reactions?.on ?? {}, emoji);
  const step: Step = {
    set: ['#own = :own'],
    remove: [],
    add: [],
    conditions: [reactions ? '#own.#written = :written' : 'attribute_not_exists(#own)'],
    names: { '#own': userAttribute(by) },
    values: { ':own': afterChange(own, change), ...(reactions && { ':written': reactions.written }) },
  };
  const delta = Number(!removed) - Number(counted);
  if (delta !== 0) {
    step.add.push('#count :delta');
    step.names['#count'] = countAttribute(emoji);
    step.values[':delta'] = delta;
  }
  own.old
    .filter((each) => each.emoji === emoji)
    .forEach(({ name }, index) => {
      step.remove.push(`#old${index}`);
      step.names[`#old${index}`] = name;
    });
  return step;
}

const clause = (verb: string, parts: readonly string[]): string[] =>
  parts.length > 0 ? [`${verb} ${parts.join(', ')}`] : [];

export const updateOf = ({ set, remove, add, conditions, names, values }: Step): Update => ({
  update: [...clause('SET', set), ...clause('REMOVE', remove), ...clause('ADD', add)].join(' '),
  condition: conditions.join(' AND '),
  names,
  values,
  returns: 'ALL_NEW',
});

/** Makes a step add an emoji that the message does not have yet. */
export function addKind(step: Step, item: Item, { emoji, seq }: Reaction): void {
  const old = oldReactions(item).filter((each) => !each.removed);
  const firstOld = Math.min(seq, ...old.filter((each) => each.emoji === emoji).map((each) => each.seq));
  // The count of different emoji leaves out emoji that only earlier releases stored.
  const onlyOld = new Set(old.map((each) => each.emoji).filter((each) => !(firstAttribute(each) in item)));
  onlyOld.delete(emoji);
  step.set.push('#first = :first');
  step.add.push('#kinds :one');
  step.conditions.push('attribute_not_exists(#first)', '(attribute_not_exists(#kinds) OR #kinds < :kinds)');
  Object.assign(step.names, { '#first': firstAttribute(emoji), '#kinds': KINDS });
  Object.assign(step.values, {
    ':first': firstOld,
    ':one': 1,
    ':kinds': MAX_EMOJI_PER_MESSAGE - onlyOld.size,
  });
}

/**
 * Returns the update of the item of a message that replaces a user's reactions, and counts users and different emoji.
 */
export function inlineStep(item: Item, own: Own, change: Reaction): Step {
  const step = stepFor(own, change);
  step.conditions.unshift(ALIVE);
  if (!own.reactions) countUser(step, own);
  if (!change.removed) keepKind(step, item, change);
  else if ('#count' in step.names) dropLast(step, item, change);
  return step;
}

/**
 * Counts a user who is new in the item of a message. A user with reactions of an earlier release always has a place.
 */
function countUser(step: Step, { old }: Own): void {
  step.add.push('#users :user');
  step.names['#users'] = USERS;
  step.values[':user'] = 1;
  if (old.length > 0) return;
  step.conditions.push('(attribute_not_exists(#users) OR #users < :users)');
  step.values[':users'] = MAX_INLINE_USERS;
}

/** Makes a step keep an emoji that the message has, or add it if it is new. */
function keepKind(step: Step, item: Item, change: Reaction): void {
  const name = firstAttribute(change.emoji);
  const first: number | undefined = item[name];
  if (first === undefined) {
    addKind(step, item, change);
    return;
  }
  step.names['#first'] = name;
  step.conditions.push('#first = :before');
  step.values[':before'] = first;
  if (change.seq >= first) return;
  step.set.push('#first = :first');
  step.values[':first'] = change.seq;
}

/**
 * Makes a step remove an emoji from the item if its last user removed it. If the last two users remove it at the same
 * time, exactly one of their updates removes the emoji.
 */
function dropLast(step: Step, item: Item, { emoji }: Reaction): void {
  const count: number = item[countAttribute(emoji)] ?? 0;
  const inParts = partsIn(item).some(([, { counts }]) => counts[emoji]);
  if (count > 1) {
    step.conditions.push('#count > :last');
    step.values[':last'] = 1;
  }
  if (count !== 1 || inParts) return;
  step.conditions.push('#count = :last');
  step.values[':last'] = 1;
  step.add.splice(step.add.indexOf('#count :delta'), 1);
  delete step.values[':delta'];
  step.remove.push('#count');
  if (firstAttribute(emoji) in item) removeKind(step, item, emoji);
}

/** Makes a step fail if the counts of a part were copied after the item was read. */
function expectCopies(step: Step, item: Item): void {
  step.names['#copies'] = COPIES;
  if (item[COPIES] === undefined) step.conditions.push('attribute_not_exists(#copies)');
  else {
    step.conditions.push('#copies = :copies');
    step.values[':copies'] = item[COPIES];
  }
}

/** Makes a step remove an emoji that nobody uses any more. */
function removeKind(step: Step, item: Item, emoji: string): void {
  step.remove.push('#first');
  step.add.push('#kinds :less');
  Object.assign(step.names, { '#first': firstAttribute(emoji), '#kinds': KINDS });
  step.values[':less'] = -1;
  expectCopies(step, item);
}

/**
 * Returns the step that adds a missing emoji of a part, or removes an emoji that nobody has; undefined if neither is
 * needed.
 */
export function correction(item: Item, emojis: readonly string[], seq: number): Step | undefined {
  const { reactions = {} } = reactionsOf(item);
  const step = emptyStep();
  const inParts = partsIn(item).flatMap(([, { counts }]) => Object.keys(counts));
  const missing = inParts.find((emoji) => !(firstAttribute(emoji) in item));
  if (missing !== undefined) {
    // A function removed it as unused before the counts of the part were copied.
    step.set.push('#first = :first');
    step.add.push('#kinds :one');
    step.conditions.push('attribute_not_exists(#first)');
    Object.assign(step.names, { '#first': firstAttribute(missing), '#kinds': KINDS });
    Object.assign(step.values, { ':first': seq, ':one': 1 });
    expectCopies(step, item);
    return step;
  }
  const unused = emojis.find((emoji) => firstAttribute(emoji) in item && !Object.hasOwn(reactions, emoji));
  if (unused === undefined) return undefined;
  removeKind(step, item, unused);
  step.conditions.push('attribute_exists(#first)', '(attribute_not_exists(#count) OR #count <= :none)');
  step.names['#count'] = countAttribute(unused);
  step.values[':none'] = 0;
  step.remove.push('#count');
  return step;
}
