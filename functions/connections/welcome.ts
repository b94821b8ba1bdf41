import type { Context, PostingContext } from '../delivery/context.ts';
import { type Delivery, deliver } from '../delivery/deliver.ts';
import { isTransient } from '../delivery/poster.ts';
import { announcePresence } from '../delivery/presence.ts';
import { type Audience, audienceOf, post } from '../delivery/publish.ts';
import { acknowledgeReceived } from '../delivery/receipts.ts';
import { listPresent, removeConnection } from '../delivery/remove-connections.ts';
import { CLOSE_BUDGET_MS, close, closeOpening, retryTransient } from '../delivery/retry.ts';
import { dialectOf } from '../dialects/registry.ts';
import { messagesToAcknowledge, statusAtRecipient } from '../domain/audience.ts';
import type { Reader } from '../domain/block.ts';
import { HISTORY_LIMIT } from '../domain/command.ts';
import { bringsOnline, mayBeOpening, type Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event, HandshakeRefused } from '../domain/event.ts';
import type { Member } from '../domain/member.ts';
import { type Message, seqOf } from '../domain/message.ts';
import { keptIn } from '../domain/retention.ts';
import { directRoomUsers, isInbox, type Room } from '../domain/room.ts';
import { catchUp, eventsOf, messagesIn } from '../log/catch-up.ts';
import type { LogContext } from '../log/context.ts';
import { SETTLED_PAGE, settleLog } from '../log/settle.ts';
import { getConnection, getMissed } from '../store/connections.ts';
import { getMember, putReadTo } from '../store/members.ts';
import { withReaders } from '../store/messages.ts';
import { getRoom } from '../store/rooms.ts';
import { addRoomToInboxes, announceOnline, openInbox } from './inbox.ts';
import type { RoomCache } from './room-cache.ts';

/**
 * How long to wait for the end of the handshake, in milliseconds. `$connect` returns right after invoking `welcome`.
 */
const HANDSHAKE_BUDGET_MS = 10_000;

export type WelcomeContext = PostingContext & Pick<Context, 'files'> & { readonly rooms: RoomCache };

/** Called with an error that the client gets as an INTERNAL frame. */
type OnFault = (error: unknown) => void;

/**
 * Posts the first frame repeatedly until the connection is open. API Gateway answers 410 to earlier posts. AWS does not
 * document its answer to an earlier lookup, so only a delivered post proves that the connection is open.
 * @param attempt resolves to the result of its post
 */
async function whenOpen<T extends Pick<Delivery, 'gone'>>(
  session: Session,
  { poster, now }: PostingContext,
  attempt: () => Promise<T>,
): Promise<T | undefined> {
  const mayBeOpen = () =>
    poster.isOpen(session.id).catch((error: unknown) => {
      if (isTransient(error)) return true;
      throw error;
    });
  return retryTransient(
    async () => ((await mayBeOpen()) ? attempt() : undefined),
    HANDSHAKE_BUDGET_MS,
    (result) => result === undefined || (result.gone.length > 0 && mayBeOpening(session, now())),
  );
}

/** An error frame. The client then repeats the failed step: it requests the history, or connects again. */
function faultIn({ room }: Session): Event {
  const { code, message: reason } = new ChatError('INTERNAL');
  return { kind: 'Refused', room, code, reason };
}

const readerOf = ({ user, blocked }: Session): Reader => ({ ...user, blocked });

/** Whether the contract posts the newest messages to each new connection. */
const getsHistory = (session: Session): boolean =>
  session.since === undefined && dialectOf(session).bringsHistory;

/** The first frame of a connection, ready to be posted. */
interface First {
  /** Read consistently after the connection's row was written, as the membership was. */
  readonly room: Room;
  /** Undefined for a visitor of an open room. */
  readonly member: Member | undefined;
  readonly event: Event;
  /** Whether an error frame follows, because the history could not be read. */
  readonly isFault: boolean;
  /** The messages in the frame, newest first. */
  readonly messages: readonly Message[];
  /** The sequence number up to which the client then has everything. Undefined if it has to request more anyway. */
  readonly upTo?: number;
}

type Outcome = Pick<Delivery, 'delivered' | 'gone' | 'expired'>;

const NOTHING_POSTED: Outcome = { delivered: [], gone: [], expired: [] };

