import type { Context } from '../delivery/context.ts';
import { audienceOf, post } from '../delivery/publish.ts';
import { acknowledgeReceived } from '../delivery/receipts.ts';
import type { Sync } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { catchUp, messagesIn } from '../log/catch-up.ts';
import { readableRoom } from '../rooms/access.ts';
import { blockListOf } from '../rooms/blocks.ts';

/**
 * Posts a page of the events after a sequence number to the client, and raises the status of the posted messages.
 * @throws ChatError NOT_A_MEMBER
 */
export async function sync(command: Sync, session: Session, context: Context): Promise<Event[]> {
  const { user } = session;
  const [room, blocked] = await Promise.all([
    readableRoom(context.db, command.room ?? session.room, user),
    blockListOf(user, context),
  ]);
  const missed = await catchUp(room, command.since, { ...user, blocked }, context);
  const { delivered } = await post(missed, [session], context);
  const messages = delivered.length > 0 ? messagesIn(missed.changes) : [];
  await acknowledgeReceived(messages, session, audienceOf(room, context), context);
  return [];
}
