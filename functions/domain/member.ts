import type { Room } from './room.ts';

/** A person, as their token names them. Ids are strings everywhere inside. */
export interface User {
  readonly id: string;
  readonly username: string;
  /** Empty where the token carries no email claim. */
  readonly email: string;
  /** What kind of user the team calls them, such as `student`; empty where it calls them nothing. */
  readonly userType: string;
  /** Not signed in: the id is what they say, and gives them nothing that is somebody else's. */
  readonly guest?: true;
}

/** A user as they are told apart from all others: a guest may say a name that a user has. */
export const actorId = ({ id, guest }: Pick<User, 'id' | 'guest'>): string => (guest ? `guest:${id}` : id);

export const roles = ['owner', 'moderator', 'member'] as const;

export type Role = (typeof roles)[number];

/** A User in a Room. */
export interface Member {
  readonly room: string;
  /** Set for somebody who is not signed in, in a room that is open to anyone. */
  readonly guest?: true;
  readonly user: string;
  readonly role: Role;
  /** The highest message id that this member has read. */
  readonly readTo: number;
  /** Milliseconds since the epoch until which this member may not change anything; 0 when not muted. */
  readonly mutedUntil: number;
}

/** Whether a member may change other people's messages. */
export const moderates = (member: Pick<Member, 'role'>): boolean => member.role !== 'member';

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
