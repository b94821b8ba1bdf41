import type { Context } from '../delivery/context.ts';
import {
  checkGivesRoles,
  checkGroup,
  checkHasSayOver,
  type Member,
  MembershipError,
  type Role,
  type User,
} from '../domain/member.ts';
import { getMember, setMute, setRole } from '../store/members.ts';
import { checkOwnerStays, enterAsMember } from './enter-as-member.ts';

export interface MemberChange {
  readonly room: string;
  readonly user: string;
  readonly role?: Role;
  /** Milliseconds since the epoch; 0 lets the member speak again. */
  readonly mutedUntil?: number;
}

/** Each change is one conditional update, so a member who is removed meanwhile does not come back by it. */
async function apply(change: MemberChange, { db }: Pick<Context, 'db'>): Promise<Member | undefined> {
  const { room, user, role, mutedUntil } = change;
  const muted = mutedUntil === undefined ? undefined : await setMute(db, room, user, mutedUntil);
  return role === undefined ? muted : setRole(db, room, user, role);
}

/**
 * Gives a member of a group another role, or takes their voice for a time.
 * @throws ChatError NOT_A_MEMBER; MembershipError NOT_A_MODERATOR, NOT_AN_OWNER, NO_SUCH_MEMBER, LAST_OWNER, FIXED_MEMBERS
 */
export async function changeMember(
  change: MemberChange,
  caller: User,
  context: Pick<Context, 'db'>,
): Promise<Member> {
  const { room, actor } = await enterAsMember(change.room, caller, context);
  checkGroup(room);
  checkHasSayOver(actor, 'member');
  const target = await getMember(context.db, room.id, change.user);
  if (!target) throw new MembershipError('NO_SUCH_MEMBER');
  checkHasSayOver(actor, target.role);
  if (change.role !== undefined && change.role !== target.role) {
    checkGivesRoles(actor);
    await checkOwnerStays(target, context);
  }
  const changed = await apply(change, context);
  if (!changed) throw new MembershipError('NO_SUCH_MEMBER');
  return changed;
}
