import { qualifiedEmoji } from '../domain/emoji.ts';
import { MAX_LISTED_REACTORS, type Message, type Reaction, type Reactors } from '../domain/message.ts';
import type { Database, Item, Update } from './database.ts';
import { logKey, messagePartKey, shardOf } from './keys.ts';

// A message's item holds the reactions of its first users, each user in an attribute of its own. The reactions of further
// users are in parts: items of their own, each with its counts. The message's item holds a copy of these counts, with the
// version of the part, so that a repeated or late copy changes nothing (decision 015).

/** A member reacts to one message with at most this many emoji. */
export const MAX_EMOJI_PER_MEMBER = 20;

/** A message has at most this many different emoji. */
export const MAX_EMOJI_PER_MESSAGE = 50;

/** The number of users whose reactions are in the message's item. */
const MAX_INLINE_USERS = 100;

/** The number of items for the reactions of further users. */
const PARTS = 32;

/** The number of removed reactions that are remembered for each user, so that a late repeat does not restore them. */
const MAX_REMEMBERED = 10;

const MAX_TRIES = 20;

const PREFIX = 'reacted#';
const userAttribute = (user: string): string => `${PREFIX}user#${encodeURIComponent(user)}`;
const countAttribute = (emoji: string): string => `${PREFIX}count#${emoji}`;
/** The sequence number of the emoji's first use. */
const firstAttribute = (emoji: string): string => `${PREFIX}first#${emoji}`;
const partAttribute = (part: number): string => `${PREFIX}part#${part}`;
/** The number of different emoji. */
const KINDS = `${PREFIX}kinds`;
/** The number of users in the message's item. It never goes down, so that a user's reactions stay in one item. */
const USERS = `${PREFIX}users`;
/** The number of times that the counts of a part were copied. */
const COPIES = `${PREFIX}copies`;

/** Earlier releases stored an attribute `reaction#<user>#<emoji>` for each reaction, and never removed it. */
const OLD_PREFIX = 'reaction#';

export const isReactionAttribute = (name: string): boolean =>
  name.startsWith(PREFIX) || name.startsWith(OLD_PREFIX);

/** The reactions of one user: the sequence number of each one by emoji. */
interface UserReactions {
  /** The sequence number of the change that wrote this value. */
  readonly written: number;
  readonly on: Readonly<Record<string, number>>;
  /** The latest removed ones. */
  readonly off: Readonly<Record<string, number>>;
  /** Changes up to this sequence number are applied, or too late to be. */
  readonly floor: number;
}

interface OldReaction {
  readonly name: string;
  readonly user: string;
  readonly emoji: string;
  readonly seq: number;
  readonly removed: boolean;
}

interface PartCounts {
  readonly version: number;
  readonly upTo: number;
  readonly counts: Readonly<Record<string, number>>;
}

function oldReactions(item: Item): OldReaction[] {
  return Object.entries(item).flatMap(([name, value]) => {
    if (!name.startsWith(OLD_PREFIX)) return [];
    // The encoded user id contains no `#`, but an emoji may: keycaps do.
    const end = name.indexOf('#', OLD_PREFIX.length);
    const user = decodeURIComponent(name.slice(OLD_PREFIX.length, end));
    const emoji = qualifiedEmoji(name.slice(end + 1));
    return { name, user, emoji, seq: value.seq, removed: value.removed };
  });
}

const NO_REACTIONS: UserReactions = { written: 0, on: {}, off: {}, floor: 0 };

/** Returns the values of the attributes with a prefix, by the rest of their names. */
const withPrefix = <T>(item: Item, prefix: string): [string, T][] =>
  Object.entries(item).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value as T]] : [],
  );

const usersIn = (item: Item): [user: string, reactions: UserReactions][] =>
  withPrefix<UserReactions>(item, userAttribute('')).map(([user, value]) => [
    decodeURIComponent(user),
    value,
  ]);

const partsIn = (item: Item): [part: number, counts: PartCounts][] =>
  withPrefix<PartCounts>(item, `${PREFIX}part#`).map(([part, value]) => [Number(part), value]);

