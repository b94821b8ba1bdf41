import { addRoomToInboxes } from '../connections/inbox.ts';
import { type Context, isoTime, type PostingContext } from '../delivery/context.ts';
import { type Listed, listForPublish, publish } from '../delivery/publish.ts';
import { acknowledge } from '../delivery/receipts.ts';
import { deliveryStatus } from '../domain/audience.ts';
import type { SendMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { type Event, entryEvent } from '../domain/event.ts';
import { actorId, type Member } from '../domain/member.ts';
import { checkText, type LogEntry, type Message, mentionsField } from '../domain/message.ts';
import { expiryOf, isGone, keptIn } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import { appendToLog } from '../log/append.ts';
import { appendWithFile } from '../log/release-file.ts';
import { checkNotLimited, checkWriteAccess, readableMessage, type Service } from '../rooms/access.ts';
import { attachFile, checkFile, describeFile } from '../rooms/files.ts';
import { checkRoom, numberFor } from '../rooms/write-number.ts';
import { type Claim, type Claimed, getClaim } from '../store/claims.ts';
import { expireFile } from '../store/expiring-files.ts';
import { getEntry, putMessage } from '../store/log.ts';
import { acceptRequest, getMember } from '../store/members.ts';
import { withReaders } from '../store/messages.ts';
import { getRoom } from '../store/rooms.ts';
import { checkDraft } from './check-draft.ts';

/**
 * The user who sends a message, with the connection if there is one, and the room for commands that name none. With
 * `service`, a backend of the team sends it in the user's name.
 */
export type Writer = Pick<Session, 'user' | 'room'> &
  Partial<Pick<Session, 'id'>> &
  Partial<Pick<Service, 'service'>>;

/** A message in the room's log. */
export interface StoredMessage {
  readonly message: Message;
  /** Where to announce the message. Undefined for a repeat: an earlier attempt with the same client id stored it. */
  readonly audience?: { readonly room: Room; readonly listed: Listed };
}

type StoreContext = PostingContext &
  Pick<Context, 'rates' | 'budgets' | 'files' | 'dailyFileBytes' | 'beforeSend'>;

const sentEvent = (message: Message): Event =>
  entryEvent(message.room, { kind: 'message', message }, message);

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
  if (!stored.audience) {
    const [message = stored.message] = await withReaders(context.db, [stored.message], [session.user.id]);
    return [sentEvent(message)];
  }
  await publishMessage(stored, session, context);
  return [];
}

/**
 * Stores a message in its room's log without announcing it. For a repeat, returns the current message. A refused
 * message and a repeat take no sequence number.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, NOT_A_MEMBER, MUTED, RATE_LIMITED, REPLY_NOT_FOUND, RECEIVER_NOT_A_MEMBER,
 * CLIENT_ID_REUSED, MESSAGE_NOT_FOUND for a repeat of a message that is gone, ROOM_ARCHIVED, POSTING_RESTRICTED, SLOW_MODE, and what `checkDraft` and `attachFile` throw
 * @param announced whether `publishMessage` follows, so that the room's connections are needed
 */
export async function storeMessage(
  command: SendMessage,
  writer: Writer,
  context: StoreContext,
  { announced } = { announced: true },
): Promise<StoredMessage> {
  const text = checkText(command.text, command.file);
  if (command.file) checkFile(command.file);
  const { db } = context;
  const { clientId } = command;
  const now = context.now();
  const id = command.room ?? writer.room;
  const claim = clientId === undefined ? undefined : { room: id, user: actorId(writer.user), clientId };
  const { member, claimed, refusal } = await checkMessage(command, { id, writer, claim, now }, context);
  const [before, current] =
    claimed === undefined ? [] : await findEarlier(id, claimed.seq, clientId, context);
  // A repeat must not fail for a reason that arose after the first attempt.
  if (before) return { message: before };
  if (refusal) throw refusal;
  const uploader = { room: id, user: actorId(writer.user), guest: writer.user.guest };
  const { id: connection, service } = writer;
  const write = { room: id, member, connection, clientId, kind: 'send', service } as const;
  const revised = await checkDraft(write, context, async () => {
    const fileFields = command.file && (await describeFile(command.file, uploader, context));
    return { ...command, room: id, by: writer.user, text, file: fileFields };
  });
  const { data, ...content } = { text, data: command.data, ...revised };
  const sentAt = revised ? context.now() : now;
  const at = isoTime(sentAt);
  // The hook has checked the room. Without it, a file would be stored, and counted, before the room refuses the message.
  if (command.file && !revised) await checkRoom(write, context);
  // Attach the file before taking a number: a refused file then uses none, and no reader waits for a slow one.
  const file = command.file && (await attachFile(command.file, uploader, sentAt, context));
  const fields = {
    ...(file && { file }),
    room: id,
    author: writer.user,
    ...content,
    type: command.type,
    ...(command.replyTo !== undefined && { replyTo: command.replyTo }),
    ...(command.receiver !== undefined && { receiver: command.receiver }),
    ...mentionsField(command.mentions),
    ...(data && { data }),
    status: 'sent',
    createdAt: at,
    updatedAt: at,
    ...(clientId !== undefined && { clientId }),
  } as const;
  const messageAt = (seq: number): Message => ({ ...fields, id: seq, revision: seq });
  let listed: Listed;
  const put = async (seq: number, room: Room) => {
    const expiry = expiryOf(room, now, context);
    if (file && expiry) await expireFile(db, id, file, expiry);
    const [earlier, connections] = await Promise.all([
      putMessage(db, messageAt(seq), expiry),
      announced ? listForPublish(room, context) : undefined,
      // Sending a message accepts the room. A refused message does not get this far.
      (member.pending || member.addedByBlocked) && acceptRequest(db, id, member.user),
    ]);
    listed = connections;
    return earlier;
  };
  const append = async (noteSeq: (seq: number) => void) => {
    const take = numberFor(write, context);
    const room = current ?? (await take(now));
    const target = { room, claim, claimed: current && claimed, take };
    const noteAndPut = (seq: number, latest: Room) => {
      noteSeq(seq);
      return put(seq, latest);
    };
    return appendToLog(target, noteAndPut, context);
  };
  const appended = await appendWithFile(id, file, append, context);
  if (appended.earlier) return { message: checkSameMessage(appended.earlier, clientId) };
  // The room was concealed from the member, so their inboxes may not have it.
  if (member.addedByBlocked) await addRoomToInboxes(id, member.user, context);
  return { message: messageAt(appended.seq), audience: { room: appended.room, listed } };
}

