import { ChatError } from '../domain/errors.ts';
import type { Member, User } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import { listMembers } from '../store/memberships.ts';
import { getUsernames } from '../store/profiles.ts';
import { getRoom } from '../store/rooms.ts';
import type { Parts } from './parts.ts';
import { checkedMember } from './take-turn.ts';

/** A member with the name that they last came under; undefined for somebody who never came. */
export interface NamedMember extends Member {
  readonly username: string | undefined;
}

export interface RoomDescription {
  readonly room: Room;
  readonly members: readonly NamedMember[];
  readonly moreMembers: boolean;
}

/** A room is shown with at most this many of its members. */
const MAX_LISTED_MEMBERS = 500;

export async function named(members: readonly Member[], db: Parts['db']): Promise<NamedMember[]> {
  const names = await getUsernames(
    db,
    members.map(({ user }) => user),
  );
  return members.map((member) => ({ ...member, username: names.get(member.user) }));
}

/** @throws ChatError NOT_A_MEMBER, for no such room too */
export async function describeRoom(
  id: string,
  user: User,
  { db }: Pick<Parts, 'db'>,
): Promise<RoomDescription> {
  const [room] = await Promise.all([getRoom(db, id), checkedMember(db, id, user)]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  const { members, hasMore } = await listMembers(db, id, MAX_LISTED_MEMBERS);
  return { room, members: await named(members, db), moreMembers: hasMore };
}
