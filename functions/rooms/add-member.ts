import { showInInboxes } from '../connections/show-in-inboxes.ts';
import type { PostingContext } from '../delivery/leave.ts';
import {
  checkGivesRoles,
  checkGroup,
  checkHasSayOver,
  type Member,
  MembershipError,
  type Role,
  type User,
} from '../domain/member.ts';
import * as memberships from '../store/members.ts';
import { getMember } from '../store/members.ts';
import { enterAsMember } from './enter-as-member.ts';

/**
 * Makes a user a member of a group, which their open inboxes hear of. One who is a member already stays what they are.
 * @returns the member, and whether they became one now
 * @throws ChatError NOT_A_MEMBER; MembershipError NOT_A_MODERATOR, NOT_AN_OWNER, FIXED_MEMBERS; NO_SUCH_MEMBER if the member was removed meanwhile
 */
export async function addMember(
  target: { readonly room: string; readonly user: string; readonly role: Role },
  caller: User,
  context: PostingContext,
): Promise<{ member: Member; added: boolean }> {
  const { room, actor } = await enterAsMember(target.room, caller, context);
  checkGroup(room);
  checkHasSayOver(actor, 'member');
  if (target.role !== 'member') checkGivesRoles(actor);
  const added = await memberships.addMember(context.db, room.id, target.user, target.role);
  await showInInboxes(room.id, target.user, context);
  const member = await getMember(context.db, room.id, target.user);
  if (!member) throw new MembershipError('NO_SUCH_MEMBER');
  return { member, added };
}
