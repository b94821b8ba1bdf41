import { qualifiedEmoji } from '../domain/emoji.ts';
import type { Message, Reaction, Reactors } from '../domain/message.ts';
import type { Item } from './database.ts';
import { shardOf } from './keys.ts';

// The item of a message holds the reactions of its first users, each user in an attribute of its own. The reactions of
// further users are in parts: items of their own, each with its counts. The item of the message holds a copy of these
// counts with the version of the part, so that a repeated or late copy changes nothing (decision 015).

/** A member reacts to one message with at most this many emoji. */
export const MAX_EMOJI_PER_MEMBER = 20;

/** A message has at most this many different emoji. */
export const MAX_EMOJI_PER_MESSAGE = 50;

/** The number of users whose reactions are in the item of the message. */
export const MAX_INLINE_USERS = 100;

/** The number of items for the reactions of further users. */
const PARTS = 32;

const PREFIX = 'reacted#';
export const userAttribute = (user: string): string => `${PREFIX}user#${encodeURIComponent(user)}`;
export const countAttribute = (emoji: string): string => `${PREFIX}count#${emoji}`;
/** The sequence number of the emoji's first use. */
export const firstAttribute = (emoji: string): string => `${PREFIX}first#${emoji}`;
export const partAttribute = (part: number): string => `${PREFIX}part#${part}`;
/** The number of different emoji. */
export const KINDS = `${PREFIX}kinds`;
/** The number of users in the item of the message. It never goes down, so that a user's reactions stay in one item. */
export const USERS = `${PREFIX}users`;
/** The number of times that the counts of a part were copied. */
export const COPIES = `${PREFIX}copies`;

/** Earlier releases stored an attribute `reaction#<user>#<emoji>`, and kept it when the user removed the reaction. */
const OLD_PREFIX = 'reaction#';

export const isReactionAttribute = (name: string): boolean =>
  name.startsWith(PREFIX) || name.startsWith(OLD_PREFIX);

/** The reactions of one user to one message. */
export interface UserReactions {
  /** The sequence number of the change that wrote this value. */
  readonly written: number;
  /** The sequence number of each reaction, by emoji. */
  readonly on: Readonly<Record<string, number>>;
  /** The sequence numbers of the latest removals, by emoji. A late repeat of an older change must not undo them. */
  readonly off: Readonly<Record<string, number>>;
  /**
   * The highest sequence number of a removal that was dropped from `off`. A change that is not in `on` or `off` has been
   * overtaken if its number is not above this one.
   */
  readonly floor: number;
}

export interface OldReaction {
  readonly name: string;
  readonly user: string;
  readonly emoji: string;
  readonly seq: number;
  readonly removed: boolean;
}

interface PartCounts {
  readonly version: number;
  /** The number of users, by emoji. */
  readonly counts: Readonly<Record<string, number>>;
}

export function oldReactions(item: Item): OldReaction[] {
  return Object.entries(item).flatMap(([name, value]) => {
    if (!name.startsWith(OLD_PREFIX)) return [];
    // The encoded user id contains no `#`, but an emoji may: keycaps do.
    const end = name.indexOf('#', OLD_PREFIX.length);
    const user = decodeURIComponent(name.slice(OLD_PREFIX.length, end));
    const emoji = qualifiedEmoji(name.slice(end + 1));
    return { name, user, emoji, seq: value.seq, removed: value.removed };
  });
}

/** Returns the values of the attributes with a prefix, by the rest of their names. */
const withPrefix = <T>(item: Item, prefix: string): [string, T][] =>
  Object.entries(item).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value as T]] : [],
  );

/** Returns the reactions of all users in a message's item or in a part. */
export const usersIn = (item: Item): [user: string, reactions: UserReactions][] =>
  withPrefix<UserReactions>(item, userAttribute('')).map(([user, value]) => [
    decodeURIComponent(user),
    value,
  ]);

/** Returns the number of users in a part, by emoji. */
export const countsIn = (item: Item): Readonly<Record<string, number>> =>
  Object.fromEntries(withPrefix<number>(item, countAttribute('')).filter(([, count]) => count > 0));

/** Returns the copied counts in a message's item, by the number of their part. */
export const partsIn = (item: Item): [part: number, counts: PartCounts][] =>
  withPrefix<PartCounts>(item, `${PREFIX}part#`).map(([part, value]) => [Number(part), value]);

/** The reactions of one user in a message's item or in a part. */
export interface Own {
  readonly reactions: UserReactions | undefined;
  readonly old: readonly OldReaction[];
  /** The emoji with which the user reacts. */
  readonly emoji: ReadonlySet<string>;
}

