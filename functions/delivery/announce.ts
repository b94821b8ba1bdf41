import { type Connection, MAX_ANNOUNCED_CONNECTIONS } from '../domain/connection.ts';
import { type Context, isoTime } from './context.ts';
import { deliver } from './deliver.ts';

/** Tells the others in a room that a user came or went. */
export async function announce(
  { room, user }: Pick<Connection, 'room' | 'user'>,
  online: boolean,
  present: readonly Connection[],
  context: Pick<Context, 'poster' | 'now'>,
): Promise<void> {
  if (present.length > MAX_ANNOUNCED_CONNECTIONS) return;
  const presence = { user: user.id, online, lastSeen: isoTime(context.now()) };
  const others = present.filter((connection) => connection.user.id !== user.id);
  await deliver({ kind: 'PresenceChanged', room, presence }, others, context);
}
