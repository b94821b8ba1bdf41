import { leave, type PostingContext, tellIfGone } from '../delivery/leave.ts';
import { post } from '../delivery/publish.ts';
import { type Connection, isPresence } from '../domain/connection.ts';
import { checkGroup, checkHasSayOver, MembershipError, type User } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import { deleteConnection, listConnections } from '../store/connections.ts';
import { deleteMember, getMember } from '../store/members.ts';
import { checkOwnerStays, enterAsMember } from './enter-as-member.ts';

/** Of a socket whose own room is another one, only this room ends. */
async function takeOut(connection: Connection, room: Room, context: PostingContext): Promise<void> {
  const taken = await deleteConnection(context.db, connection);
  if (!taken) return;
  await post({ kind: 'Left', room: room.id }, [taken], context);
  if (isPresence(taken)) await tellIfGone(taken, room, context);
}

/** Ends what a user has open in a room; with the last of it the others hear that they are gone. */
async function closeConnections(room: Room, user: string, context: PostingContext): Promise<void> {
  const open = await listConnections(context.db, room, context.now());
  const theirs = open.filter((connection) => connection.user.id === user);
  // The row goes first: a socket that cannot be closed now is at least posted to no more.
  const closings = theirs.map(async (connection) => {
    if (connection.via !== undefined) return takeOut(connection, room, context);
    await leave(connection, context);
    await context.poster.close(connection.id);
  });
  const closed = await Promise.allSettled(closings);
  const fault = closed.find((closing) => closing.status === 'rejected');
  if (fault) throw fault.reason;
}

/**
 * Takes a member out of a group: owners and moderators may, and everybody themselves. Their connections there are
 * closed at once, and sockets that only joined it hear no more of it; the membership goes first, so that no frame of theirs is served any more.
 * @throws ChatError NOT_A_MEMBER; MembershipError NOT_A_MODERATOR, NOT_AN_OWNER, NO_SUCH_MEMBER, LAST_OWNER, FIXED_MEMBERS
 */
export async function removeMember(
  { room: id, user }: { readonly room: string; readonly user: string },
  caller: User,
  context: PostingContext,
): Promise<void> {
  const { room, actor } = await enterAsMember(id, caller, context);
  checkGroup(room);
  const leaves = user === caller.id;
  if (!leaves) checkHasSayOver(actor, 'member');
  const target = leaves ? actor : await getMember(context.db, id, user);
  if (!target) throw new MembershipError('NO_SUCH_MEMBER');
  if (!leaves) checkHasSayOver(actor, target.role);
  await checkOwnerStays(target, context);
  await deleteMember(context.db, id, user);
  await closeConnections(room, user, context);
}
