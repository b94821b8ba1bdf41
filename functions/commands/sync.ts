import type { Sync } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Message } from '../domain/message.ts';
import { newsTo } from '../domain/receipt.ts';
import type { Room } from '../domain/room.ts';
import { getRoom } from '../store/rooms.ts';
import { acknowledgeAll } from '../delivery/receipts.ts';
import type { Applying } from '../log/apply-change.ts';
import { audienceOf } from '../delivery/audience.ts';
import { catchUp } from '../log/catch-up.ts';
import type { Leaving } from '../delivery/leave.ts';
import type { FilingParts } from '../delivery/context.ts';
import { post } from '../delivery/publish.ts';
import { checkedMember } from '../rooms/access.ts';

/**
 * Posts to a connection what its client missed, one page of it.
 * @returns the messages that it has now, newest first; none where it could not be posted
 */
export async function postMissed(
  room: Room,
  since: number,
  session: Session,
  parts: Applying & Leaving,
): Promise<readonly Message[]> {
  const missed = await catchUp(room, since, parts);
  const { taken } = await post(missed, [session], parts);
  if (taken.length === 0) return [];
  return missed.changes
    .flatMap(({ kind, message }) =>
      kind === 'MessageSent' && message.deletedAt === undefined ? message : [],
    )
    .reverse();
}

/**
 * Tells a client what has changed since a number; the messages have come as far as this connection then.
 * @throws ChatError NOT_A_MEMBER
 */
export async function sync(command: Sync, session: Session, parts: FilingParts): Promise<Event[]> {
  const id = command.room ?? session.room;
  const [room] = await Promise.all([getRoom(parts.db, id), checkedMember(parts.db, id, session.user)]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  const messages = await postMissed(room, command.since, session, parts);
  const arrived = newsTo(session, messages);
  if (arrived.length > 0) await acknowledgeAll(arrived, session, audienceOf(room, parts), parts);
  return [];
}