interface Checked {
  readonly member: Member;
  /** The number that an earlier attempt claimed with the same client id. */
  readonly claimed: Claimed | undefined;
  /** The error to throw, unless an earlier attempt has stored the message. */
  readonly refusal: ChatError | undefined;
}

/** Checks a message against the store, and counts it against the rate limit, in one round trip. */
async function checkMessage(
  { replyTo, receiver }: SendMessage,
  { id, writer, claim, now }: { id: string; writer: Writer; claim: Claim | undefined; now: number },
  context: StoreContext,
): Promise<Checked> {
  const { db } = context;
  const write = { room: id, by: writer, counted: 'send', now } as const;
  checkNotLimited(context, write);
  const [member, claimed, replyTarget, receiverMember] = await Promise.all([
    checkWriteAccess(context, write),
    claim && getClaim(db, claim, now),
    replyTo === undefined ? undefined : readableMessage({ room: id, message: replyTo }, writer, context),
    receiver === undefined ? undefined : getMember(db, id, receiver),
  ]);
  const noTarget = !replyTarget || replyTarget.deletedAt !== undefined;
  if (replyTo !== undefined && noTarget)
    return { member, claimed, refusal: new ChatError('REPLY_NOT_FOUND') };
  const noReceiver = receiver !== undefined && !receiverMember;
  return { member, claimed, refusal: noReceiver ? new ChatError('RECEIVER_NOT_A_MEMBER') : undefined };
}

/**
 * Returns the message that an earlier attempt stored under its number, and the room.
 * @throws ChatError CLIENT_ID_REUSED if it is a different change, and MESSAGE_NOT_FOUND if the message is gone
 */
async function findEarlier(
  id: string,
  seq: number,
  clientId: string | undefined,
  context: StoreContext,
): Promise<[Message | undefined, Room | undefined]> {
  const [entry, room] = await Promise.all([getEntry(context.db, id, seq), getRoom(context.db, id)]);
  if (!entry || entry.kind === 'void') return [undefined, room];
  const message = checkSameMessage(entry, clientId);
  if (room && isGone(entry, keptIn(room, context))) throw new ChatError('MESSAGE_NOT_FOUND');
  return [message, room];
}

/** Returns the message of an earlier attempt. @throws ChatError CLIENT_ID_REUSED if it is a different change */
function checkSameMessage(entry: LogEntry, clientId: string | undefined): Message {
  const same = entry.kind === 'message' && entry.message.clientId === clientId;
  if (same && clientId !== undefined) return entry.message;
  throw new ChatError('CLIENT_ID_REUSED');
}

/**
 * Posts a new message to its room, and then raises its status. `fanout` invocations raise it for their own posts. Does
 * nothing for a repeat.
 * @param caller the connection that sent the message; undefined for a message sent by REST
 */
export async function publishMessage(
  { message, audience: target }: StoredMessage,
  caller: Session | undefined,
  context: Context,
): Promise<void> {
  if (!target) return;
  const { delivered, audience } = await publish(
    sentEvent(message),
    target.room,
    caller,
    context,
    target.listed,
  );
  const status = deliveryStatus(message.author, delivered);
  if (status !== 'sent') await acknowledge([message], status, audience, context);
}
