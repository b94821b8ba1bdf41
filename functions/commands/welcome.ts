import { deliver } from '../broadcast/deliver.ts';
import { HISTORY_LIMIT } from '../domain/command.ts';
import type { Connection, Session } from '../domain/connection.ts';
import { climbs, type Message } from '../domain/message.ts';
import { bringsOnline } from '../domain/presence.ts';
import { putReadTo } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import { acknowledge } from './acknowledge.ts';
import { announce } from './announce.ts';
import { newestMessages } from './load-history.ts';
import type { Parts } from './parts.ts';
import { forget, listAudience } from './publish.ts';

type Welcoming = Pick<Parts, 'db' | 'poster' | 'now'>;

/** What was said while nobody was there has now come as far as this connection. */
async function acknowledgeAll(
  session: Session,
  messages: readonly Message[],
  audience: readonly Connection[],
  parts: Welcoming,
): Promise<void> {
  const status = session.reads === 'auto' ? 'read' : 'delivered';
  const news = messages.filter((message) => message.author.id !== session.user.id && climbs(message, status));
  await Promise.all(news.map((message) => acknowledge(message, status, audience, parts)));
  const newest = messages[0];
  if (newest && session.reads === 'auto') {
    await putReadTo(parts.db, session.room, session.user.id, newest.id);
  }
}

/**
 * Posts the newest messages to a connection that has just opened, and tells the room who came.
 * @param onFault hears why there is an empty list where the history could not be read (S0-errors)
 */
export async function welcome(
  session: Session,
  parts: Welcoming,
  onFault: (error: unknown) => void,
): Promise<void> {
  const [room, messages] = await Promise.all([
    getRoom(parts.db, session.room),
    newestMessages(parts.db, session.room, { limit: HISTORY_LIMIT }).then(
      (page) => page.messages,
      (error: unknown) => {
        onFault(error);
        return [];
      },
    ),
  ]);
  if (!room) return;
  // Until $connect has returned, API Gateway answers posts with 410 as if the connection were gone.
  const { gone } = await deliver(
    { kind: 'Connected', room: room.id, messages },
    [session],
    parts.poster,
    (outcome) => outcome === 'gone',
  );
  if (gone.length > 0) return forget(session, parts);
  const audience = await listAudience(room, parts);
  await Promise.all([
    acknowledgeAll(session, messages, audience, parts),
    bringsOnline(session, audience) && announce(session, true, audience, parts),
  ]);
}