/** Returns the numbers of the items that hold further reactions to a message. */
export const partsOf = (item: Item): number[] => partsIn(item).map(([part]) => part);

/** What an item holds of one user. */
interface Own {
  readonly reactions: UserReactions | undefined;
  readonly old: readonly OldReaction[];
  /** The emoji with which the user reacts. */
  readonly emoji: ReadonlySet<string>;
  /** The sequence number of the last change of the emoji; 0 if there was none. */
  readonly seqOf: (emoji: string) => number;
}

function ownIn(item: Item, user: string): Own {
  const reactions: UserReactions | undefined = item[userAttribute(user)];
  const { on, off } = reactions ?? NO_REACTIONS;
  const old = oldReactions(item).filter((each) => each.user === user);
  const present = old.filter(({ removed }) => !removed).map(({ emoji }) => emoji);
  const seqOf = (emoji: string) => {
    const before = old.filter((each) => each.emoji === emoji).map(({ seq }) => seq);
    return Math.max(on[emoji] ?? 0, off[emoji] ?? 0, ...before);
  };
  return { reactions, old, emoji: new Set([...Object.keys(on), ...present]), seqOf };
}

/** Returns the part that holds a user's reactions; undefined if the message's item does. */
function partOf(item: Item, user: string): number | undefined {
  const { reactions, old } = ownIn(item, user);
  if (reactions || old.length > 0 || (item[USERS] ?? 0) < MAX_INLINE_USERS) return undefined;
  return shardOf(user, PARTS);
}

/** Returns the reactions in a message's item, as far as it holds them: see `Reactors`. */
export function reactionsOf(item: Item): Pick<Message, 'reactions' | 'reactionsUpTo'> {
  const used = new Map<
    string,
    { first: number; users: [string, number][]; unlisted: number; parts: number[] }
  >();
  let upTo = 0;
  const use = (emoji: string, seq: number) => {
    const found = used.get(emoji) ?? { first: seq, users: [], unlisted: 0, parts: [] };
    used.set(emoji, { ...found, first: item[firstAttribute(emoji)] ?? Math.min(found.first, seq) });
    return used.get(emoji) ?? found;
  };
  for (const [user, { on, written, floor }] of usersIn(item)) {
    upTo = Math.max(upTo, written, floor);
    for (const [emoji, seq] of Object.entries(on)) use(emoji, seq).users.push([user, seq]);
  }
  for (const { user, emoji, seq, removed } of oldReactions(item)) {
    upTo = Math.max(upTo, seq);
    if (removed || used.get(emoji)?.users.some(([each]) => each === user)) continue;
    use(emoji, seq).users.push([user, seq]);
  }
  for (const [part, { upTo: last, counts }] of partsIn(item)) {
    upTo = Math.max(upTo, last);
    for (const [emoji, count] of Object.entries(counts)) {
      if (count <= 0) continue;
      const found = use(emoji, last);
      found.unlisted += count;
      found.parts.push(part);
    }
  }
  if (upTo === 0) return {};
  const ordered = [...used].sort(([, one], [, other]) => one.first - other.first);
  const reactions = ordered.map(([emoji, { users, unlisted, parts }]): [string, Reactors] => [
    emoji,
    {
      count: users.length + unlisted,
      users: users.sort(([, one], [, other]) => one - other).map(([user]) => user),
      ...(parts.length > 0 && { parts }),
    },
  ]);
  return {
    ...(reactions.length > 0 && { reactions: Object.fromEntries(reactions) }),
    reactionsUpTo: upTo,
  };
}

