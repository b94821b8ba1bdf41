import { ChatError } from '../domain/errors.ts';
import { type Member, moderates, type User } from '../domain/member.ts';
import type { Message } from '../domain/message.ts';
import type { Database } from '../store/database.ts';
import * as members from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';

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

/**
 * A turn to change a room: a member's, or anybody's in a room that is open to anyone. A guest is nobody's member,
 * whatever name they say.
 * @throws ChatError NOT_A_MEMBER, MUTED
 */
export async function takeTurn(db: Database, room: string, user: Who, now: number): Promise<Member> {
  if (user.guest) return checkedMember(db, room, user);
  try {
    return await members.takeTurn(db, room, user.id, now);
  } catch (error) {
    const member = isStranger(error) ? await visitorOf(db, room, user) : undefined;
    if (member) return member;
    throw error;
  }
}

/**
 * Who a user is in a room, where nothing is changed.
 * @throws ChatError NOT_A_MEMBER
 */
export async function checkedMember(db: Database, room: string, user: Who): Promise<Member> {
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
