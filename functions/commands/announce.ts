import type { Connection } from '../domain/connection.ts';
import { MAX_ANNOUNCED_CONNECTIONS } from '../domain/presence.ts';
import { isoTime, type Parts } from './parts.ts';
import { post } from './publish.ts';

/** Tells the others in a room that a user came or went. */
export async function announce(
  { room, user }: Pick<Connection, 'room' | 'user'>,
  online: boolean,
  audience: readonly Connection[],
  parts: Pick<Parts, 'db' | 'poster' | 'now'>,
): Promise<void> {
  if (audience.length > MAX_ANNOUNCED_CONNECTIONS) return;
  const presence = { user: user.id, online, lastSeen: isoTime(parts.now()) };
  const others = audience.filter((connection) => connection.user.id !== user.id);
  await post({ kind: 'PresenceChanged', room, presence }, others, parts);
}
