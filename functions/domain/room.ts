import type { CustomData } from './custom-data.ts';
import { bytesOf, isId, isUserId } from './id.ts';

/** Who may send messages in a room. Owners and moderators always may. */
export const postings = ['everyone', 'moderators'] as const;

/** The settings of a group that can be changed. */
export interface RoomSettings {
  readonly name: string;
  readonly description: string;
  /** The https address of the room's picture; null if there is none. */
  readonly avatarUrl: string | null;
  readonly posting: (typeof postings)[number];
  /** The least number of seconds between two messages of a member; 0 for none. */
  readonly slowMode: number;
  /** Whether the room is read-only. */
  readonly archived: boolean;
  /** The team's own JSON about the room; null if there is none. */
  readonly data: CustomData | null;
}

/** The settings of a new room. */
export const defaultSettings: RoomSettings = {
  name: '',
  description: '',
  avatarUrl: null,
  posting: 'everyone',
  slowMode: 0,
  archived: false,
  data: null,
};

/** The most characters of a room's description. */
export const MAX_DESCRIPTION = 1_000;

/** The longest slow mode, in seconds: a day. */
export const MAX_SLOW_MODE = 86_400;

/** A chat room. Its messages and all changes form a log, numbered by `seq`. A setting that is absent has its default. */
export interface Room extends Partial<RoomSettings> {
  readonly id: string;
  readonly name: string;
  readonly kind: 'group' | 'direct';
  /** `open` admits anyone, including guests. */
  readonly access: 'members' | 'open';
  /** The last sequence number of the log. */
  readonly seq: number;
  /** The number of shards that readers of the room's connections query: a power of two, which never shrinks. */
  readonly shards: number;
  /** The former number of shards, and when it grew in milliseconds since the epoch. Absent if it never grew. */
  readonly grown?: { readonly from: number; readonly at: number };
  /** When the last sequence number was taken, in milliseconds since the epoch. Absent if none was. */
  readonly lastAt?: number;
  /** Numbers up to this one are gone for good. Absent for 0. */
  readonly floor?: number;
  /** When the room was last emptied, in milliseconds since the epoch. Absent if an earlier release emptied it. */
  readonly floorAt?: number;
  /** How many days messages are kept: 0 for ever, absent for the chat's setting. */
  readonly retentionDays?: number;
  /** Whether the room has a legal hold, so that no message or file is deleted when it expires. */
  readonly held?: true;
  /** The last sequence numbers at some times, the earliest first. Only where messages expire, or did. */
  readonly marks?: readonly { readonly seq: number; readonly at: number }[];
}

const INBOX = '#';

/** Returns the id that takes the place of a room id for a connection to the user's inbox. */
export const inboxOf = (user: string): string => `${INBOX}${user}`;

/** Returns whether an id belongs to an inbox. No room has such an id. */
export const isInbox = (id: string): boolean => id.startsWith(INBOX);

/** The id of a direct room holds the ids of both users, so it is longer than theirs. */
export const MAX_ROOM_ID_BYTES = 300;

/** Whether a room can have this id. */
export const isRoomId = (text: string): boolean => isId(text, MAX_ROOM_ID_BYTES) && !isInbox(text);

const integer = /^(0|[1-9]\d*)$/;

