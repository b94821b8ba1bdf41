import { addRoomToInboxes } from '../connections/inbox.ts';
import type { PostingContext } from '../delivery/context.ts';
import { ChatError } from '../domain/errors.ts';
import type { Member, Role, User } from '../domain/member.ts';
import { checkGivesRoles, checkGroup, checkHasSayOver } from '../domain/membership.ts';
import { getMember } from '../store/members.ts';
import * as memberships from '../store/memberships.ts';
import { enterAsMember } from './enter-as-member.ts';

/**
 * Makes a user a member of a group, which their open inboxes hear of. One who is a member already stays what they are.
 * @returns the member, and whether they became one now
 * @throws ChatError NOT_A_MEMBER; MembershipError NOT_A_MODERATOR, NOT_AN_OWNER, FIXED_MEMBERS
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
  await addRoomToInboxes(room.id, target.user, context);
  const member = await getMember(context.db, room.id, target.user);
  if (!member) throw new ChatError('INTERNAL', 'The member was removed meanwhile: add them again');
  return { member, added };
}