/** Reads one page of the changes that a client missed. @param since the last sequence number that the client has */
async function readMissed(
  room: Room,
  since: number,
  session: Session,
  context: LogContext,
): Promise<Omit<First, 'room' | 'member' | 'isFault'>> {
  const event = await catchUp(room, since, readerOf(session), context);
  const isLast = event.complete && !event.hasMore;
  return { event, messages: messagesIn(event.changes), ...(isLast && { upTo: event.seq }) };
}

const connected = ({ room, user }: Session, messages: readonly Message[]): Event => ({
  kind: 'Connected',
  room,
  user,
  messages,
});

/**
 * Reads the first frame of a connection: the missed changes if its client resumes, else the newest messages in dialects
 * that send them. If they cannot be read, the frame is an empty list, as the contracts S0 and S1 require.
 * @returns undefined if the user may not be in the room
 */
async function readFirst(
  session: Session,
  context: WelcomeContext,
  onFault: OnFault,
): Promise<First | undefined> {
  const { db, rooms, now } = context;
  const { user, since } = session;
  const reading = getRoom(db, session.room);
  const readHistory = async () => {
    const { retentionDays } = context;
    const request = { limit: HISTORY_LIMIT, reader: readerOf(session), now: now(), retentionDays };
    const history = await rooms.latestMessages(db, session.room, reading, request);
    return withReaders(db, history, [user.id]);
  };
  const [room, member, history] = await Promise.all([
    reading,
    getMember(db, session.room, user.id),
    getsHistory(session) ? readHistory().catch((error: unknown) => onFault(error)) : undefined,
  ]);
  if (!room || (!member && room.access !== 'open')) return undefined;
  if (since !== undefined) {
    try {
      return { room, member, isFault: false, ...(await readMissed(room, since, session, context)) };
    } catch (error) {
      onFault(error);
      return { room, member, isFault: false, event: faultIn(session), messages: [] };
    }
  }
  const messages = history ?? [];
  const isFault = getsHistory(session) && !history;
  const event = connected(session, messages);
  return { room, member, isFault, event, messages, ...(history && { upTo: room.seq }) };
}

/**
 * Posts the changes that the connection missed while it was opening, and that its first frame does not contain.
 * @param missed the sequence numbers of the changes whose posts found the connection not open
 * @returns the posted messages, newest first
 */
async function postMissed(
  missed: ReadonlySet<number>,
  { room, upTo, messages: first }: First,
  session: Session,
  context: WelcomeContext,
): Promise<readonly Message[]> {
  // The first frame may contain messages above the number up to which it is complete.
  const shown = new Set(first.map(({ id }) => id));
  const messages: Message[] = [];
  const last = Math.max(0, ...missed);
  // Without `upTo`, the first frame is incomplete: the client requests the rest, and gets the missed changes with it.
  for (let since = upTo ?? last; since < last; ) {
    const range = { since, upTo: last, limit: SETTLED_PAGE };
    const kept = keptIn(room, context);
    const page = await settleLog(context.db, room.id, range, kept);
    const entries = page.entries.filter((entry) => missed.has(seqOf(entry)) && !shown.has(seqOf(entry)));
    const changes = await eventsOf(room.id, entries, readerOf(session), kept, context);
    for (const change of changes) await post(change, [session], context);
    messages.unshift(...messagesIn(changes));
    since = page.upTo;
  }
  return messages;
}

/** Acknowledges the posted messages, and moves the read mark if the connection reads automatically. */
async function acknowledgePosted(
  session: Session,
  messages: readonly Message[],
  audience: Audience,
  context: WelcomeContext,
): Promise<void> {
  await acknowledgeReceived(messages, session, audience, context);
  const raised = messagesToAcknowledge(session, messages);
  context.rooms.raiseStatus(session.room, raised, statusAtRecipient(session));
  const [newest] = messages;
  if (newest && session.reads === 'auto') {
    await putReadTo(context.db, session.room, session.user.id, newest.id);
  }
}

/** Reports a refused handshake, in contracts that do so in a frame, and closes the connection. */
async function refuse(
  session: Session,
  code: HandshakeRefused['code'],
  context: PostingContext,
): Promise<void> {
  const event = { kind: 'HandshakeRefused', room: session.room, code } as const;
  await whenOpen(session, context, () => deliver(event, [session], context));
  await closeOpening(session.id, context.poster, CLOSE_BUDGET_MS);
}

