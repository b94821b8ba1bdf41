import { qualifiedEmoji } from '../domain/emoji.ts';
import type { Reaction } from '../domain/message.ts';
import type { Database, Item } from './database.ts';
import { expiryUpdate, isSameExpiry, itemExpiry } from './expiry.ts';
import { logKey, messagePartKey } from './keys.ts';
import {
  COPIES,
  countsIn,
  emojiIn,
  firstAttribute,
  isFull,
  isReactionAttribute,
  ownIn,
  partAttribute,
  partOf,
  partsIn,
  reactionsOf,
  settledOutcome,
} from './reaction-items.ts';
import { ALIVE, addKind, correction, emptyStep, inlineStep, stepFor, updateOf } from './reaction-updates.ts';

const MAX_TRIES = 20;

export interface AppliedReaction {
  readonly outcome: 'applied' | 'already' | 'overtaken' | 'refused';
  /** The message's item after the change. */
  readonly item: Item;
  /** Whether the user had the emoji already, or had already removed it. */
  readonly unchanged?: boolean;
}

export const getMessageItem = async (db: Database, room: string, id: number): Promise<Item | undefined> => {
  const item = await db.chat.get(logKey(room, id));
  return item?.['kind'] === 'message' ? item : undefined;
};

/**
 * Copies the counts of a part into the item of the message, unless it has a later version of them.
 * @returns that item; undefined if the message was deleted
 */
async function copyCounts(
  db: Database,
  room: string,
  { message: id, emoji, seq }: Reaction,
  part: number,
  partItem: Item,
): Promise<Item | undefined> {
  const { version } = partItem;
  const counts = countsIn(partItem);
  const copied = await db.chat.update(logKey(room, id), {
    update: 'SET #part = :part ADD #copies :one',
    names: { '#part': partAttribute(part), '#copies': COPIES },
    values: { ':part': { version, counts }, ':one': 1, ':version': version },
    condition: `${ALIVE} AND (attribute_not_exists(#part) OR #part.#version < :version)`,
    returns: 'ALL_NEW',
  });
  const item = copied ?? (await getMessageItem(db, room, id));
  if (!item || item['deletedAt'] !== undefined) {
    await db.chat.remove(messagePartKey(room, id, part));
    return undefined;
  }
  // The expiry of the message has changed since this part was written.
  if (!isSameExpiry(itemExpiry(item), itemExpiry(partItem))) {
    await db.chat.update(messagePartKey(room, id, part), {
      ...expiryUpdate(itemExpiry(item)),
      condition: 'attribute_exists(#item)',
    });
  }
  return correctKinds(db, room, item, [emoji], seq);
}

/** Adds emoji that the item of a message lacks, and removes those of `emojis` that nobody has. Returns the item. */
async function correctKinds(
  db: Database,
  room: string,
  item: Item,
  emojis: readonly string[],
  seq: number,
): Promise<Item> {
  let current = item;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const step = correction(current, emojis, seq);
    if (!step || current['deletedAt'] !== undefined) break;
    const updated = await db.chat.update(logKey(room, item['seq']), updateOf(step));
    current = updated ?? (await getMessageItem(db, room, item['seq'])) ?? current;
  }
  return current;
}

/**
 * Returns the outcome of a change that exceeds a limit. Returns undefined if it has removed an unused emoji, so that
 * the change may fit now. A function that ended halfway may have left such an emoji.
 */
async function endOfFull(
  db: Database,
  room: string,
  item: Item,
  seq: number,
): Promise<AppliedReaction | undefined> {
  const { reactions = {} } = reactionsOf(item);
  const unused = [...emojiIn(item)].find((emoji) => !Object.hasOwn(reactions, emoji));
  if (unused === undefined) return { outcome: 'refused', item };
  await correctKinds(db, room, item, [unused], seq);
  return undefined;
}

/** Applies a change to the part that holds the user's reactions. Returns undefined if it has to be tried again. */
async function applyInPart(
  db: Database,
  room: string,
  change: Reaction,
  item: Item,
  part: number,
): Promise<AppliedReaction | undefined> {
  const { message: id, emoji, by, removed } = change;
  const key = messagePartKey(room, id, part);
  const before = (await db.chat.get(key)) ?? {};
  const own = ownIn(before, by);
  const settled = settledOutcome(own, change);
  if (settled) {
    const isCopied = (item[partAttribute(part)]?.version ?? 0) >= before['version'];
    // An earlier try may have added the emoji, before a later change overtook it.
    const after = isCopied
      ? await correctKinds(db, room, item, [emoji], change.seq)
      : await copyCounts(db, room, change, part, before);
    return { outcome: settled, item: after ?? item };
  }
  if (isFull(change, own.emoji, emojiIn(item))) return endOfFull(db, room, item, change.seq);
  if (!removed && !(firstAttribute(emoji) in item)) {
    const step = emptyStep();
    addKind(step, item, change);
    const added = await db.chat.update(logKey(room, id), updateOf(step));
    if (!added) return undefined;
  }
  const step = stepFor(own, change);
  step.add.push('version :one');
  step.values[':one'] = 1;
  for (const [name, seconds] of Object.entries(itemExpiry(item) ?? {})) {
    step.set.push(`${name} = :expiry`);
    step.values[':expiry'] = seconds;
  }
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
  if (isFull(change, own.emoji, emojiIn(item))) return endOfFull(db, room, item, change.seq);
  const updated = await db.chat.update(logKey(room, change.message), updateOf(inlineStep(item, own, change)));
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
  const change = { ...logged, emoji: qualifiedEmoji(logged.emoji) };
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

/** Removes all reactions to a deleted message. Repeating it is safe. */
export async function removeReactions(db: Database, room: string, item: Item): Promise<void> {
  const names = Object.keys(item).filter(isReactionAttribute);
  await Promise.all(partsIn(item).map(([part]) => db.chat.remove(messagePartKey(room, item['seq'], part))));
  const SIZE = 200;
  for (let start = 0; start < names.length; start += SIZE) {
    const some = names.slice(start, start + SIZE).map((name, index) => [`#a${index}`, name] as const);
    await db.chat.update(logKey(room, item['seq']), {
      update: `REMOVE ${some.map(([placeholder]) => placeholder).join(', ')}`,
      names: Object.fromEntries(some),
    });
  }
}
