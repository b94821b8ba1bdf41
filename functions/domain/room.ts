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
