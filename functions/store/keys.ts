import { bucketOf } from '../domain/name.ts';

/** Escapes `#` in an id, because it separates the parts of a key. */
const part = (id: string): string => id.replaceAll('%', '%25').replaceAll('#', '%23');

const unescaped = (text: string): string => text.replaceAll('%23', '#').replaceAll('%25', '%');

const SEQ_DIGITS = 16;

// Keys of the chat table.
export const roomKey = (room: string) => ({ room: part(room), item: 'room' });
/** The pinned messages of a room. */
export const pinsKey = (room: string) => ({ room: part(room), item: 'pins' });
export const memberKey = (room: string, user: string) => ({ room: part(room), item: `member#${part(user)}` });
/** A user or guest who writes to an open room without being a member. */
export const visitorKey = (room: string, visitor: string) => ({
  room: part(room),
  item: `visitor#${part(visitor)}`,
});
/** The mute of a user or guest, by `actorId`. */
export const muteKey = (room: string, actor: string) => ({ room: part(room), item: `mute#${part(actor)}` });
export const logKey = (room: string, seq: number) => ({ room: part(room), item: `log#${paddedSeq(seq)}` });
/** A further item of a message, for parts that do not fit its own. */
export const messagePartKey = (room: string, seq: number, number: number) => ({
  room: part(room),
  item: `part#${paddedSeq(seq)}#${number}`,
});
export const repeatKey = (room: string, user: string, clientId: string) => ({
  room: part(room),
  item: `sent#${part(user)}#${part(clientId)}`,
});
export const fileKey = (room: string, file: string) => ({ room: part(room), item: `file#${part(file)}` });
/** The list of all rooms' files that will expire. The time is in seconds since the epoch. */
export const expiringKey = (seconds: number, room: string, file: string) => ({
  room: 'files#expiring',
  item: `${paddedSeq(seconds)}#${part(room)}#${part(file)}`,
});
/** The key after the files that expire at a time or before. */
export const expiringUpTo = (seconds: number) => ({ room: 'files#expiring', item: paddedSeq(seconds + 1) });
/** Counts of failed sign-ins. `subject` is a hash. */
export const loginKey = (subject: string, start: number) => ({
  room: `login#${subject}`,
  item: `attempts#${start}`,
});
export const profileKey = (user: string) => ({ room: `user#${part(user)}`, item: 'profile' });
/** A room that a user has pinned or hidden. */
export const placementKey = (user: string, room: string) => ({
  room: `user#${part(user)}`,
  item: `chat#${part(room)}`,
});

/** Returns the room id in the sort key of a placement. */
export const parsePlacement = (item: string): string => unescaped(item.slice('chat#'.length));
/** A room that the user has left. */
export const leftKey = (user: string, room: string) => ({
  room: `user#${part(user)}`,
  item: `left#${part(room)}`,
});
/** The job that erases a user. */
export const erasureKey = (user: string) => ({ room: `user#${part(user)}`, item: 'erasure' });
/** What was erased of a user in a room. */
export const erasedKey = (user: string, room: string) => ({
  room: `user#${part(user)}`,
  item: `erased#${part(room)}`,
});
/** Returns the room id in a sort key that ends with it. */
export const parseUserItem = (item: string): string => unescaped(item.slice(item.indexOf('#') + 1));
/**
 * The times of a user's last actions of one kind, across all rooms. With `by`, the times of this other user's actions on
 * them.
 */
export const userLimitKey = (user: string, counted: string, by?: string) => ({
  room: `user#${part(user)}`,
  item: `limit#${counted}${by === undefined ? '' : `#${part(by)}`}`,
});
/** How many bytes a user, or the guests of a room, stored on a day since the epoch. */
export const fileBudgetKey = (
  owner: { readonly user: string } | { readonly guestsOf: string },
  day: number,
) => ({
  room: 'user' in owner ? `user#${part(owner.user)}` : part(owner.guestsOf),
  item: `bytes#${day}`,
});
/** The key of a directory entry. Without a user, where the entries of a term begin. Terms have no `#`. */
export const directoryKey = (term: string, user?: string) => ({
  room: `name#${bucketOf(term)}`,
  item: user === undefined ? term : `${term}#${part(user)}`,
});
/** The number of partitions of the list of all rooms, and of all users. */
export const LIST_PARTS = 4;

