import type { SendMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Message } from '../domain/message.ts';
import { statusFrom } from '../domain/receipt.ts';
import type { Room } from '../domain/room.ts';
import { checkedText } from '../domain/text.ts';
import { getEntry, getMessage, putMessage } from '../store/log.ts';
import { getMember, takeTurn } from '../store/members.ts';
import { takeClaim } from '../store/repeats.ts';
import { takeSeq } from '../store/rooms.ts';
import { acknowledge } from './acknowledge.ts';
import { isoTime, type Parts } from './parts.ts';
import { listAudience, publish, withCaller } from './publish.ts';

interface Entered {
  readonly room: Room;
  /** The message that is replied to is there. */
  readonly answers: boolean;
}

/**
 * In one round trip: the sender may send, the message that is replied to is there, and the room's next number is ours.
 * In a room that the sender did not connect to, membership comes first: a stranger takes no number.
 */
async function enter(command: SendMessage, session: Session, parts: Parts, now: number): Promise<Entered> {
  const id = command.room ?? session.room;
  if (id !== session.room && !(await getMember(parts.db, id, session.user.id))) {
    throw new ChatError('NOT_A_MEMBER');
  }
  const [turn, room, answered] = await Promise.allSettled([
    takeTurn(parts.db, id, session.user.id, now),
    takeSeq(parts.db, id, now),
    command.replyTo === undefined ? undefined : getMessage(parts.db, id, command.replyTo),
  ]);
  // The member's answer comes first, so that nobody learns which rooms there are.
  if (turn.status === 'rejected') throw turn.reason;
  if (room.status === 'rejected') throw room.reason;
  if (answered.status === 'rejected') throw answered.reason;
  const there = answered.value !== undefined && answered.value.deletedAt === undefined;
  return { room: room.value, answers: command.replyTo === undefined || there };
}

async function takeNumber(command: SendMessage, session: Session, room: Room, parts: Parts): Promise<number> {
  const { clientId } = command;
  if (clientId === undefined) return room.seq;
  const claim = { room: room.id, user: session.user.id, clientId };
  return takeClaim(parts.db, claim, room.seq, parts.now());
}

/** What stands under the number already: the same message, sent before. Undefined where nothing does. */
async function repeated(message: Message, parts: Parts): Promise<Message | undefined> {
  const entry = await getEntry(parts.db, message.room, message.id);
  if (!entry) return undefined;
  const same = entry.kind === 'message' && entry.message.clientId === message.clientId;
  if (same && message.clientId !== undefined) return entry.message;
  throw new ChatError('BAD_FRAME', 'This client_id was used for another change: take a new one for each');
}

/** A message that answers one that is gone is not stored, but one that was stored before it went is a repeat. */
async function storedBefore(message: Message, answers: boolean, parts: Parts): Promise<Message | undefined> {
  if (answers && (await putMessage(parts.db, message))) return undefined;
  const earlier = await repeated(message, parts);
  if (earlier) return earlier;
  throw new ChatError('MESSAGE_NOT_FOUND', 'The message that this replies to is not there: reply to another');
}

/**
 * Stores a message, then posts it to the room, its sender included, then tells how far it has come. A repeat stores
 * nothing, and is answered to its sender alone with the message as it is now.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, NOT_A_MEMBER, MUTED, MESSAGE_NOT_FOUND, BAD_FRAME
 */
export async function sendMessage(command: SendMessage, session: Session, parts: Parts): Promise<Event[]> {
  const text = checkedText(command.text);
  const now = parts.now();
  const { room, answers } = await enter(command, session, parts, now);
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
  const earlier = await storedBefore(message, answers, parts);
  if (earlier) return [{ kind: 'MessageSent', room: room.id, message: earlier, seq: id }];
  const audience = withCaller(session, await listAudience(room, parts));
  const taken = await publish({ kind: 'MessageSent', room: room.id, message, seq: id }, audience, parts);
  const status = statusFrom(session.user.id, taken);
  if (status !== 'sent') await acknowledge(message, status, audience, parts);
  return [];
}
