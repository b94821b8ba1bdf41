import type { Context } from '../delivery/context.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { type Actor, actorId, isModerator, isSameActor, type Member, type User } from '../domain/member.ts';
import type { Message } from '../domain/message.ts';
import {
  isMessageGone,
  KEEP_ALL,
  type Kept,
  keptForBackend,
  keptIn,
  type RetentionContext,
} from '../domain/retention.ts';
import { type Counted, type Room, rateIn } from '../domain/room.ts';
import type { LogContext } from '../log/context.ts';
import type { Database } from '../store/database.ts';
import { getMessageAndExpiry } from '../store/log.ts';
import * as members from '../store/members.ts';
import { getRoomWithMute } from '../store/mutes.ts';
import { getRoom } from '../store/rooms.ts';
import { countVisitorWrite, type WriteWindow } from '../store/write-window.ts';

/**
 * A user who changes a room, and their connection. REST requests have no connection, and no guests. With `service`, a
 * backend of the team acts, maybe in the name of the user: it needs no membership and has no limit.
 */
type Writer = { readonly user: Actor; readonly service?: true } & Partial<Pick<Session, 'id'>>;

/** A backend of the team that changes a room. It has no connection. */
export interface Service {
  readonly user: User;
  readonly room: string;
  readonly service: true;
  /** Set by an erasure. It also reaches expired messages, because a longer retention would show them again. */
  readonly erasing?: true;
}

/** Returns the membership with which a backend of the team acts in any room. */
export const serviceIn = (room: string, user: Actor): Member => ({ ...visitorIn(room, user), role: 'owner' });

