import type { Context } from '../delivery/context.ts';
import { ChatError } from '../domain/errors.ts';
import { checkLeavesOwner, type Member, type User } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import { getMember, listMembers } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';

type Reading = Pick<Context, 'db'>;

/** A room and who asks to change who is in it. @throws ChatError NOT_A_MEMBER, for no such room too */
export async function enterAsMember(
  id: string,
  user: User,
  { db }: Reading,
): Promise<{ room: Room; actor: Member }> {
  const [room, actor] = await Promise.all([getRoom(db, id), getMember(db, id, user.id)]);
  if (!room || !actor) throw new ChatError('NOT_A_MEMBER');
  return { room, actor };
}

/**
 * Two owners who step down in the same moment can leave a room without one: only a transaction over all members could
 * rule that out.
 * @throws MembershipError LAST_OWNER
 */
export async function checkOwnerStays(leaving: Member, { db }: Reading): Promise<void> {
  if (leaving.role !== 'owner') return;
  const { members } = await listMembers(db, leaving.room, Number.MAX_SAFE_INTEGER);
  checkLeavesOwner(leaving, members);
}
