import type { Context } from '../delivery/context.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { actorId, isModerator, type Member, type User } from '../domain/member.ts';
import type { Message } from '../domain/message.ts';
import { type Counted, type Room, rateIn } from '../domain/room.ts';
import type { Database } from '../store/database.ts';
import * as members from '../store/members.ts';
import { countVisitorWrite } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import type { WriteWindow } from '../store/write-window.ts';

type Actor = Pick<User, 'id' | 'guest'>;

/** A user who changes a room, and their connection. REST requests have no connection, and no guests. */
type Writer = { readonly user: Actor } & Partial<Pick<Session, 'id'>>;

interface WriteRequest {
  readonly room: string;
  readonly by: Writer;
  /** The rate limit that the write counts towards, or null if it is counted elsewhere. */
  readonly counted: Counted | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Returns the membership that any user and guest has in an open room, or undefined in other rooms. */
async function openMembership(db: Database, room: string, { id, guest }: Actor): Promise<Member | undefined> {
  if ((await getRoom(db, room))?.access !== 'open') return undefined;
  return { room, user: id, role: 'member', readTo: 0, addedAt: 0, mutedUntil: 0, ...(guest && { guest }) };
}

/** Guests are counted by connection, because each frame of a guest may have another name. */
const counterOf = ({ user, id }: Writer): string =>
  actorId(user.guest ? { id: id ?? user.id, guest: true } : user);

async function checkOpenWrite(
  db: Database,
  { room, by, now }: WriteRequest,
  window: WriteWindow | null,
): Promise<Member> {
  const member = await openMembership(db, room, by.user);
  if (!member) throw new ChatError('NOT_A_MEMBER');
  if (window) await countVisitorWrite(db, room, counterOf(by), window, now);
  return member;
}

/**
 * Checks that a user may change a room, and counts the change. Members may, and in open rooms everyone. A guest is never
 * a member, even under a member's name.
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED
 */
export async function checkWriteAccess(
  { db, rates }: Pick<Context, 'db' | 'rates'>,
  request: WriteRequest,
): Promise<Member> {
  const { room, by, counted, now } = request;
  const rate = rateIn(rates, room);
  const window = counted && rate && { counted, rate };
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
 * Returns the membership that lets a user read a room.
 * @throws ChatError NOT_A_MEMBER
 */
export async function checkMembership(db: Database, room: string, user: Actor): Promise<Member> {
  const member = user.guest ? undefined : await members.getMember(db, room, user.id);
  const found = member ?? (await openMembership(db, room, user));
  if (!found) throw new ChatError('NOT_A_MEMBER');
  return found;
}

/**
 * Returns a room that a user may read.
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist
 */
export async function readableRoom(db: Database, id: string, user: Actor): Promise<Room> {
  const [room] = await Promise.all([getRoom(db, id), checkMembership(db, id, user)]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  return room;
}

/** @throws ChatError NOT_THE_AUTHOR unless the member wrote the message or isModerator the room */
export function checkMayChange(message: Message, member: Member): void {
  const own = message.author.id === member.user && message.author.guest === member.guest;
  if (!own && !isModerator(member)) throw new ChatError('NOT_THE_AUTHOR');
}
