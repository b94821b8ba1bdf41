import type { Connection } from '../domain/connection.ts';
import { type Room, settling, shardsFor } from '../domain/room.ts';
import { growShards } from '../store/shards.ts';
import type { Context } from './context.ts';

/**
 * Has a room grow where one of its shards has more connections than one fan-out should serve. Where that fails the
 * message goes out all the same, and the next one tries again: `onFault` hears why.
 */
export async function growRoom(
  room: Pick<Room, 'id' | 'shards' | 'grown'>,
  inShard: readonly Connection[],
  { db, now, onFault }: Pick<Context, 'db' | 'now' | 'onFault'>,
): Promise<void> {
  const shards = shardsFor(inShard.length, room.shards);
  if (shards === room.shards || settling(room, now())) return;
  await growShards(db, room, shards, now()).catch((error: unknown) => onFault?.(error));
}
