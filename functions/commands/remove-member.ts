import type { User } from '../domain/member.ts';
import { checkGroup, checkHasSayOver, MembershipError } from '../domain/membership.ts';
import type { Room } from '../domain/room.ts';
import { listConnections } from '../store/connections.ts';
import { getMember } from '../store/members.ts';
import { deleteMember } from '../store/memberships.ts';
import { checkOwnerStays, enterAsMember } from './enter-as-member.ts';
import { type Leaving, leave } from './leave.ts';

/** Closes what a user has open in a room; with the last of it the others hear that they are gone. */
async function closeConnections(room: Room, user: string, parts: Leaving): Promise<void> {
  const open = await listConnections(parts.db, room, parts.now());
  const theirs = open.filter((connection) => connection.user.id === user);
  // The row goes first: a socket that cannot be closed now is at least posted to no more.
  const closings = theirs.map(async (connection) => {
    await leave(connection, parts);
    await parts.poster.close(connection.id);
  });
  const closed = await Promise.allSettled(closings);
  const fault = closed.find((closing) => closing.status === 'rejected');
  if (fault) throw fault.reason;
}

/**
 * Takes a member out of a group: owners and moderators may, and everybody themselves. Their connections there are
 * closed at once; the membership goes first, so that no frame of theirs is served any more.
 * @throws ChatError NOT_A_MEMBER; MembershipError NOT_A_MODERATOR, NOT_AN_OWNER, NO_SUCH_MEMBER, LAST_OWNER, FIXED_MEMBERS
 */
export async function removeMember(
  { room: id, user }: { readonly room: string; readonly user: string },
  caller: User,
  parts: Leaving,
): Promise<void> {
  const { room, actor } = await enterAsMember(id, caller, parts);
  checkGroup(room);
  const leaves = user === caller.id;
  if (!leaves) checkHasSayOver(actor, 'member');
  const target = leaves ? actor : await getMember(parts.db, id, user);
  if (!target) throw new MembershipError('NO_SUCH_MEMBER');
  if (!leaves) checkHasSayOver(actor, target.role);
  await checkOwnerStays(target, parts);
  await deleteMember(parts.db, id, user);
  await closeConnections(room, user, parts);
}
