import type { Context } from '../delivery/context.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { actorId, type Member, moderates, type User } from '../domain/member.ts';
import type { Message } from '../domain/message.ts';
import { type Counted, rateIn } from '../domain/room.ts';
import type { Database } from '../store/database.ts';
import * as members from '../store/members.ts';
import { countVisitorWrite } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import type { WriteWindow } from '../store/write-window.ts';

type Who = Pick<User, 'id' | 'guest'>;

const visitor = (room: string, { id, guest }: Who): Member => ({
  room,
  user: id,
  role: 'member',
  readTo: 0,
  mutedUntil: 0,
  ...(guest && { guest }),
});

const isStranger = (error: unknown): boolean => error instanceof ChatError && error.code === 'NOT_A_MEMBER';

async function visitorOf(db: Database, room: string, user: Who): Promise<Member | undefined> {
  const found = await getRoom(db, room);
  return found?.access === 'open' ? visitor(room, user) : undefined;
}

/** Who speaks, and by which connection; by REST there is none, and nobody is a guest. */
export type Speaker = { readonly user: Who } & Partial<Pick<Session, 'id'>>;

export interface Turn {
  readonly room: string;
  readonly by: Speaker;
  /** Null where it was counted already. */
  readonly counted: Counted | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Whose turns are counted. A guest's are their connection's: the name may be another in the next frame. */
const counterOf = ({ user, id }: Speaker): string =>
  actorId(user.guest ? { id: id ?? user.id, guest: true } : user);

async function takeVisit(db: Database, turn: Turn, window: WriteWindow | null): Promise<Member> {
  const visitor = await visitorOf(db, turn.room, turn.by.user);
  if (!visitor) throw new ChatError('NOT_A_MEMBER');
  if (window) await countVisitorWrite(db, turn.room, counterOf(turn.by), window, turn.now);
  return visitor;
}

/**
 * A turn to change a room: a member's, or anybody's in a room that is open to anyone. A guest is nobody's member,
 * whatever name they say.
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED
 */
export async function checkWriteAccess(
  { db, rates }: Pick<Context, 'db' | 'rates'>,
  turn: Turn,
): Promise<Member> {
  const { room, by, counted, now } = turn;
  const rate = rateIn(rates, room);
  const window = counted && rate && { counted, rate };
  if (by.user.guest) return takeVisit(db, turn, window);
  try {
    return await members.checkWriteAccess(db, room, by.user.id, window, now);
  } catch (error) {
    if (isStranger(error)) return takeVisit(db, turn, window);
    throw error;
  }
}

/**
 * Who a user is in a room, where nothing is changed.
 * @throws ChatError NOT_A_MEMBER
 */
export async function checkMembership(db: Database, room: string, user: Who): Promise<Member> {
  const member = user.guest ? undefined : await members.getMember(db, room, user.id);
  const found = member ?? (await visitorOf(db, room, user));
  if (!found) throw new ChatError('NOT_A_MEMBER');
  return found;
}

/** @throws ChatError NOT_THE_AUTHOR unless the message is the member's own or they moderate */
export function checkMayChange(message: Message, member: Member): void {
  const own = message.author.id === member.user && message.author.guest === member.guest;
  if (!own && !moderates(member)) throw new ChatError('NOT_THE_AUTHOR');
}
