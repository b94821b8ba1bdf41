import type { SendMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Message } from '../domain/message.ts';
import { statusFrom } from '../domain/receipt.ts';
import type { Room } from '../domain/room.ts';
import { checkedText } from '../domain/text.ts';
import { getEntry, getMessage, putMessage } from '../store/log.ts';
import { takeTurn } from '../store/members.ts';
import { takeClaim } from '../store/repeats.ts';
import { takeSeq } from '../store/rooms.ts';
import { acknowledge } from './acknowledge.ts';
import { isoTime, type Parts } from './parts.ts';
import { listAudience, publish, withCaller } from './publish.ts';

/** In one round trip: the sender may send, the message that is replied to is there, and the room's next number is ours. */
async function enter(command: SendMessage, session: Session, parts: Parts, now: number): Promise<Room> {
  const id = command.room ?? session.room;
  const [turn, room, answered] = await Promise.allSettled([
    takeTurn(parts.db, id, session.user.id, now),
    takeSeq(parts.db, id, now),
    command.replyTo === undefined ? undefined : getMessage(parts.db, id, command.replyTo),
  ]);
  // The member's answer comes first, so that nobody learns which rooms there are.
  if (turn.status === 'rejected') throw turn.reason;
  if (room.status === 'rejected') throw room.reason;
  if (answered.status === 'rejected') throw answered.reason;
  if (command.replyTo !== undefined && (!answered.value || answered.value.deletedAt !== undefined)) {
    throw new ChatError(
      'MESSAGE_NOT_FOUND',
      'The message that this replies to is not there: reply to another',
    );
  }
  return room.value;
}

async function takeNumber(command: SendMessage, session: Session, room: Room, parts: Parts): Promise<number> {
  const { clientId } = command;
  if (clientId === undefined) return room.seq;
  const claim = { room: room.id, user: session.user.id, clientId };
  return takeClaim(parts.db, claim, room.seq, parts.now());
}

/** What stands under the number already: the same message, sent before. */
async function repeated(room: string, message: Message, parts: Parts): Promise<Message> {
  const entry = await getEntry(parts.db, room, message.id);
  const same = entry?.kind === 'message' && entry.message.clientId === message.clientId;
  if (same && message.clientId !== undefined) return entry.message;
  throw new ChatError('BAD_FRAME', 'This client_id was used for another change: take a new one for each');
}

/**
 * Stores a message, then posts it to the room, its sender included, then tells how far it has come. A repeat stores
 * nothing, and is answered to its sender alone with the message as it is now.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, NOT_A_MEMBER, MUTED, MESSAGE_NOT_FOUND, BAD_FRAME
 */
export async function sendMessage(command: SendMessage, session: Session, parts: Parts): Promise<Event[]> {
  const text = checkedText(command.text);
  const now = parts.now();
  const room = await enter(command, session, parts, now);
  const id = await takeNumber(command, session, room, parts);
  const message: Message = {
    id,
    room: room.id,
    author: session.user,
    text,
    type: command.type,
    ...(command.replyTo !== undefined && { replyTo: command.replyTo }),
    status: 'sent',
    createdAt: isoTime(now),
    updatedAt: isoTime(now),
    ...(command.clientId !== undefined && { clientId: command.clientId }),
    revision: id,
  };
  if (!(await putMessage(parts.db, message))) {
    return [
      { kind: 'MessageSent', room: room.id, message: await repeated(room.id, message, parts), seq: id },
    ];
  }
  const audience = withCaller(session, await listAudience(room, parts));
  const taken = await publish({ kind: 'MessageSent', room: room.id, message, seq: id }, audience, parts);
  const status = statusFrom(session.user.id, taken);
  if (status !== 'sent') await acknowledge(message, status, audience, parts);
  return [];
}
