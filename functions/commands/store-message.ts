import type { SendMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { FileInput } from '../domain/file.ts';
import { actorId, type Member } from '../domain/member.ts';
import type { Message } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { checkedText } from '../domain/text.ts';
import { getEntry, getMessage, putMessage } from '../store/log.ts';
import { getMember } from '../store/members.ts';
import { takeClaim } from '../store/repeats.ts';
import { takeSeq } from '../store/rooms.ts';
import { attachFile, checkFile } from './attach-file.ts';
import { type FilingParts, isoTime } from './parts.ts';
import { checkedMember, takeTurn } from './take-turn.ts';

/** Who says something, by which connection where there is one, and in which room where the command names none. */
export type Writer = Pick<Session, 'user' | 'room'> & Partial<Pick<Session, 'id'>>;

/** A message that is in the room's log. */
export interface Stored {
  readonly message: Message;
  readonly room: Room;
  /** It was stored by an earlier try, so nobody is to be told again. */
  readonly repeated: boolean;
}

type Storing = Pick<FilingParts, 'db' | 'rates' | 'now' | 'files'>;

interface Entered {
  readonly room: Room;
  /** Why the message cannot be stored, unless it is already. */
  readonly refusal?: ChatError;
}

/** In a room that the writer was not let into before, membership comes first: a stranger takes no number. */
async function checkRoom(command: SendMessage, writer: Writer, parts: Storing): Promise<string> {
  const id = command.room ?? writer.room;
  if (id !== writer.room) await checkedMember(parts.db, id, writer.user);
  return id;
}

function refusalOf(command: SendMessage, answered: Message | undefined, receiver: Member | undefined) {
  if (command.replyTo !== undefined && (!answered || answered.deletedAt !== undefined)) {
    return new ChatError(
      'MESSAGE_NOT_FOUND',
      'The message that this replies to is not there: reply to another',
    );
  }
  if (command.receiver !== undefined && !receiver) {
    return new ChatError('NOT_A_MEMBER', 'The receiver is not a member of this room: name one who is');
  }
  return undefined;
}

/** In one round trip: the writer may write, whom and what it answers is there, and the room's next number is ours. */
async function enter(command: SendMessage, writer: Writer, parts: Storing, now: number): Promise<Entered> {
  const id = await checkRoom(command, writer, parts);
  const [turn, room, answered, receiver] = await Promise.allSettled([
    takeTurn(parts, { room: id, by: writer, counted: 'send', now }),
    takeSeq(parts.db, id, now),
    command.replyTo === undefined ? undefined : getMessage(parts.db, id, command.replyTo),
    command.receiver === undefined ? undefined : getMember(parts.db, id, command.receiver),
  ]);
  // The member's answer comes first, so that nobody learns which rooms there are.
  if (turn.status === 'rejected') throw turn.reason;
  if (room.status === 'rejected') throw room.reason;
  if (answered.status === 'rejected') throw answered.reason;
  if (receiver.status === 'rejected') throw receiver.reason;
  const refusal = refusalOf(command, answered.value, receiver.value);
  return { room: room.value, ...(refusal && { refusal }) };
}

async function takeNumber(command: SendMessage, writer: Writer, room: Room, parts: Storing): Promise<number> {
  const { clientId } = command;
  if (clientId === undefined) return room.seq;
  const claim = { room: room.id, user: actorId(writer.user), clientId };
  return takeClaim(parts.db, claim, room.seq, parts.now());
}

/** What stands under the number already: the same message, sent before. Undefined where nothing does. */
async function earlier(message: Message, parts: Storing): Promise<Message | undefined> {
  const entry = await getEntry(parts.db, message.room, message.id);
  if (!entry) return undefined;
  const same = entry.kind === 'message' && entry.message.clientId === message.clientId;
  if (same && message.clientId !== undefined) return entry.message;
  throw new ChatError('BAD_FRAME', 'This client_id was used for another change: take a new one for each');
}

async function withFile(message: Message, input: FileInput | undefined, parts: Storing): Promise<Message> {
  if (!input) return message;
  const { room, author } = message;
  return { ...message, file: await attachFile(input, { room, user: actorId(author) }, parts) };
}

/**
 * Puts a message into its room's log and tells nobody. A repeat, known by its client id, stores nothing and gives the
 * message as it is now.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, NOT_A_MEMBER, MUTED, RATE_LIMITED, MESSAGE_NOT_FOUND, BAD_FRAME
 */
export async function storeMessage(command: SendMessage, writer: Writer, parts: Storing): Promise<Stored> {
  const text = checkedText(command.text, command.file);
  if (command.file) checkFile(command.file);
  const now = parts.now();
  const { room, refusal } = await enter(command, writer, parts, now);
  const id = await takeNumber(command, writer, room, parts);
  const message: Message = {
    id,
    room: room.id,
    author: writer.user,
    text,
    type: command.type,
    ...(command.replyTo !== undefined && { replyTo: command.replyTo }),
    ...(command.receiver !== undefined && { receiver: command.receiver }),
    status: 'sent',
    createdAt: isoTime(now),
    updatedAt: isoTime(now),
    ...(command.clientId !== undefined && { clientId: command.clientId }),
    revision: id,
  };
  if (!refusal) {
    const carrying = await withFile(message, command.file, parts);
    if (await putMessage(parts.db, carrying)) return { message: carrying, room, repeated: false };
  }
  // Also a message that answers one that is gone by now is found, where it was stored before.
  const stored = await earlier(message, parts);
  if (!stored) throw refusal ?? new ChatError('INTERNAL');
  return { message: stored, room, repeated: true };
}
