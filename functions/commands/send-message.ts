import { type Context, isoTime } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import { acknowledge } from '../delivery/receipts.ts';
import { statusFrom } from '../domain/audience.ts';
import type { SendMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { MessageFile } from '../domain/file.ts';
import { actorId, type Member } from '../domain/member.ts';
import { checkedText, type LogEntry, type Message } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { enterLog, voidSequence } from '../log/append.ts';
import { checkMembership, checkWriteAccess } from '../rooms/access.ts';
import { attachFile, checkFile } from '../rooms/attach-file.ts';
import { type Claim, getClaim } from '../store/claims.ts';
import { getEntry, getMessage, putMessage } from '../store/log.ts';
import { getMember } from '../store/members.ts';
import { takeSeq } from '../store/rooms.ts';

/**
 * Stores a message, then posts it to the room, its sender included, then tells how far it has come. A repeat stores
 * nothing, and is answered to its sender alone with the message as it is now.
 * @throws what `storeMessage` throws
 */
export async function sendMessage(
  command: SendMessage,
  session: Session,
  context: Context,
): Promise<Event[]> {
  const stored = await storeMessage(command, session, context);
  const { message, room } = stored;
  if (stored.repeated) return [{ kind: 'MessageSent', room: room.id, message, seq: message.id }];
  await publishMessage(stored, session, context);
  return [];
}

/** Who says something, by which connection where there is one, and in which room where the command names none. */
export type Writer = Pick<Session, 'user' | 'room'> & Partial<Pick<Session, 'id'>>;

/** A message that is in the room's log. */
export interface Stored {
  readonly message: Message;
  readonly room: Room;
  /** It was stored by an earlier try, so nobody is to be told again. */
  readonly repeated: boolean;
}

type Storing = Pick<Context, 'db' | 'rates' | 'now' | 'files'>;

interface Turn {
  /** Its `seq` is a number that was taken for the message. */
  readonly room: Room;
  /** Why the message cannot be stored, unless it is already. */
  readonly refusal?: ChatError;
}

/** In a room that the writer was not let into before, membership comes first: a stranger takes no number. */
async function checkRoom(command: SendMessage, writer: Writer, context: Storing): Promise<string> {
  const id = command.room ?? writer.room;
  if (id !== writer.room) await checkMembership(context.db, id, writer.user);
  return id;
}

function refusalOf(command: SendMessage, answered: Message | undefined, receiver: Member | undefined) {
  if (command.replyTo !== undefined && (!answered || answered.deletedAt !== undefined)) {
    return new ChatError('REPLY_NOT_FOUND');
  }
  if (command.receiver !== undefined && !receiver) {
    return new ChatError('RECEIVER_NOT_A_MEMBER');
  }
  return undefined;
}

/** In one round trip: the writer may write, whom and what it answers is there, and the room's next number is ours. */
async function enter(command: SendMessage, writer: Writer, context: Storing, now: number): Promise<Turn> {
  const id = await checkRoom(command, writer, context);
  const [turn, room, answered, receiver] = await Promise.allSettled([
    checkWriteAccess(context, { room: id, by: writer, counted: 'send', now }),
    takeSeq(context.db, id, now),
    command.replyTo === undefined ? undefined : getMessage(context.db, id, command.replyTo),
    command.receiver === undefined ? undefined : getMember(context.db, id, command.receiver),
  ]);
  if (turn.status === 'rejected' && room.status === 'fulfilled')
    await voidSequence(context.db, id, room.value.seq);
  // The member's answer comes first, so that nobody learns which rooms there are.
  if (turn.status === 'rejected') throw turn.reason;
  if (room.status === 'rejected') throw room.reason;
  if (answered.status === 'rejected') throw answered.reason;
  if (receiver.status === 'rejected') throw receiver.reason;
  const refusal = refusalOf(command, answered.value, receiver.value);
  return { room: room.value, ...(refusal && { refusal }) };
}

/** The same message, sent before. @throws ChatError CLIENT_ID_REUSED for anything else */
function sameMessage(entry: LogEntry, clientId: string | undefined): Message {
  const same = entry.kind === 'message' && entry.message.clientId === clientId;
  if (same && clientId !== undefined) return entry.message;
  throw new ChatError('CLIENT_ID_REUSED');
}

/** A message that is refused now may have been stored before, as when what it answers was deleted since. */
async function storedBefore(claim: Claim | undefined, context: Storing): Promise<Message | undefined> {
  const seq = claim && (await getClaim(context.db, claim, context.now()));
  const entry = claim && seq !== undefined ? await getEntry(context.db, claim.room, seq) : undefined;
  return entry && entry.kind !== 'void' ? sameMessage(entry, claim?.clientId) : undefined;
}

/** The number that was taken for a message is given back where its file cannot be taken. */
async function withFile(
  { file }: SendMessage,
  writer: Writer,
  room: Room,
  context: Storing,
): Promise<{ file?: MessageFile }> {
  if (!file) return {};
  try {
    return { file: await attachFile(file, { room: room.id, user: actorId(writer.user) }, context) };
  } catch (error) {
    await voidSequence(context.db, room.id, room.seq);
    throw error;
  }
}

/**
 * Puts a message into its room's log and tells nobody. A repeat, known by its client id, stores nothing and gives the
 * message as it is now.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, NOT_A_MEMBER, MUTED, RATE_LIMITED, REPLY_NOT_FOUND, RECEIVER_NOT_A_MEMBER,
 * CLIENT_ID_REUSED, and those of attachFile
 */
export async function storeMessage(command: SendMessage, writer: Writer, context: Storing): Promise<Stored> {
  const text = checkedText(command.text, command.file);
  if (command.file) checkFile(command.file);
  const { clientId } = command;
  const now = context.now();
  const { room, refusal } = await enter(command, writer, context, now);
  const claim = clientId === undefined ? undefined : { room: room.id, user: actorId(writer.user), clientId };
  // A repeat stores its file no second time.
  const before = refusal || command.file ? await storedBefore(claim, context) : undefined;
  if (before || refusal) await voidSequence(context.db, room.id, room.seq);
  if (before) return { message: before, room, repeated: true };
  if (refusal) throw refusal;
  const fields = {
    ...(await withFile(command, writer, room, context)),
    room: room.id,
    author: writer.user,
    text,
    type: command.type,
    ...(command.replyTo !== undefined && { replyTo: command.replyTo }),
    ...(command.receiver !== undefined && { receiver: command.receiver }),
    status: 'sent',
    createdAt: isoTime(now),
    updatedAt: isoTime(now),
    ...(clientId !== undefined && { clientId }),
  } as const;
  let message: Message = { ...fields, id: room.seq, revision: room.seq };
  const entered = await enterLog(
    room,
    claim,
    (seq) => {
      message = { ...fields, id: seq, revision: seq };
      return putMessage(context.db, message);
    },
    context,
  );
  const { earlier } = entered;
  if (!earlier) return { message, room: entered.room, repeated: false };
  return { message: sameMessage(earlier, clientId), room: entered.room, repeated: true };
}

/**
 * Posts a stored message to its room, then tells those who follow its receipts how far it has come. What a fan-out has
 * been asked for, it tells itself.
 * @param caller the connection that the message came by, if any
 */
export async function publishMessage(
  { message, room }: Pick<Stored, 'message' | 'room'>,
  caller: Session | undefined,
  context: Context,
): Promise<void> {
  const sent = { kind: 'MessageSent', room: room.id, message, seq: message.id } as const;
  const { delivered, audience } = await publish(sent, room, caller, context);
  const status = statusFrom(message.author.id, delivered);
  if (status !== 'sent') await acknowledge(message, status, audience, context);
}
