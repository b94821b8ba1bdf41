/** Where people talk. `seq` counts the changes of what the room says; each change stands under its number in the room's log. */
export interface Room {
  readonly id: string;
  readonly name: string;
  readonly kind: 'group' | 'direct';
  /** Who may enter: its members, or anyone, signed in or not. */
  readonly access: 'members' | 'open';
  readonly seq: number;
  /** How many shards the room's connections may stand in: a power of two, which never shrinks. Readers go by it. */
  readonly shards: number;
  /** What `shards` was before, and when it grew, in milliseconds since the epoch; absent where it never did. */
  readonly grown?: { readonly from: number; readonly at: number };
}

const INBOX = '#';

/** In place of a room: where a connection is that names none. No room has such an id. */
export const inboxOf = (user: string): string => `${INBOX}${user}`;

/** Whether an id is an inbox's, and so no room's. */
export const isInbox = (id: string): boolean => id.startsWith(INBOX);

const integer = /^(0|[1-9]\d*)$/;
const escaped = (id: string) => id.replaceAll('%', '%25').replaceAll(':', '%3A');
const unescaped = (text: string) => text.replaceAll('%3A', ':').replaceAll('%25', '%');

function compareIds(one: string, other: string): number {
  if (integer.test(one) && integer.test(other)) return Number(one) - Number(other);
  return one < other ? -1 : 1;
}

/** The id of the room that two users share, the same whoever asks: `direct:1:2`. */
export function directRoomId(one: string, other: string): string {
  return ['direct', ...[one, other].sort(compareIds).map(escaped)].join(':');
}

/** The two users of a direct room's id; undefined for any other room's, and for an id that no two users share. */
export function directRoomUsers(id: string): readonly [string, string] | undefined {
  const [kind, one, other, ...rest] = id.split(':');
  if (kind !== 'direct' || !one || !other || rest.length > 0) return undefined;
  const users = [unescaped(one), unescaped(other)] as const;
  return one !== other && directRoomId(...users) === id ? users : undefined;
}

/** Of more connections than this in one shard the room grows more shards. */
export const SHARD_CONNECTIONS = 1_000;

/** No room has more shards; each reader of a room's connections asks for all of them. */
export const MAX_SHARDS = 64;

/**
 * For so many milliseconds after a room has grown, rows are placed by the count before. Whoever took a number before
 * that reads the former shards alone, and may do so until their function is ended, after 60 s at most (`lib/entries.ts`).
 * The other minute is for clocks that differ.
 */
export const SETTLING_MS = 120_000;

export type Sharding = Pick<Room, 'shards' | 'grown'>;

/** Whether rows are placed by the former count still. Until that is over, the room does not grow again. */
export const settling = ({ grown }: Sharding, now: number): boolean =>
  grown !== undefined && now < grown.at + SETTLING_MS;

/** Over how many shards new rows are spread: never more than anybody who has stored something meanwhile reads. */
export const placingShards = (room: Sharding, now: number): number =>
  room.grown && settling(room, now) ? room.grown.from : room.shards;

/** How many shards a room should have whose fullest one has so many connections: doubled until each has its share. */
export function shardsFor(connections: number, shards: number): number {
  let count = shards;
  for (let left = connections; left > SHARD_CONNECTIONS && count < MAX_SHARDS; left /= 2) count *= 2;
  return count;
}

/** At most so many by one person in one room, in any span of so long. */
export interface Rate {
  readonly messages: number;
  readonly windowMs: number;
}

/** What holds in each kind of room; null where nothing does. */
export type Rates = Readonly<Record<Room['kind'], Rate | null>>;

/** What is counted together: whoever has just said as much as they may can still correct it. */
export type Counted = 'send' | 'change';

/** Told from the room's id, so that it costs no read: a direct room's id names its two users. */
export const rateIn = (rates: Rates, room: string): Rate | null =>
  rates[directRoomUsers(room) ? 'direct' : 'group'];
