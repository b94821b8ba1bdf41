import { announce } from '../delivery/announce.ts';
import { type Audience, audienceOf } from '../delivery/audience.ts';
import { close } from '../delivery/close.ts';
import type { Context } from '../delivery/context.ts';
import { lookAt } from '../delivery/crowded.ts';
import { deliver } from '../delivery/deliver.ts';
import { leave, type PostingContext, present } from '../delivery/leave.ts';
import { post } from '../delivery/publish.ts';
import { acknowledgeAll } from '../delivery/receipts.ts';
import { retryTransient } from '../delivery/retry.ts';
import { messagesToAcknowledge } from '../domain/audience.ts';
import { HISTORY_LIMIT } from '../domain/command.ts';
import { bringsOnline, type Session } from '../domain/connection.ts';
import type { Message } from '../domain/message.ts';
import { directRoomUsers, isInbox, type Room } from '../domain/room.ts';
import { newestMessages } from '../log/history.ts';
import { getMember, putReadTo } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import { openInbox } from './open-inbox.ts';
import { postMissed } from './resume.ts';
import { showInInboxes } from './show-in-inboxes.ts';
import { wantsHistory } from './wants-history.ts';

/** Milliseconds for which the rest of a handshake is waited for: `$connect` has asked for this welcome and returns. */
const HANDSHAKE_BUDGET_MS = 10_000;

/** What was said while nobody was there has now come as far as this connection. */
async function acknowledgeHistory(
  session: Session,
  messages: readonly Message[],
  audience: Audience,
  context: PostingContext,
): Promise<void> {
  await acknowledgeAll(messagesToAcknowledge(session, messages), session, audience, context);
  const newest = messages[0];
  if (newest && session.reads === 'auto') {
    await putReadTo(context.db, session.room, session.user.id, newest.id);
  }
}

async function newest(
  session: Session,
  context: PostingContext,
  onFault: (error: unknown) => void,
): Promise<readonly Message[]> {
  try {
    return (await newestMessages(context.db, session.room, { limit: HISTORY_LIMIT })).messages;
  } catch (error) {
    onFault(error);
    return [];
  }
}

/** Says why the handshake is refused, in a contract that tells it by a frame, and closes. */
async function turnAway(session: Session, context: PostingContext): Promise<void> {
  if (session.turnedAway === undefined) return;
  const event = { kind: 'TurnedAway', room: session.room, code: session.turnedAway } as const;
  await deliver(event, [session], context);
  await close(session.id, context.poster);
}

async function turnOut(session: Session, context: PostingContext): Promise<void> {
  await leave(session, context);
  await close(session.id, context.poster);
}

export type Welcoming = PostingContext & Pick<Context, 'files'>;

/**
 * What a client is sent when it comes: what it missed, where it says from where on, or else the newest messages.
 * @returns the messages that it has now, newest first; none where it could not be posted
 */
async function greet(
  room: Room,
  messages: readonly Message[],
  session: Session,
  context: Welcoming,
): Promise<readonly Message[]> {
  if (session.since !== undefined) return postMissed(room, session.since, session, context);
  const event = { kind: 'Connected', room: room.id, user: session.user, messages } as const;
  const { taken } = await post(event, [session], context);
  return taken.length > 0 ? messages : [];
}

/**
 * Posts to a connection that has just opened what it has to know, and tells the room who came.
 *
 * The history is read once the socket is open: what is stored before is in it, and what is stored later finds the
 * socket open. Until `$connect` has returned, API Gateway answers for it as if it were gone.
 * @param onFault hears why there is an empty list where the history could not be read (S0-errors)
 */
export async function welcome(
  session: Session,
  context: Welcoming,
  onFault: (error: unknown) => void,
): Promise<void> {
  const isOpen = await retryTransient(
    () => context.poster.isOpen(session.id),
    HANDSHAKE_BUDGET_MS,
    (open) => !open,
  );
  if (!isOpen) return;
  if (session.turnedAway !== undefined) return turnAway(session, context);
  if (isInbox(session.room)) return openInbox(session, context);
  const [room, member, history] = await Promise.all([
    getRoom(context.db, session.room),
    getMember(context.db, session.room, session.user.id),
    session.since === undefined && wantsHistory(session) ? newest(session, context, onFault) : [],
  ]);
  // Who was taken out between the authorizer and the row is not among the connections that were closed then.
  if (!room || (!member && room.access !== 'open')) return turnOut(session, context);
  const messages = await greet(room, history, session, context);
  const look = await lookAt(room, context);
  const others = look.crowded ? [] : await present(room, session.user.id, look, context);
  const stays = others.some(({ id }) => id === session.id);
  const audience = look.crowded ? audienceOf(room, context) : async () => others;
  await Promise.all([
    acknowledgeHistory(session, messages, audience, context),
    stays && bringsOnline(session, others) && announce(session, true, others, context),
    // It may have been made by this very handshake, which could tell nobody.
    ...(directRoomUsers(room.id) ?? []).map((user) => showInInboxes(room.id, user, context)),
  ]);
}
