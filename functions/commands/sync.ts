import { postMissed } from '../connections/welcome.ts';
import type { Context } from '../delivery/context.ts';
import { audienceOf } from '../delivery/publish.ts';
import { acknowledgeAll } from '../delivery/receipts.ts';
import type { Sync } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { readableRoom } from '../rooms/access.ts';

/**
 * Posts a page of the events after a sequence number to the client, and raises the status of the posted messages.
 * @throws ChatError NOT_A_MEMBER
 */
export async function sync(command: Sync, session: Session, context: Context): Promise<Event[]> {
  const room = await readableRoom(context.db, command.room ?? session.room, session.user);
  const messages = await postMissed(room, command.since, session, context);
  await acknowledgeAll(messages, session, audienceOf(room, context), context);
  return [];
}
