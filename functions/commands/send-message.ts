import { type Context, isoTime } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import { acknowledge } from '../delivery/receipts.ts';
import { deliveryStatus } from '../domain/audience.ts';
import type { SendMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { type Event, entryEvent } from '../domain/event.ts';
import type { MessageFile } from '../domain/file.ts';
import { actorId, type Member } from '../domain/member.ts';
import { checkText, type LogEntry, type Message } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { appendToLog, voidSequence } from '../log/append.ts';
import { checkMembership, checkWriteAccess } from '../rooms/access.ts';
import { attachFile, checkFile } from '../rooms/files.ts';
import { type Claim, getClaim } from '../store/claims.ts';
import { getEntry, getMessage, putMessage } from '../store/log.ts';
import { getMember } from '../store/members.ts';
import { withReaders } from '../store/messages.ts';
import { takeSeq } from '../store/rooms.ts';

/** The user who sends a message, with the connection if there is one, and the room for commands that name none. */
export type Writer = Pick<Session, 'user' | 'room'> & Partial<Pick<Session, 'id'>>;

/** A message in the room's log. */
export interface StoredMessage {
  readonly message: Message;
  readonly room: Room;
  /** Whether an earlier attempt with the same client id stored the message. It must not be announced again. */
  readonly repeated: boolean;
}

type StoreContext = Pick<Context, 'db' | 'rates' | 'now' | 'files'>;

const sentEvent = ({ message, room }: StoredMessage): Event =>
  entryEvent(room.id, { kind: 'message', message }, message);

/**
 * Stores a message, posts it to the room including the sender, and raises its status. For a repeat, stores nothing and
 * returns the current message to the sender.
 * @throws what `storeMessage` throws
 */
export async function sendMessage(
  command: SendMessage,
  session: Session,
  context: Context,
): Promise<Event[]> {
  const stored = await storeMessage(command, session, context);
  if (stored.repeated) {
    const [message = stored.message] = await withReaders(context.db, [stored.message], [session.user.id]);
    return [sentEvent({ ...stored, message })];
  }
  await publishMessage(stored, session, context);
  return [];
}

/**
 * Stores a message in its room's log without announcing it. For a repeat, returns the current message.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, NOT_A_MEMBER, MUTED, RATE_LIMITED, REPLY_NOT_FOUND, RECEIVER_NOT_A_MEMBER,
 * CLIENT_ID_REUSED, and what `attachFile` throws
 */
export async function storeMessage(
  command: SendMessage,
  writer: Writer,
  context: StoreContext,
): Promise<StoredMessage> {
  const text = checkText(command.text, command.file);
  if (command.file) checkFile(command.file);
  const { clientId } = command;
  const now = context.now();
  const { room, refusal } = await takeNumber(command, writer, context, now);
  const claim = clientId === undefined ? undefined : { room: room.id, user: actorId(writer.user), clientId };
  // A repeat must not store its file again, and must not fail for a reason that arose after the first attempt.
  const before = refusal || command.file ? await findEarlier(claim, context) : undefined;
  if (before || refusal) await voidSequence(context.db, room.id, room.seq);
  if (before) return { message: before, room, repeated: true };
  if (refusal) throw refusal;
  const fields = {
    ...(await attachOrVoid(command, writer, room, context)),
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
  const messageAt = (seq: number): Message => ({ ...fields, id: seq, revision: seq });
  const put = (seq: number) => putMessage(context.db, messageAt(seq));
  const { earlier, seq, room: latest } = await appendToLog(room, claim, put, context);
  if (!earlier) return { message: messageAt(seq), room: latest, repeated: false };
  return { message: checkSameMessage(earlier, clientId), room: latest, repeated: true };
}

interface NumberTaken {
  /** Its `seq` is taken for the message. */
  readonly room: Room;
  /** The error to throw, unless an earlier attempt has stored the message. */
  readonly refusal?: ChatError;
}

/** Takes the room's next sequence number and checks the message against the store, in one round trip. */
async function takeNumber(
  command: SendMessage,
  writer: Writer,
  context: StoreContext,
  now: number,
): Promise<NumberTaken> {
  const id = command.room ?? writer.room;
  // The handshake checked the connection's own room. In another room a non-member must not take a number.
  if (id !== writer.room) await checkMembership(context.db, id, writer.user);
  const [access, room, replyTarget, receiver] = await Promise.allSettled([
    checkWriteAccess(context, { room: id, by: writer, counted: 'send', now }),
    takeSeq(context.db, id, now),
    command.replyTo === undefined ? undefined : getMessage(context.db, id, command.replyTo),
    command.receiver === undefined ? undefined : getMember(context.db, id, command.receiver),
  ]);
  if (access.status === 'rejected' && room.status === 'fulfilled')
    await voidSequence(context.db, id, room.value.seq);
  // NOT_A_MEMBER takes precedence, so that the answer does not reveal whether the room exists.
  if (access.status === 'rejected') throw access.reason;
  if (room.status === 'rejected') throw room.reason;
  if (replyTarget.status === 'rejected') throw replyTarget.reason;
  if (receiver.status === 'rejected') throw receiver.reason;
  const refusal = refusalOf(command, replyTarget.value, receiver.value);
  return { room: room.value, ...(refusal && { refusal }) };
}

/** Checks that the reply target and the receiver exist. */
function refusalOf(command: SendMessage, replyTarget: Message | undefined, receiver: Member | undefined) {
  const noTarget = !replyTarget || replyTarget.deletedAt !== undefined;
  if (command.replyTo !== undefined && noTarget) return new ChatError('REPLY_NOT_FOUND');
  if (command.receiver !== undefined && !receiver) return new ChatError('RECEIVER_NOT_A_MEMBER');
  return undefined;
}

async function findEarlier(claim: Claim | undefined, context: StoreContext): Promise<Message | undefined> {
  const seq = claim && (await getClaim(context.db, claim, context.now()));
  const entry = claim && seq !== undefined ? await getEntry(context.db, claim.room, seq) : undefined;
  return entry && entry.kind !== 'void' ? checkSameMessage(entry, claim?.clientId) : undefined;
}

/** Returns the message of an earlier attempt. @throws ChatError CLIENT_ID_REUSED if it is a different change */
function checkSameMessage(entry: LogEntry, clientId: string | undefined): Message {
  const same = entry.kind === 'message' && entry.message.clientId === clientId;
  if (same && clientId !== undefined) return entry.message;
  throw new ChatError('CLIENT_ID_REUSED');
}

/** Attaches the message's file. Voids the message's sequence number if that fails. */
async function attachOrVoid(
  { file }: SendMessage,
  writer: Writer,
  room: Room,
  context: StoreContext,
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
 * Posts a stored message to its room, and then raises its status. `fanout` invocations raise it for their own posts.
 * @param caller the connection that sent the message; undefined for a message sent by REST
 */
export async function publishMessage(
  stored: StoredMessage,
  caller: Session | undefined,
  context: Context,
): Promise<void> {
  const { message, room } = stored;
  const { delivered, audience } = await publish(sentEvent(stored), room, caller, context);
  const status = deliveryStatus(message.author.id, delivered);
  if (status !== 'sent') await acknowledge(message, status, audience, context);
}
