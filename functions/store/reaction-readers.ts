import {
  type Effect,
  MAX_LISTED_REACTORS,
  type Message,
  type Reaction,
  type Reactors,
} from '../domain/message.ts';
import type { Database, Item } from './database.ts';
import { messagePartKey } from './keys.ts';
import {
  isFull,
  ownIn,
  partAttribute,
  partFor,
  partOf,
  settledOutcome,
  type UserReactions,
  usersIn,
} from './reaction-items.ts';

/** Returns what a reaction will do to its message. Reads the user's part, if the message has parts. */
export async function effectOfReaction(
  db: Database,
  { room, id, reactions = {} }: Message,
  { emoji, by, removed }: Pick<Reaction, 'emoji' | 'by' | 'removed'>,
): Promise<Effect> {
  const used = Object.entries(reactions);
  const inline = used.filter(([, { users }]) => users.includes(by)).map(([emoji]) => emoji);
  const hasParts = inline.length === 0 && used.some(([, { parts }]) => parts !== undefined);
  const part = hasParts ? await db.chat.get(messagePartKey(room, id, partFor(by))) : undefined;
  const own = part ? ownIn(part, by).emoji : new Set(inline);
  if (own.has(emoji) !== removed) return 'none';
  return isFull({ emoji, removed }, own, new Set(Object.keys(reactions))) ? 'full' : 'change';
}

/**
 * Returns those of some reactions that need no more work: their message holds them, or a later change of the same
 * emoji.
 * @param items the messages' items, by id
 */
export async function settledReactions(
  db: Database,
  room: string,
  items: ReadonlyMap<number, Item>,
  changes: readonly Reaction[],
): Promise<ReadonlySet<Reaction>> {
  const placed = changes.flatMap((change) => {
    const item = items.get(change.message);
    if (!item) return [];
    const part = partOf(item, change.by);
    return [
      {
        change,
        item,
        part,
        key: part === undefined ? undefined : messagePartKey(room, change.message, part),
      },
    ];
  });
  const keys = new Map(placed.flatMap(({ key }) => (key ? [[key.item, key]] : [])));
  const partItems = await db.chat.batchGet([...keys.values()], { consistent: true });
  const found = new Map(partItems.map((item) => [item['item'], item]));
  const settled = placed.filter(({ change, item, part, key }) => {
    if (item['deletedAt'] !== undefined) return true;
    const holder = key ? found.get(key.item) : item;
    if (!holder || !settledOutcome(ownIn(holder, change.by), change)) return false;
    return part === undefined || item[partAttribute(part)]?.version >= holder['version'];
  });
  return new Set(settled.map(({ change }) => change));
}

const isIncomplete = ({ count, parts }: Reactors): boolean =>
  parts !== undefined || count > MAX_LISTED_REACTORS;

/** Returns the parts to read so that each emoji lists all users, or the readers above `MAX_LISTED_REACTORS`. */
function neededParts({ count, parts = [] }: Reactors, readers: readonly string[]): readonly number[] {
  if (count <= MAX_LISTED_REACTORS) return parts;
  const own = new Set(readers.map(partFor));
  return parts.filter((part) => own.has(part));
}

function completed(
  emoji: string,
  { count, users }: Reactors,
  readers: readonly string[],
  further: readonly [user: string, reactions: UserReactions][],
): Reactors {
  const unlisted = further.flatMap(([user, { on }]) => {
    const seq = on[emoji];
    return seq === undefined ? [] : [{ user, seq }];
  });
  const byTime = unlisted.sort((a, b) => a.seq - b.seq).map(({ user }) => user);
  const all = [...new Set([...users, ...byTime])];
  if (count <= MAX_LISTED_REACTORS) return { count: all.length, users: all };
  const listed = all.slice(0, MAX_LISTED_REACTORS);
  const others = readers.filter((reader) => all.includes(reader) && !listed.includes(reader));
  return { count, users: [...listed, ...others] };
}

/** Returns messages as some readers see them: a shortened list of users contains each reader who reacted. */
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
    const further = items.filter((item) => item['item'].startsWith(prefix)).flatMap(usersIn);
    const entries = Object.entries(reactions).map(
      ([emoji, each]) =>
        [emoji, isIncomplete(each) ? completed(emoji, each, readers, further) : each] as const,
    );
    return { ...message, reactions: Object.fromEntries(entries.filter(([, { count }]) => count > 0)) };
  });
}