interface WriteRequest {
  readonly room: string;
  readonly by: Writer;
  /** The rate limit that the write counts towards. */
  readonly counted: Counted;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type LimitContext = Pick<Context, 'db' | 'rates' | 'budgets'>;

/** Returns the membership that a user or guest has in an open room without having been added. */
export const visitorIn = (room: string, { id, guest }: Actor, mutedUntil = 0): Member => ({
  ...{ room, user: id, role: 'member', readTo: 0, addedAt: 0, mutedUntil },
  ...(guest && { guest }),
});

/** Guests are counted by connection, because each frame of a guest may have another name. */
const counterOf = ({ user, id }: Writer): string =>
  actorId(user.guest ? { id: id ?? user.id, guest: true } : user);

/** Returns the ids under which a visitor may be muted: a guest by connection, or by the name in the frame. */
const mutableIds = (by: Writer): readonly string[] => [...new Set([counterOf(by), actorId(by.user)])];

/** Returns the membership that any user and guest has in an open room, or undefined in other rooms. */
async function openMembership(db: Database, room: string, by: Writer): Promise<Member | undefined> {
  const { room: found, mutedUntil } = await getRoomWithMute(db, room, mutableIds(by));
  return found?.access === 'open' ? visitorIn(room, by.user, mutedUntil) : undefined;
}

async function checkOpenWrite(
  db: Database,
  { room, by, now }: WriteRequest,
  window: WriteWindow | null,
): Promise<Member> {
  const member = await openMembership(db, room, by);
  if (!member) throw new ChatError('NOT_A_MEMBER');
  if (member.mutedUntil > now) throw new ChatError('MUTED');
  if (window) await countVisitorWrite(db, room, counterOf(by), window, now);
  return member;
}

/**
 * Limits the wait of a refused write to the window. Functions that run at the same time count their writes in any
 * order, so the oldest counted time may be later than this function's `now`, and the exact wait longer than the window.
 * One window is long enough, because the oldest counted time has passed when the client receives the refusal. If the
 * clocks of two functions differ, the client may receive another refusal with a short wait.
 */
function limitWait(error: unknown, { rate }: WriteWindow): unknown {
  if (!(error instanceof ChatError) || error.retryAfterMs === undefined) return error;
  return new ChatError(error.code, error.message, Math.min(error.retryAfterMs, rate.windowMs));
}

async function countWriteAccess(
  db: Database,
  request: WriteRequest,
  window: WriteWindow | null,
): Promise<Member> {
  const { room, by, now } = request;
  if (by.user.guest) return checkOpenWrite(db, request, window);
  try {
    return await members.checkWriteAccess(db, room, by.user.id, window, now);
  } catch (error) {
    if (error instanceof ChatError && error.code === 'NOT_A_MEMBER') {
      return checkOpenWrite(db, request, window);
    }
    throw error;
  }
}

/**
 * Runs the check of a write with the room's rate limit. Remembers a writer who is at the limit, so that the next
 * refusal needs no call.
 */
async function withinLimit(
  { rates, budgets }: LimitContext,
  { room, by, counted, now }: WriteRequest,
  check: (window: WriteWindow | null) => Promise<Member>,
): Promise<Member> {
  const rate = rateIn(rates, room);
  if (!rate) return check(null);
  const window = { counted, rate };
  try {
    return await check(window);
  } catch (error) {
    const limited = limitWait(error, window);
    if (limited instanceof ChatError && limited.retryAfterMs !== undefined) {
      budgets.noteLimited({ room, writer: counterOf(by), counted }, now + limited.retryAfterMs);
    }
    throw limited;
  }
}

/**
 * Checks without a call whether this function has just refused the user for the rate limit. A caller that reads other
 * items at the same time as `checkWriteAccess` calls this first.
 * @throws ChatError RATE_LIMITED
 */
export function checkNotLimited(
  { budgets }: Pick<Context, 'budgets'>,
  { room, by, counted, now }: WriteRequest,
): void {
  const waitMs = budgets.limitedFor({ room, writer: counterOf(by), counted }, now);
  if (waitMs > 0) throw new ChatError('RATE_LIMITED', undefined, waitMs);
}

/**
 * Checks that a user may change a room, and counts the change. Members may change a room; in open rooms everyone may.
 * A guest is never a member, even under a member's name.
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED
 */
export const checkWriteAccess = async (context: LimitContext, request: WriteRequest): Promise<Member> =>
  request.by.service
    ? serviceIn(request.room, request.by.user)
    : withinLimit(context, request, (window) => countWriteAccess(context.db, request, window));

/**
 * Returns the member who wants to change the room's members, muted or not, and counts the change in the same call.
 * @throws ChatError NOT_A_MEMBER, RATE_LIMITED
 */
export const countMemberChange = (context: LimitContext, request: WriteRequest): Promise<Member> =>
  withinLimit(context, request, (window) =>
    members.checkWriteAccess(context.db, request.room, request.by.user.id, window, request.now, true),
  );

/**
 * Returns the membership that lets a user read a room.
 * @param id the connection, under which a guest may be muted
 * @throws ChatError NOT_A_MEMBER
 */
export async function checkMembership(db: Database, room: string, user: Actor, id?: string): Promise<Member> {
  const member = user.guest ? undefined : await members.getMember(db, room, user.id);
  const found = member ?? (await openMembership(db, room, { user, ...(id !== undefined && { id }) }));
  if (!found) throw new ChatError('NOT_A_MEMBER');
  return found;
}

/**
 * Returns a room that a user may read, and the membership that lets them.
 * @param connection as in `checkMembership`
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist
 */
export async function readAccess(
  db: Database,
  id: string,
  user: Actor,
  connection?: string,
): Promise<{ readonly room: Room; readonly member: Member }> {
  const [room, member] = await Promise.all([getRoom(db, id), checkMembership(db, id, user, connection)]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  return { room, member };
}

/**
 * Returns a room that a user may read.
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist
 */
export const readableRoom = async (db: Database, id: string, user: Actor): Promise<Room> =>
  (await readAccess(db, id, user)).room;

function keptFor({ service, erasing }: Partial<Service>, room: Room, context: RetentionContext): Kept {
  if (erasing) return KEEP_ALL;
  return service ? keptForBackend(room, context) : keptIn(room, context);
}

/**
 * Returns a message, even a deleted one; undefined if it does not exist for the caller. A message that has expired is
 * hidden although it may still be stored. Does not check the caller's access to the room.
 */
export async function readableMessage(
  { room: id, message: number }: Pick<Message, 'room'> & { readonly message: number },
  by: Partial<Service>,
  context: Pick<LogContext, 'db' | 'now' | 'retentionDays'>,
): Promise<Message | undefined> {
  const { db } = context;
  const found = await getMessageAndExpiry(db, id, number);
  // In most chats no message expires, and a change needs no read of the room.
  if (!found?.expires && context.retentionDays === undefined) return found?.message;
  const room = await getRoom(db, id);
  return found && room && isMessageGone(found.message, keptFor(by, room, context))
    ? undefined
    : found?.message;
}

/**
 * Checks that a member may change a message. A user with the id `system` is not the author of system messages.
 * @throws ChatError NOT_THE_AUTHOR unless the member wrote the message or is a moderator of the room
 */
export function checkMayChange(message: Message, member: Member): void {
  const isSystem = message.type === 'system';
  const own =
    !isSystem &&
    isSameActor(message.author, { id: member.user, ...(member.guest && { guest: member.guest }) });
  if (!own && !isModerator(member)) throw new ChatError('NOT_THE_AUTHOR');
}
