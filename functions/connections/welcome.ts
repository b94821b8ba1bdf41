import type { Context, PostingContext } from '../delivery/context.ts';
import { deliver } from '../delivery/deliver.ts';
import { announcePresence, sampleRoom } from '../delivery/presence.ts';
import { type Audience, audienceOf, post } from '../delivery/publish.ts';
import { acknowledgeAll } from '../delivery/receipts.ts';
import { listPresent, removeConnection } from '../delivery/remove-connections.ts';
import { close, retryTransient } from '../delivery/retry.ts';
import { dialectOf } from '../dialects/registry.ts';
import { HISTORY_LIMIT } from '../domain/command.ts';
import { bringsOnline, type Session } from '../domain/connection.ts';
import type { Message } from '../domain/message.ts';
import { directRoomUsers, isInbox, type Room } from '../domain/room.ts';
import { catchUp } from '../log/catch-up.ts';
import type { LogContext } from '../log/context.ts';
import { latestMessages } from '../log/history.ts';
import { getMember, putReadTo } from '../store/members.ts';
import { withReaders } from '../store/messages.ts';
import { getRoom } from '../store/rooms.ts';
import { addRoomToInboxes, openInbox } from './inbox.ts';

/** How long to wait for the end of the handshake, in milliseconds. `$connect` returns right after invoking `welcome`. */
const HANDSHAKE_BUDGET_MS = 10_000;

/** Returns the newest messages if the contract posts them to each new connection. @param onFault gets a read error */
async function loadHistory(
  session: Session,
  room: Promise<Room | undefined>,
  { db }: PostingContext,
  onFault: (error: unknown) => void,
): Promise<readonly Message[]> {
  if (session.since !== undefined || !dialectOf(session).bringsHistory) return [];
  const read = async () => {
    const { messages } = await latestMessages(db, session.room, room, HISTORY_LIMIT);
    return withReaders(db, messages, [session.user.id]);
  };
  return (await read().catch(onFault)) ?? [];
}

/**
 * Posts one page of the changes that a client missed.
 * @param since the sequence number of the last change that the client has
 * @returns the posted messages, newest first; none if the post failed
 */
export async function postMissed(
  room: Room,
  since: number,
  session: Session,
  context: LogContext & PostingContext,
): Promise<readonly Message[]> {
  const missed = await catchUp(room, since, session.user, context);
  const { delivered } = await post(missed, [session], context);
  if (delivered.length === 0) return [];
  return missed.changes
    .flatMap(({ kind, message }) =>
      kind === 'MessageSent' && message.deletedAt === undefined ? message : [],
    )
    .reverse();
}

/**
 * Posts the first frame to a connection: the missed changes if its client resumes, else the newest messages.
 * @returns the posted messages, newest first; none if the post failed
 */
async function postFirst(
  room: Room,
  history: readonly Message[],
  session: Session,
  context: LogContext & PostingContext,
): Promise<readonly Message[]> {
  if (session.since !== undefined) return postMissed(room, session.since, session, context);
  const event = { kind: 'Connected', room: room.id, user: session.user, messages: history } as const;
  const { delivered } = await post(event, [session], context);
  return delivered.length > 0 ? history : [];
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

/**
 * Welcomes a new connection: posts its first frame, acknowledges the messages in it, and announces the user's presence.
 *
 * Waits until the socket is open before reading the history. The history is complete up to the room's `seq`, which is read
 * after the connection's row was written; messages with higher numbers are posted to the open socket (decision 012). API
 * Gateway answers 410 for the connection until `$connect` has returned.
 * @param onFault called if the history cannot be read: the client then gets an empty list, as contract S0 requires
 */
export async function welcome(
  session: Session,
  context: PostingContext & Pick<Context, 'files'>,
  onFault: (error: unknown) => void,
): Promise<void> {
  const { db, poster } = context;
  const lookup = () => poster.isOpen(session.id);
  const isOpen = await retryTransient(lookup, HANDSHAKE_BUDGET_MS, (open) => !open);
  if (!isOpen) return;
  if (session.refusal !== undefined) {
    // This contract reports a refused handshake in a frame.
    const event = { kind: 'HandshakeRefused', room: session.room, code: session.refusal } as const;
    await deliver(event, [session], context);
    await close(session.id, poster);
    return;
  }
  if (isInbox(session.room)) return openInbox(session, context);
  const reading = getRoom(db, session.room);
  const [room, member, history] = await Promise.all([
    reading,
    getMember(db, session.room, session.user.id),
    loadHistory(session, reading, context, onFault),
  ]);
  if (!room || (!member && room.access !== 'open')) {
    // The member was removed after the authorizer had checked access. The removal did not find this new connection.
    await removeConnection(session, context);
    await close(session.id, poster);
    return;
  }
  const messages = await postFirst(room, history, session, context);
  const sample = await sampleRoom(room, context);
  const present = sample.isLarge ? [] : await listPresent(room, session.user, sample, context);
  const isPresent = present.some(({ id }) => id === session.id);
  const audience = sample.isLarge ? audienceOf(room, context) : async () => present;
  await Promise.all([
    acknowledgePosted(session, messages, audience, context),
    isPresent &&
      !member?.pending &&
      bringsOnline(session, present) &&
      announcePresence(session, true, present, context),
    // If this handshake created a direct room, no inbox contains the room yet.
    ...(directRoomUsers(room.id) ?? []).map((user) => addRoomToInboxes(room.id, user, context)),
  ]);
}
