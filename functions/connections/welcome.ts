import type { Context, PostingContext } from '../delivery/context.ts';
import { type Delivery, deliver } from '../delivery/deliver.ts';
import { isTransient } from '../delivery/poster.ts';
import { announcePresence, sampleRoom } from '../delivery/presence.ts';
import { type Audience, audienceOf, post } from '../delivery/publish.ts';
import { acknowledgeAll } from '../delivery/receipts.ts';
import { listPresent, removeConnection } from '../delivery/remove-connections.ts';
import { CLOSE_BUDGET_MS, close, closeOpening, retryTransient } from '../delivery/retry.ts';
import { dialectOf } from '../dialects/registry.ts';
import { HISTORY_LIMIT } from '../domain/command.ts';
import { bringsOnline, mayBeOpening, type Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event, HandshakeRefused, Synced } from '../domain/event.ts';
import type { Message } from '../domain/message.ts';
import { directRoomUsers, isInbox, type Room } from '../domain/room.ts';
import { catchUp } from '../log/catch-up.ts';
import type { LogContext } from '../log/context.ts';
import { latestMessages } from '../log/history.ts';
import { getConnection } from '../store/connections.ts';
import { getMember, putReadTo } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import { addRoomToInboxes, openInbox } from './inbox.ts';

/** How long to wait for the end of the handshake, in milliseconds. `$connect` returns right after invoking `welcome`. */
const HANDSHAKE_BUDGET_MS = 10_000;

/** Many clients connect again at the same time, and a room's log is one partition with 3,000 read units a second. */
const HISTORY = { limit: HISTORY_LIMIT, consistent: false };

type WelcomeContext = PostingContext & Pick<Context, 'files'>;

/** Called with an error that the client gets as an INTERNAL frame. */
type OnFault = (error: unknown) => void;

/**
 * Repeats an attempt to post the first frame until the connection is open. API Gateway answers 410 to posts before. AWS
 * does not document what a lookup answers then, so only a delivered post proves that the connection is open.
 * @param attempt resolves to the result of its post; must post again what was stored since the attempt before
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

/** Posts an error frame, on which the client repeats what failed: it requests the history, or connects again. */
const postFault = ({ room, ...session }: Session, context: PostingContext): Promise<Delivery> => {
  const { code, message: reason } = new ChatError('INTERNAL');
  return deliver({ kind: 'Refused', room, code, reason }, [{ room, ...session }], context);
};

/** Whether the contract posts the newest messages to each new connection. */
const getsHistory = (session: Session): boolean =>
  session.since === undefined && dialectOf(session).bringsHistory;

/** The messages of a log page, newest first, without deleted ones. */
const messagesIn = ({ changes }: Synced): Message[] =>
  changes
    .flatMap(({ kind, message }) =>
      kind === 'MessageSent' && message.deletedAt === undefined ? message : [],
    )
    .reverse();

/** The outcome of posting the first frame. */
interface First extends Pick<Delivery, 'delivered' | 'gone' | 'expired'> {
  /** The posted messages, newest first; none if the post failed. */
  readonly messages: readonly Message[];
  /** The sequence number up to which the client has everything. Undefined if it has to request more anyway. */
  readonly upTo?: number;
}

/**
 * Posts one page of the changes that a client missed.
 * @param since the sequence number of the last change that the client has
 */
export async function postMissed(
  room: Room,
  since: number,
  session: Session,
  context: LogContext & PostingContext,
): Promise<First> {
  const missed = await catchUp(room, since, session.user, context);
  const { delivered, gone, expired } = await post(missed, [session], context);
  const isLast = missed.complete && !missed.hasMore;
  const messages = delivered.length > 0 ? messagesIn(missed) : [];
  return { delivered, gone, expired, messages, ...(isLast && { upTo: missed.seq }) };
}

/** Posts the newest messages, in dialects that send them. @param history undefined if it could not be read */
async function postHistory(
  room: Room,
  history: readonly Message[] | undefined,
  session: Session,
  context: PostingContext,
): Promise<First> {
  const messages = history ?? [];
  const event = { kind: 'Connected', room: room.id, user: session.user, messages } as const;
  const { delivered, gone, expired } = await post(event, [session], context);
  if (delivered.length === 0) return { delivered, gone, expired, messages: [] };
  if (history === undefined) await postFault(session, context);
  return { delivered, gone, expired, messages, ...(getsHistory(session) && history && { upTo: room.seq }) };
}

/**
 * Posts the first frame to a connection: the missed changes if its client resumes, else the newest messages. If they
 * cannot be read, the client gets an empty list, as the contracts S0 and S1 require, and an error frame.
 * @returns the room as well; without it if the user may not be in the room
 */