export function ownIn(item: Item, user: string): Own {
  const reactions: UserReactions | undefined = item[userAttribute(user)];
  const old = oldReactions(item).filter((each) => each.user === user);
  const oldEmoji = old.filter(({ removed }) => !removed).map(({ emoji }) => emoji);
  return { reactions, old, emoji: new Set([...Object.keys(reactions?.on ?? {}), ...oldEmoji]) };
}

/** Returns the part for users who are not in the item of a message. */
export const partFor = (user: string): number => shardOf(user, PARTS);

/** Returns the part that holds a user's reactions; undefined if the item of the message does. */
export function partOf(item: Item, user: string): number | undefined {
  const { reactions, old } = ownIn(item, user);
  if (reactions || old.length > 0 || (item[USERS] ?? 0) < MAX_INLINE_USERS) return undefined;
  return partFor(user);
}

/** Returns the outcome of a change that needs no more work; undefined if it has to be applied. */
export function settledOutcome(
  { reactions, old }: Own,
  change: Reaction,
): 'already' | 'overtaken' | undefined {
  const { seq } = change;
  const emoji = qualifiedEmoji(change.emoji);
  const { on = {}, off = {}, floor = 0 } = reactions ?? {};
  const before = old.filter((each) => each.emoji === emoji).map((each) => each.seq);
  const last = Math.max(on[emoji] ?? 0, off[emoji] ?? 0, ...before);
  if (last === seq) return 'already';
  return last > seq || floor >= seq ? 'overtaken' : undefined;
}

/**
 * Whether the item of a message holds a reaction or a later change of it. Does not read the parts: a reaction that
 * belongs there is in the copied counts, or will be announced.
 */
export const isReactionHeld = (item: Item, change: Reaction): boolean =>
  partOf(item, change.by) !== undefined || settledOutcome(ownIn(item, change.by), change) !== undefined;

/** Returns the reactions in the item of a message. Users in parts are only counted. */
export function reactionsOf(item: Item): Pick<Message, 'reactions'> {
  interface Use {
    first: number;
    readonly users: Map<string, number>;
    unlisted: number;
    readonly parts: number[];
  }
  const used = new Map<string, Use>();
  const use = (emoji: string, seq: number): Use => {
    const found = used.get(emoji) ?? { first: seq, users: new Map(), unlisted: 0, parts: [] };
    found.first = item[firstAttribute(emoji)] ?? Math.min(found.first, seq);
    used.set(emoji, found);
    return found;
  };
  for (const [user, { on }] of usersIn(item)) {
    for (const [emoji, seq] of Object.entries(on)) use(emoji, seq).users.set(user, seq);
  }
  for (const { user, emoji, seq, removed } of oldReactions(item)) {
    if (!removed && !used.get(emoji)?.users.has(user)) use(emoji, seq).users.set(user, seq);
  }
  for (const [part, { counts }] of partsIn(item)) {
    for (const [emoji, count] of Object.entries(counts)) {
      const found = use(emoji, Number.MAX_SAFE_INTEGER);
      found.unlisted += count;
      found.parts.push(part);
    }
  }
  if (used.size === 0) return {};
  const ordered = [...used].sort(([, a], [, b]) => a.first - b.first);
  const reactions = ordered.map(([emoji, { users, unlisted, parts }]): [string, Reactors] => [
    emoji,
    {
      count: users.size + unlisted,
      users: [...users].sort(([, a], [, b]) => a - b).map(([user]) => user),
      ...(parts.length > 0 && { parts }),
    },
  ]);
  return { reactions: Object.fromEntries(reactions) };
}

/** Returns the different emoji of a message, with those that a change in flight is about to use. */
export const emojiIn = (item: Item): ReadonlySet<string> =>
  new Set([
    ...Object.keys(reactionsOf(item).reactions ?? {}),
    ...withPrefix(item, firstAttribute('')).map(([emoji]) => emoji),
  ]);

/**
 * Whether a limit keeps a user from adding an emoji.
 * @param own the emoji with which the user reacts already
 * @param used the different emoji of the message
 */
export function isFull(
  { emoji, removed }: Pick<Reaction, 'emoji' | 'removed'>,
  own: ReadonlySet<string>,
  used: ReadonlySet<string>,
): boolean {
  if (removed || own.has(emoji)) return false;
  return own.size >= MAX_EMOJI_PER_MEMBER || (!used.has(emoji) && used.size >= MAX_EMOJI_PER_MESSAGE);
}
