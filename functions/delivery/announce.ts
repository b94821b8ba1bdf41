import { deliver } from './deliver.ts';
import type { Connection } from '../domain/connection.ts';
import { MAX_ANNOUNCED_CONNECTIONS } from '../domain/presence.ts';
import { isoTime, type Parts } from './context.ts';

/** Tells the others in a room that a user came or went. */
export async function announce(
  { room, user }: Pick<Connection, 'room' | 'user'>,
  online: boolean,
  present: readonly Connection[],
  parts: Pick<Parts, 'poster' | 'now'>,
): Promise<void> {
  if (present.length > MAX_ANNOUNCED_CONNECTIONS) return;
  const presence = { user: user.id, online, lastSeen: isoTime(parts.now()) };
  const others = present.filter((connection) => connection.user.id !== user.id);
  await deliver({ kind: 'PresenceChanged', room, presence }, others, parts);
}
