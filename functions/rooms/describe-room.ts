import type { Context } from '../delivery/context.ts';
import { ChatError } from '../domain/errors.ts';
import type { Member, User } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import { listMembers } from '../store/members.ts';
import { getProfiles, type Profile } from '../store/profiles.ts';
import { getRoom } from '../store/rooms.ts';
import { checkMembership } from './access.ts';

/** A member as others know them; undefined is what is not known of somebody who never came. */
export interface NamedMember extends Member {
  readonly profile: Profile | undefined;
}

export interface RoomDescription {
  readonly room: Room;
  readonly members: readonly NamedMember[];
  readonly moreMembers: boolean;
}

/** A room is shown with at most this many of its members. */
const MAX_LISTED_MEMBERS = 500;

async function named(
  members: readonly Member[],
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<NamedMember[]> {
  const users = members.map(({ user }) => user);
  const profiles = await getProfiles(db, users, now());
  return members.map((member) => ({ ...member, profile: profiles.get(member.user) }));
}

/** @throws ChatError NOT_A_MEMBER, for no such room too */
export async function describeRoom(
  id: string,
  user: User,
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<RoomDescription> {
  const [room] = await Promise.all([getRoom(db, id), checkMembership(db, id, user)]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  const { members, hasMore } = await listMembers(db, id, MAX_LISTED_MEMBERS);
  return { room, members: await named(members, { db, now }), moreMembers: hasMore };
}
