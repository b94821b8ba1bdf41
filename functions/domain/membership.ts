import type { Member, Role } from './member.ts';
import type { Room } from './room.ts';

/** Why a change of who is in a room is refused, in stable codes, each with what to do. */
const sentences = {
  NOT_A_MODERATOR: 'Only an owner or a moderator of this room may do this: ask one of them',
  NOT_AN_OWNER: 'Only an owner of this room may do this: ask one of them',
  NO_SUCH_MEMBER: 'This user is no member of the room: list its members',
  LAST_OWNER: 'The room would be left without an owner: make somebody else an owner first',
  FIXED_MEMBERS: 'A direct room keeps its two members: make a group instead',
} as const;

export type MembershipCode = keyof typeof sentences;

/** A refusal that the user is told about. */
export class MembershipError extends Error {
  override readonly name = 'MembershipError';
  readonly code: MembershipCode;

  constructor(code: MembershipCode) {
    super(sentences[code]);
    this.code = code;
  }
}

const ranks: Record<Role, number> = { member: 0, moderator: 1, owner: 2 };

/** @throws MembershipError FIXED_MEMBERS */
export function checkGroup(room: Pick<Room, 'kind'>): void {
  if (room.kind === 'direct') throw new MembershipError('FIXED_MEMBERS');
}

/**
 * Owners have a say over everybody, moderators over members.
 * @throws MembershipError NOT_A_MODERATOR, NOT_AN_OWNER
 */
export function checkHasSayOver(actor: Pick<Member, 'role'>, role: Role): void {
  if (actor.role === 'member') throw new MembershipError('NOT_A_MODERATOR');
  if (actor.role === 'moderator' && ranks[role] >= ranks.moderator) throw new MembershipError('NOT_AN_OWNER');
}

/** Roles are given by owners alone. @throws MembershipError NOT_AN_OWNER */
export function checkGivesRoles(actor: Pick<Member, 'role'>): void {
  if (actor.role !== 'owner') throw new MembershipError('NOT_AN_OWNER');
}

/** @throws MembershipError LAST_OWNER where others stay behind without an owner */
export function checkLeavesOwner(leaving: Pick<Member, 'user' | 'role'>, all: readonly Member[]): void {
  if (leaving.role !== 'owner') return;
  const others = all.filter((member) => member.user !== leaving.user);
  if (others.length > 0 && !others.some((member) => member.role === 'owner')) {
    throw new MembershipError('LAST_OWNER');
  }
}