/** Removes and closes a connection whose user may not be in the room, or could not be checked. */
async function reject(session: Session, context: PostingContext, onFault: OnFault): Promise<void> {
  await Promise.all([
    // If this fails, the row is deleted when the connection closes.
    removeConnection(session, context).catch(onFault),
    closeOpening(session.id, context.poster, HANDSHAKE_BUDGET_MS),
  ]);
}

/** Posts the first frame for a connection whose room, membership or inbox cannot be read, and closes the connection. */
async function fail(session: Session, context: PostingContext, onFault: OnFault): Promise<void> {
  const isList = getsHistory(session) && !isInbox(session.room);
  const first = isList ? connected(session, []) : faultIn(session);
  await whenOpen(session, context, () => deliver(first, [session], context));
  if (isList) await deliver(faultIn(session), [session], context);
  await reject(session, context, onFault);
}

/**
 * Posts the first frame of a connection in a room until it is delivered. Closes the connection if its user may not be
 * in the room.
 * @returns the frame and the outcome of its post; undefined if the connection is closed, or does not open
 */
async function postFirst(
  session: Session,
  context: WelcomeContext,
  onFault: OnFault,
): Promise<{ readonly first: First; readonly posted: Outcome } | undefined> {
  const prepared: { first?: First | undefined } = {};
  const posted = await whenOpen<Outcome>(session, context, async () => {
    const isRepeat = prepared.first !== undefined;
    prepared.first ??= await readFirst(session, context, onFault);
    // A removed member's row is deleted, but a connection that is still opening cannot be closed.
    if (isRepeat && !(await getConnection(context.db, session))) prepared.first = undefined;
    return prepared.first ? post(prepared.first.event, [session], context) : NOTHING_POSTED;
  });
  if (!posted || posted.gone.length > 0) return undefined;
  const { first } = prepared;
  if (!first) {
    await reject(session, context, onFault);
    return undefined;
  }
  if (first.isFault && posted.delivered.length > 0) await deliver(faultIn(session), [session], context);
  return { first, posted };
}

/**
 * Welcomes a new connection: posts its first frame, acknowledges the messages in it, and announces the user's presence.
 *
 * The history is complete up to the room's `seq`, which is read consistently after the connection's row was written
 * (decisions 010 and 012). The connection may still be opening then: a function that finds it not open notes the change
 * in its row. Once the history is delivered, the connection is open, and the changes in its row are posted here. Later
 * changes are posted to the open connection (decision 017).
 * @param onFault called with errors that the client is told about
 */
export async function welcome(session: Session, context: WelcomeContext, onFault: OnFault): Promise<void> {
  const { db, poster, rooms } = context;
  const at = context.now();
  if (session.refusal !== undefined) return refuse(session, session.refusal, context);
  const failed = async (error: unknown): Promise<undefined> => {
    onFault(error);
    await fail(session, context, onFault);
  };
  if (isInbox(session.room)) {
    const deliverFirst = (event: Event) =>
      whenOpen(session, context, () => deliver(event, [session], context));
    const rooms = await openInbox(session, context, deliverFirst).catch(failed);
    return announceOnline(rooms ?? [], at, context).catch(onFault);
  }
  const result = await postFirst(session, context, onFault).catch(failed);
  if (!result || result.posted.expired.length > 0) return;
  const { first, posted } = result;
  const { room } = first;
  const isDelivered = posted.delivered.length > 0;
  const [missed, sample] = await Promise.all([getMissed(db, session), rooms.sampleRoom(room, context)]);
  if (!missed) {
    // The member was removed meanwhile, or the connection closed. Without a delivered frame it may still be opening.
    await (isDelivered ? close(session.id, poster) : closeOpening(session.id, poster, CLOSE_BUDGET_MS));
    return;
  }
  const messages = isDelivered
    ? [...(await postMissed(missed, first, session, context)), ...first.messages]
    : [];
  const present = sample.isLarge ? [] : await listPresent(room, session.user, sample, context);
  const isPresent = present.some(({ id }) => id === session.id);
  const audience = sample.isLarge ? audienceOf(room, context) : async () => present;
  await Promise.all([
    acknowledgePosted(session, messages, audience, context),
    isPresent &&
      !first.member?.pending &&
      bringsOnline(session, present) &&
      announcePresence(session, true, present, at, context),
    // If this handshake created a direct room, no inbox contains the room yet.
    ...(directRoomUsers(room.id) ?? []).map((user) => addRoomToInboxes(room.id, user, context)),
  ]);
}