/** Returns the partition of a list of all rooms or users. */
export const listKey = (kind: 'room' | 'user', listPart: number): string => `${kind}s#${listPart}`;

/** The place of a room or user in the list of all of them. */
export const listedKey = (kind: 'room' | 'user', id: string) => ({
  room: listKey(kind, shardOf(id, LIST_PARTS)),
  item: `${kind}#${part(id)}`,
});

/** Returns the id in the sort key of a place in a list. */
export const parseListed = (item: string): string => unescaped(item.slice(item.indexOf('#') + 1));

/** All reports of one message. */
export const reportCaseKey = (room: string, message: number) => ({
  room: part(room),
  item: `report#${paddedSeq(message)}`,
});

/** A user's report of a message. */
export const reportKey = (room: string, user: string, message: number) => ({
  room: part(room),
  item: `${reportsBy(user)}${paddedSeq(message)}`,
});

/** Returns the prefix of the sort keys of a user's reports. */
export const reportsBy = (user: string): string => `reported-by#${part(user)}#`;

/**
 * A message in the queue of a room's reports, or with `all` of all rooms. The latter has `LIST_PARTS` partitions.
 * @param at milliseconds since the epoch
 */
export function reportQueueKeys(status: string, { room, message, at }: QueuedReport) {
  const place = `${paddedSeq(at)}#${part(room)}#${paddedSeq(message)}`;
  const { partitions, prefix } = reportQueue(status, room);
  const { partitions: all } = reportQueue(status);
  return {
    ofRoom: { room: partitions[0] ?? '', item: `${prefix}${place}` },
    ofAll: { room: all[shardOf(place, LIST_PARTS)] ?? '', item: place },
  };
}

export interface QueuedReport {
  readonly room: string;
  readonly message: number;
  readonly at: number;
}

/** The partitions and the prefix of the sort keys of a queue of reports. @param room undefined for all rooms */
export function reportQueue(status: string, room?: string) {
  if (room !== undefined) return { partitions: [part(room)], prefix: `reports-${status}#` };
  const partitions = Array.from({ length: LIST_PARTS }, (_, index) => `reports-${status}#${index}`);
  return { partitions, prefix: '' };
}

/** Returns the message at a place in a queue, without the queue's prefix. */
export function parseReportPlace(place: string): QueuedReport {
  const [at, room = '', message] = place.split('#');
  return { room: unescaped(room), message: Number(message), at: Number(at) };
}

/** An entry of the audit trail, which has one partition for each day since the epoch. */
export const auditKey = (day: number, item: string) => ({ room: `audit#${day}`, item });

/** Returns the user id in a profile's key. */
export const profileUser = (key: string): string => unescaped(key.slice('user#'.length));

/** Returns the room id in a key of the chat table. */
export const parseRoomKey = (key: string): string => unescaped(key);

/** Pads with zeros, so that DynamoDB's order of strings is the order of numbers. */
const paddedSeq = (seq: number): string => String(seq).padStart(SEQ_DIGITS, '0');

// Keys of the connections table.
export const connectionKey = (room: string, shard: number, connection: string) => ({
  room: shardKey(room, shard),
  connection,
});

export const shardKey = (room: string, shard: number): string => `${part(room)}#${shard}`;

/** Returns the room id and the shard in a connection's key. */
export function parseShardKey(key: string): { room: string; shard: number } {
  const end = key.lastIndexOf('#');
  return { room: unescaped(key.slice(0, end)), shard: Number(key.slice(end + 1)) };
}

/** Returns the shard or part for an id, by FNV-1a, so that all of them fill evenly. */
export function shardOf(id: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % shards;
}
