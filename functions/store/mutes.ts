import type { Room } from '../domain/room.ts';
import type { Database } from './database.ts';
import { muteKey, roomKey } from './keys.ts';
import { isRoom, toRoom } from './rooms.ts';

// A mute is an item of its own, so that it outlives the item of a member who leaves and that of a visitor, which
// expires. A member's item has a copy of the mute, so that the check of a write reads one item (decision 016).

/** Returns when a mute ends, in milliseconds since the epoch; 0 if there is none. @param actor as in `actorId` */
export async function getMute(db: Database, room: string, actor: string): Promise<number> {
  const item = await db.chat.get(muteKey(room, actor));
  return item?.['mutedUntil'] ?? 0;
}

/**
 * Returns a room, and when the last mute of some users or guests ends there, in one call.
 * @param actors as in `actorId`; they must differ
 */
export async function getRoomWithMute(
  db: Database,
  id: string,
  actors: readonly string[],
): Promise<{ readonly room: Room | undefined; readonly mutedUntil: number }> {
  const keys = [roomKey(id), ...actors.map((actor) => muteKey(id, actor))];
  const items = await db.chat.batchGet(keys, { consistent: true });
  const room = items.find(({ item }) => item === roomKey(id).item);
  const mutes = items.map(({ mutedUntil = 0 }) => mutedUntil);
  return { room: isRoom(room) ? toRoom(id, room) : undefined, mutedUntil: Math.max(0, ...mutes) };
}

const itemOf = (room: string, actor: string, until: number) => ({
  ...muteKey(room, actor),
  mutedUntil: until,
  expiresAt: Math.ceil(until / 1000),
});

/** How long the end of a mute is stored, so that an earlier logged mute does not replace it. */
const ENDED_MS = 60 * 60 * 1000;

/**
 * Mutes a user or guest until a time in milliseconds since the epoch; 0 ends the mute.
 * @param actor as in `actorId`
 * @param logged the sequence number of the change and the current time: a later change stays
 */
export async function putMute(
  db: Database,
  room: string,
  actor: string,
  until: number,
  logged?: { readonly seq: number; readonly now: number },
): Promise<void> {
  if (!logged) {
    if (until > 0) await db.chat.put(itemOf(room, actor, until));
    else await db.chat.remove(muteKey(room, actor));
    return;
  }
  const { seq, now } = logged;
  const expiresAt = Math.ceil((until > 0 ? until : now + ENDED_MS) / 1000);
  await db.chat.put(
    { ...itemOf(room, actor, until), muteSeq: seq, expiresAt },
    { condition: 'attribute_not_exists(muteSeq) OR muteSeq < :seq', values: { ':seq': seq } },
  );
}

/** Keeps a mute that only a member's item had, because an earlier release stored it. */
export async function keepMute(db: Database, room: string, actor: string, until: number): Promise<void> {
  await db.chat.put(itemOf(room, actor, until), { condition: 'attribute_not_exists(#item)' });
}