/** Returns the user's reactions after a change. */
function afterChange(own: Own, { emoji, seq, removed }: Reaction): UserReactions {
  const { on, off, floor } = own.reactions ?? NO_REACTIONS;
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
interface Step {
  readonly set: string[];
  readonly remove: string[];
  readonly add: string[];
  readonly conditions: string[];
  readonly names: Record<string, string>;
  readonly values: Record<string, unknown>;
}

/** Returns the update that replaces a user's reactions, and counts them. */
function stepFor(own: Own, change: Reaction): Step {
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

const updateOf = ({ set, remove, add, conditions, names, values }: Step): Update => ({
  update: [...clause('SET', set), ...clause('REMOVE', remove), ...clause('ADD', add)].join(' '),
  condition: conditions.join(' AND '),
  names,
  values,
  returns: 'ALL_NEW',
});

const ALIVE = 'attribute_exists(author) AND attribute_not_exists(deletedAt)';

/** Adds an emoji that the message does not have yet to a step. */
function addKind(step: Step, item: Item, { emoji, seq }: Reaction): void {
  const old = oldReactions(item).filter((each) => !each.removed);
  const firstOld = Math.min(seq, ...old.filter((each) => each.emoji === emoji).map((each) => each.seq));
  // The count of different emoji lacks those that only earlier releases stored.
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

/** Completes a step with the numbers of users and of different emoji in the message's item. */
function countKinds(step: Step, item: Item, own: Own, change: Reaction): void {
  const { emoji, removed, seq } = change;
  const name = firstAttribute(emoji);
  const first: number | undefined = item[name];
  if (!own.reactions) {
    step.add.push('#users :user');
    step.names['#users'] = USERS;
    step.values[':user'] = 1;
    if (own.old.length === 0) {
      step.conditions.push('(attribute_not_exists(#users) OR #users < :users)');
      step.values[':users'] = MAX_INLINE_USERS;
    }
  }
  if (!removed) {
    if (first === undefined) {
      addKind(step, item, change);
      return;
    }
    step.names['#first'] = name;
    step.conditions.push('#first = :before');
    step.values[':before'] = first;
    if (seq < first) {
      step.set.push('#first = :first');
      step.values[':first'] = seq;
    }
    return;
  }
  if (!('#count' in step.names)) return;
  step.values[':last'] = 1;
  const isLast = item[countAttribute(emoji)] === 1 && !partsIn(item).some(([, { counts }]) => counts[emoji]);
  if (!isLast) {
    // Of the two last users exactly one removes the emoji.
    if (item[countAttribute(emoji)] > 1) step.conditions.push('#count > :last');
    else delete step.values[':last'];
    return;
  }
  step.conditions.push('#count = :last');
  step.add.splice(step.add.indexOf('#count :delta'), 1);
  delete step.values[':delta'];
  step.remove.push('#count');
  if (first !== undefined) removeKind(step, item, emoji);
}

/** Removes an emoji that no user has any more, unless the counts of a part changed meanwhile. */
function removeKind(step: Step, item: Item, emoji: string): void {
  step.remove.push('#first');
  step.add.push('#kinds :less');
  Object.assign(step.names, { '#first': firstAttribute(emoji), '#kinds': KINDS, '#copies': COPIES });
  step.values[':less'] = -1;
  if (item[COPIES] === undefined) step.conditions.push('attribute_not_exists(#copies)');
  else {
    step.conditions.push('#copies = :copies');
    step.values[':copies'] = item[COPIES];
  }
}

/** Returns the number of different emoji. */
const kindsIn = (item: Item): number => Object.keys(reactionsOf(item).reactions ?? {}).length;

const hasKind = (item: Item, emoji: string): boolean =>
  Object.hasOwn(reactionsOf(item).reactions ?? {}, emoji) || firstAttribute(emoji) in item;

/** Whether a limit keeps a user from adding an emoji. */
function isFull(item: Item, own: Own, { emoji, removed }: Pick<Reaction, 'emoji' | 'removed'>): boolean {
  if (removed || own.emoji.has(emoji)) return false;
  if (own.emoji.size >= MAX_EMOJI_PER_MEMBER) return true;
  return !hasKind(item, emoji) && Math.max(kindsIn(item), item[KINDS] ?? 0) >= MAX_EMOJI_PER_MESSAGE;
}

export interface AppliedReaction {
  readonly outcome: 'applied' | 'already' | 'overtaken' | 'refused';
  /** The message's item after the change. */
  readonly item: Item;
  /** Whether the user had the emoji already, or had already removed it. */
  readonly unchanged?: boolean;
}

const getMessageItem = async (db: Database, room: string, id: number): Promise<Item | undefined> => {
  const item = await db.chat.get(logKey(room, id));
  return item?.['kind'] === 'message' ? item : undefined;
};

const normal = (change: Reaction): Reaction => ({ ...change, emoji: qualifiedEmoji(change.emoji) });

/** Returns how a change ended that needs no more work; undefined if it has to be applied. */
function settledOutcome(own: Own, { emoji, seq }: Reaction): 'already' | 'overtaken' | undefined {
  const last = own.seqOf(emoji);
  if (last === seq) return 'already';
  return last > seq || (own.reactions?.floor ?? 0) >= seq ? 'overtaken' : undefined;
}

/** Copies the counts of a part into its message's item. Returns that item; undefined if the message was deleted. */
async function copyCounts(
  db: Database,
  room: string,
  { message: id, emoji, seq, removed }: Reaction,
  part: number,
  partItem: Item,
): Promise<Item | undefined> {
  const counts = Object.fromEntries(
    withPrefix<number>(partItem, countAttribute('')).filter(([, count]) => count > 0),
  );
  const { version, upTo } = partItem;
  const first = { '#first': firstAttribute(emoji), '#kinds': KINDS };
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const copied = await db.chat.update(logKey(room, id), {
      update: 'SET #part = :part ADD #copies :one',
      names: { '#part': partAttribute(part), '#copies': COPIES, '#first': firstAttribute(emoji) },
      values: { ':part': { version, upTo, counts }, ':one': 1, ':version': version },
      condition: `${ALIVE} AND (attribute_not_exists(#part) OR #part.#version < :version)${removed ? '' : ' AND attribute_exists(#first)'}`,
      returns: 'ALL_NEW',
    });
    const item = copied ?? (await getMessageItem(db, room, id));
    if (!item || item['deletedAt'] !== undefined) {
      await db.chat.remove(messagePartKey(room, id, part));
      return undefined;
    }
    if (copied || (item[partAttribute(part)]?.version ?? 0) >= version)
      return removeUnused(db, room, item, emoji);
    // The emoji's last other user removed it meanwhile.
    await db.chat.update(logKey(room, id), {
      update: 'SET #first = :first ADD #kinds :one',
      names: first,
      values: { ':first': seq, ':one': 1 },
      condition: `${ALIVE} AND attribute_not_exists(#first)`,
    });
  }
  throw new Error('Reaction not applied: too many concurrent changes. Try again.');
}

/** Removes an emoji from the message's item if nobody has it any more. Returns the item. */
async function removeUnused(db: Database, room: string, item: Item, emoji: string): Promise<Item> {
  const isUsed = Object.hasOwn(reactionsOf(item).reactions ?? {}, emoji);
  if (isUsed || !(firstAttribute(emoji) in item)) return item;
  const step: Step = { set: [], remove: [], add: [], conditions: [ALIVE], names: {}, values: { ':none': 0 } };
  removeKind(step, item, emoji);
  step.conditions.push('attribute_exists(#first)', '(attribute_not_exists(#count) OR #count <= :none)');
  step.names['#count'] = countAttribute(emoji);
  step.remove.push('#count');
  return (await db.chat.update(logKey(room, item['seq']), updateOf(step))) ?? item;
}

/** Applies a change to the part that holds the user's reactions. Returns undefined if it has to be tried again. */
async function applyInPart(
  db: Database,
  room: string,
  change: Reaction,
  item: Item,
  part: number,
): Promise<AppliedReaction | undefined> {
  const { message: id, emoji, by, removed, seq } = change;
  const key = messagePartKey(room, id, part);
  const before = (await db.chat.get(key)) ?? {};
  const own = ownIn(before, by);
  const settled = settledOutcome(own, change);
  if (settled) {
    const isCopied = (item[partAttribute(part)]?.version ?? 0) >= before['version'];
    const after = isCopied ? item : await copyCounts(db, room, change, part, before);
    return { outcome: settled, item: after ?? item };
  }
  if (isFull(item, own, change)) return { outcome: 'refused', item };
  if (!removed && !(firstAttribute(emoji) in item)) {
    const step: Step = { set: [], remove: [], add: [], conditions: [ALIVE], names: {}, values: {} };
    addKind(step, item, change);
    const added = await db.chat.update(logKey(room, id), updateOf(step));
    if (!added) return undefined;
  }
  const step = stepFor(own, change);
  step.set.push('upTo = :upTo');
  step.add.push('version :one');
  Object.assign(step.values, { ':upTo': Math.max(seq, before['upTo'] ?? 0), ':one': 1 });
  const updated = await db.chat.update(key, updateOf(step));
  if (!updated) return undefined;
  const after = await copyCounts(db, room, change, part, updated);
  if (!after) return { outcome: 'overtaken', item };
  return { outcome: 'applied', item: after, unchanged: own.emoji.has(emoji) !== removed };
}

/** Applies a change to the message's item. Returns undefined if it has to be tried again. */
async function applyInline(
  db: Database,
  room: string,
  change: Reaction,
  item: Item,
): Promise<AppliedReaction | undefined> {
  const own = ownIn(item, change.by);
  const settled = settledOutcome(own, change);
  if (settled) return { outcome: settled, item };
  if (isFull(item, own, change)) return { outcome: 'refused', item };
  const step = stepFor(own, change);
  step.conditions.unshift(ALIVE);
  countKinds(step, item, own, change);
  const updated = await db.chat.update(logKey(room, change.message), updateOf(step));
  return (
    updated && {
      outcome: 'applied',
      item: updated,
      unchanged: own.emoji.has(change.emoji) !== change.removed,
    }
  );
}

/**
 * Adds or removes a reaction. Repeating it is safe.
 * @returns undefined when the room has no such message
 */
export async function applyReaction(
  db: Database,
  room: string,
  logged: Reaction,
): Promise<AppliedReaction | undefined> {
  const change = normal(logged);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const item = await getMessageItem(db, room, change.message);
    if (!item) return undefined;
    if (item['deletedAt'] !== undefined) return { outcome: 'overtaken', item };
    const part = partOf(item, change.by);
    const applied =
      part === undefined
        ? await applyInline(db, room, change, item)
        : await applyInPart(db, room, change, item, part);
    if (applied) return applied;
  }
  throw new Error('Reaction not applied: too many concurrent changes. Try again.');
}

/** Whether a limit keeps a user from reacting to a message with an emoji. Reads the user's part, if they have one. */
export async function isReactionRefused(
  db: Database,
  { room, id, reactions = {} }: Message,
  { emoji, by, removed }: Pick<Reaction, 'emoji' | 'by' | 'removed'>,
): Promise<boolean> {
  if (removed) return false;
  const used = Object.entries(reactions);
  const inline = used.filter(([, { users }]) => users.includes(by)).map(([each]) => each);
  const hasParts = inline.length === 0 && used.some(([, { parts }]) => parts !== undefined);
  const part = hasParts ? await db.chat.get(messagePartKey(room, id, shardOf(by, PARTS))) : undefined;
  const own = part ? ownIn(part, by).emoji : new Set(inline);
  if (own.has(emoji)) return false;
  return (
    own.size >= MAX_EMOJI_PER_MEMBER ||
    (used.length >= MAX_EMOJI_PER_MESSAGE && !Object.hasOwn(reactions, emoji))
  );
}

/**
 * Reads which of some reactions need no more work: their message holds them, or a later change of the same emoji.
 * @param items the messages' items, by id
 */
export async function settledReactions(
  db: Database,
  room: string,
  items: ReadonlyMap<number, Item>,
  changes: readonly Reaction[],
): Promise<ReadonlySet<Reaction>> {
  const keys = new Map<string, ReturnType<typeof messagePartKey>>();
  const placed = changes.flatMap((change) => {
    const item = items.get(change.message);
    if (!item) return [];
    const part = partOf(item, change.by);
    const key = part === undefined ? undefined : messagePartKey(room, change.message, part);
    if (key) keys.set(key.item, key);
    return [{ change, item, part, key }];
  });
  const partItems = await db.chat.batchGet([...keys.values()], { consistent: true });
  const found = new Map(partItems.map((item) => [item['item'], item]));
  const settled = placed.filter(({ change, item, part, key }) => {
    if (item['deletedAt'] !== undefined) return true;
    const holder = key ? found.get(key.item) : item;
    if (!holder || !settledOutcome(ownIn(holder, change.by), normal(change))) return false;
    return part === undefined || item[partAttribute(part)]?.version >= holder['version'];
  });
  return new Set(settled.map(({ change }) => change));
}

/** Removes all reactions to a deleted message. Repeating it is safe. */
export async function removeReactions(db: Database, room: string, item: Item): Promise<void> {
  const names = Object.keys(item).filter(isReactionAttribute);
  const parts = partsOf(item);
  await Promise.all(parts.map((part) => db.chat.remove(messagePartKey(room, item['seq'], part))));
  const SIZE = 200;
  for (let start = 0; start < names.length; start += SIZE) {
    const some = names.slice(start, start + SIZE).map((name, index) => [`#a${index}`, name] as const);
    await db.chat.update(logKey(room, item['seq']), {
      update: `REMOVE ${some.map(([placeholder]) => placeholder).join(', ')}`,
      names: Object.fromEntries(some),
    });
  }
}

const isIncomplete = ({ count, parts }: Reactors): boolean =>
  parts !== undefined || count > MAX_LISTED_REACTORS;

/** Returns the parts to read so that each emoji lists all users, or the readers above `MAX_LISTED_REACTORS`. */
const neededParts = ({ count, parts = [] }: Reactors, readers: readonly string[]): readonly number[] => {
  if (count <= MAX_LISTED_REACTORS) return parts;
  const own = new Set(readers.map((reader) => shardOf(reader, PARTS)));
  return parts.filter((part) => own.has(part));
};

function completed(
  emoji: string,
  { count, users }: Reactors,
  readers: readonly string[],
  further: readonly [user: string, reactions: UserReactions][],
): Reactors {
  const unlisted = further
    .filter(([, { on }]) => Object.hasOwn(on, emoji))
    .sort(([, { on: one }], [, { on: other }]) => (one[emoji] ?? 0) - (other[emoji] ?? 0))
    .map(([user]) => user);
  const all = [...new Set([...users, ...unlisted])];
  if (count <= MAX_LISTED_REACTORS) return { count: all.length, users: all };
  const listed = all.slice(0, MAX_LISTED_REACTORS);
  const others = readers.filter((reader) => all.includes(reader) && !listed.includes(reader));
  return { count, users: [...listed, ...others] };
}

/** Returns messages as some readers see them: lists of reactions that were cut contain each reader who reacted. */
export async function withReaders(
  db: Database,
  messages: readonly Message[],
  readers: readonly string[],
): Promise<readonly Message[]> {
  const keys = messages.flatMap(({ room, id, reactions = {} }) => {
    const parts = new Set(Object.values(reactions).flatMap((each) => neededParts(each, readers)));
    return [...parts].map((part) => messagePartKey(room, id, part));
  });
  const items = keys.length > 0 ? await db.chat.batchGet(keys, { consistent: true }) : [];
  return messages.map((message) => {
    const { room, id, reactions = {} } = message;
    if (!Object.values(reactions).some(isIncomplete)) return message;
    const prefix = messagePartKey(room, id, 0).item.slice(0, -1);
    const further = items.filter((item) => item['item'].startsWith(prefix)).flatMap((item) => usersIn(item));
    const entries = Object.entries(reactions).map(
      ([emoji, each]) =>
        [emoji, isIncomplete(each) ? completed(emoji, each, readers, further) : each] as const,
    );
    return { ...message, reactions: Object.fromEntries(entries.filter(([, { count }]) => count > 0)) };
  });
}