async function postFirst(
  session: Session,
  context: WelcomeContext,
  onFault: OnFault,
): Promise<First & { readonly room?: Room }> {
  const { db } = context;
  const nothing = { delivered: [], gone: [], expired: [], messages: [] };
  const reading = getRoom(db, session.room);
  const [room, member, history] = await Promise.all([
    reading,
    getMember(db, session.room, session.user.id),
    getsHistory(session)
      ? latestMessages(db, session.room, reading, HISTORY).catch((error: unknown) => onFault(error))
      : { messages: [] },
  ]);
  if (!room || (!member && room.access !== 'open')) return nothing;
  if (session.since === undefined)
    return { room, ...(await postHistory(room, history?.messages, session, context)) };
  try {
    return { room, ...(await postMissed(room, session.since, session, context)) };
  } catch (error) {
    onFault(error);
    return { room, ...nothing, ...(await postFault(session, context)) };
  }
}

/**
 * Posts the changes that were stored after the first frame was read. Their own posts may have come before the connection
 * was open.
 * @returns the posted messages, newest first
 */
async function postLater(
  room: Room,
  upTo: number,
  session: Session,
  context: WelcomeContext,
): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for (let since = upTo; since < room.seq; ) {
    const page = await catchUp(room, since, session.user, context);
    for (const change of page.changes) await post(change, [session], context);
    messages.unshift(...messagesIn(page));
    since = page.seq;
  }
  return messages;
}

/** Acknowledges the posted messages, and moves the read mark if the connection reads automatically. */
async function acknowledgePosted(
  session: Session,
  messages: readonly Message[],
  audience: Audience,
  context: PostingContext,
): Promise<void> {
  await acknowledgeAll(messages, session, audience, context);
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

/** Closes a connection without a first frame, because its user may not be in the room or could not be checked. */
async function reject(session: Session, context: PostingContext): Promise<void> {
  await removeConnection(session, context);
  await closeOpening(session.id, context.poster, HANDSHAKE_BUDGET_MS);
}

/**
 * Welcomes a new connection: posts its first frame, acknowledges the messages in it, and announces the user's presence.
 *
 * The history is complete up to the room's `seq`, which is read consistently after the connection's row was written
 * (decisions 010 and 012). The connection may still be opening then. Once the history is delivered, the connection is
 * open, and the room is read again: changes up to its `seq` are posted here, and later ones to the open connection.
 * @param onFault called if the history cannot be read
 */
export async function welcome(session: Session, context: WelcomeContext, onFault: OnFault): Promise<void> {
  const { db, poster } = context;
  if (session.refusal !== undefined) return refuse(session, session.refusal, context);
  const failed = async (error: unknown) => {
    onFault(error);
    const empty = { kind: 'Connected', room: session.room, user: session.user, messages: [] } as const;
    await whenOpen(session, context, () =>
      getsHistory(session) && !isInbox(session.room)
        ? deliver(empty, [session], context)
        : postFault(session, context),
    );
    if (getsHistory(session) && !isInbox(session.room)) await postFault(session, context);
    await reject(session, context);
  };
  if (isInbox(session.room)) {
    const deliverFirst = (event: Event) =>
      whenOpen(session, context, () => deliver(event, [session], context));
    return openInbox(session, context, deliverFirst).catch(failed);
  }
  const first = await whenOpen(session, context, () => postFirst(session, context, onFault)).catch(failed);
  if (!first || first.expired.length > 0) return;
  if (!first.room) return reject(session, context);
  // A member who was removed meanwhile had their rows deleted, but a connection that is opening cannot be closed.
  const [room, row, sample] = await Promise.all([
    getRoom(db, session.room),
    getConnection(db, session),
    sampleRoom(first.room, context),
  ]);
  if (!room || !row) {
    await (first.delivered.length > 0
      ? close(session.id, poster)
      : closeOpening(session.id, poster, CLOSE_BUDGET_MS));
    return;
  }
  const later = first.upTo === undefined ? [] : await postLater(room, first.upTo, session, context);
  const present = sample.isLarge ? [] : await listPresent(room, session.user.id, sample, context);
  const isPresent = present.some(({ id }) => id === session.id);
  const audience = sample.isLarge ? audienceOf(room, context) : async () => present;
  await Promise.all([
    acknowledgePosted(session, [...later, ...first.messages], audience, context),
    isPresent && bringsOnline(session, present) && announcePresence(session, true, present, context),
    // If this handshake created a direct room, no inbox contains the room yet.
    ...(directRoomUsers(room.id) ?? []).map((user) => addRoomToInboxes(room.id, user, context)),
  ]);
}
