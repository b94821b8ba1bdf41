/** A part of a key that somebody else chose: `#` separates parts, so it is escaped inside them. */
const part = (id: string): string => id.replaceAll('%', '%25').replaceAll('#', '%23');

const unescaped = (text: string): string => text.replaceAll('%23', '#').replaceAll('%25', '%');

const SEQ_DIGITS = 16;

/** Keys of the table `chat`. */
export const roomKey = (room: string) => ({ room: part(room), item: 'room' });
export const memberKey = (room: string, user: string) => ({ room: part(room), item: `member#${part(user)}` });
/** Of somebody who is not a member, in a room that is open to anyone. */
export const visitorKey = (room: string, visitor: string) => ({
  room: part(room),
  item: `visitor#${part(visitor)}`,
});
export const logKey = (room: string, seq: number) => ({ room: part(room), item: `log#${paddedSeq(seq)}` });
export const repeatKey = (room: string, user: string, clientId: string) => ({
  room: part(room),
  item: `sent#${part(user)}#${part(clientId)}`,
});
export const fileKey = (room: string, file: string) => ({ room: part(room), item: `file#${part(file)}` });
export const profileKey = (user: string) => ({ room: `user#${part(user)}`, item: 'profile' });
/** The user that a profile's key names. */
export const profileUser = (key: string): string => unescaped(key.slice('user#'.length));

/** The room that a key of the table `chat` names. */
export const parseRoomKey = (key: string): string => unescaped(key);

/** Zero-padded, so that DynamoDB's order of strings is the order of numbers. */
const paddedSeq = (seq: number): string => String(seq).padStart(SEQ_DIGITS, '0');

/** Keys of the table `connections`. */
export const connectionKey = (room: string, shard: number, connection: string) => ({
  room: shardKey(room, shard),
  connection,
});

export const shardKey = (room: string, shard: number): string => `${part(room)}#${shard}`;

/** The room and shard that a connection's key names. */
export function parseShardKey(key: string): { room: string; shard: number } {
  const end = key.lastIndexOf('#');
  return { room: unescaped(key.slice(0, end)), shard: Number(key.slice(end + 1)) };
}

/** The shard of a room that a connection belongs to: FNV-1a over its id, so that shards fill evenly. */
export function shardOf(connection: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < connection.length; at++) {
    hash = Math.imul(hash ^ connection.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % shards;
}