/** Compares whole numbers of any length by their values. As JavaScript numbers, different long ids would be equal. */
function compareIds(one: string, other: string): number {
  const isNumeric = integer.test(one) && integer.test(other);
  if (isNumeric && one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : Number(one > other);
}

const escaped = (id: string) => id.replaceAll('%', '%25').replaceAll(':', '%3A');
const unescaped = (text: string) => text.replaceAll('%3A', ':').replaceAll('%25', '%');

/** The ids of direct rooms start with this, and no others. */
const DIRECT = 'direct:';

/**
 * Returns the id of two users' direct room, such as `direct:1:2`. The order of the users does not matter. If the id
 * would be too long with escaped user ids, it has the length of the first user id instead: `direct::3:a:b…`.
 */
export function directRoomId(one: string, other: string): string {
  const [first, second] = [one, other].sort(compareIds) as [string, string];
  const id = `${DIRECT}${escaped(first)}:${escaped(second)}`;
  return bytesOf(id) <= MAX_ROOM_ID_BYTES ? id : `${DIRECT}:${first.length}:${first}${second}`;
}

function splitDirectRoomId(id: string): readonly [string, string] | undefined {
  const [, length, both = ''] = /^direct::(\d{1,3}):(.*)$/su.exec(id) ?? [];
  if (length !== undefined) return [both.slice(0, Number(length)), both.slice(Number(length))];
  const [kind, one, other, ...rest] = id.split(':');
  if (kind !== 'direct' || !one || !other || rest.length > 0) return undefined;
  return [unescaped(one), unescaped(other)];
}

/** Returns the two users of a direct room's id; undefined for any other id. */
export function directRoomUsers(id: string): readonly [string, string] | undefined {
  const users = splitDirectRoomId(id);
  if (!users?.every(isUserId) || users[0] === users[1]) return undefined;
  return directRoomId(...users) === id ? users : undefined;
}

/** Returns the other user of a direct room; undefined for any other room. */
export const otherUser = (room: string, user: string): string | undefined =>
  directRoomUsers(room)?.find((each) => each !== user);

/** Whether a new room of a kind can have an id: only direct rooms have the id of their two users. */
export const hasValidId = ({ id, kind }: Pick<Room, 'id' | 'kind'>): boolean =>
  kind === 'direct' ? directRoomUsers(id) !== undefined : isRoomId(id) && !id.startsWith(DIRECT);

/** The most connections in a shard. When one holds more, the room gets more shards. */
export const SHARD_CONNECTIONS = 1_000;

/** The maximum number of shards of a room. Their number is limited, because each delivery queries all shards. */
export const MAX_SHARDS = 64;

/**
 * How long new rows still use the former number of shards after a room grew, in milliseconds. A function that read the
 * room earlier queries only the former shards; it runs for at most 60 s (`lib/entries.ts`). The rest allows for clock
 * skew.
 */
export const SETTLING_MS = 120_000;

export type Sharding = Pick<Room, 'shards' | 'grown'>;

/** Whether new rows still use the former number of shards. Meanwhile the room does not grow again. */
export const settling = ({ grown }: Sharding, now: number): boolean =>
  grown !== undefined && now < grown.at + SETTLING_MS;

/** Returns the number of shards over which new rows are spread. */
export const placingShards = (room: Sharding, now: number): number =>
  room.grown && settling(room, now) ? room.grown.from : room.shards;

/** Returns the number of shards that a room needs when its fullest shard holds `connections`. */
export function shardsFor(connections: number, shards: number): number {
  let count = shards;
  for (let left = connections; left > SHARD_CONNECTIONS && count < MAX_SHARDS; left /= 2) count *= 2;
  return count;
}

/** The number of writes that one user may make in one room within a time window. */
export interface Rate {
  readonly messages: number;
  readonly windowMs: number;
}

/** The rate limit for each kind of room; null for none. */
export type Rates = Readonly<Record<Room['kind'], Rate | null>>;

/** Messages and changes are counted apart, so that a user at the limit can still correct a message. */
export type Counted = 'send' | 'change';

/**
 * Counted for each user across all rooms: the rooms that the user creates, and additions of the user by people who share
 * no room with them.
 */
export type CountedByUser = 'create' | 'invite';

/** The limits for each user; null for none. */
export type RoomLimits = Readonly<Record<CountedByUser, Rate | null>>;

/** The maximum number of rooms of a user. It bounds the work of listing them. */
export const MAX_USER_ROOMS = 5_000;

/** Returns the rate limit in a room. The room's id shows its kind, so this needs no read. */
export const rateIn = (rates: Rates, room: string): Rate | null =>
  rates[directRoomUsers(room) ? 'direct' : 'group'];
