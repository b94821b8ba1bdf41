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

/** The error codes of membership changes, each with its message: `<what failed>: <why>. <what to do>.` */
const messages = {
  NOT_A_MODERATOR: 'No access: only owners and moderators of this room can do this. Ask one of them.',
  NOT_AN_OWNER: 'No access: only owners of this room can do this. Ask one of them.',
  NO_SUCH_MEMBER: 'Member not found: this user is not a member of the room. List its members.',
  LAST_OWNER: 'Change refused: the room would have no owner. Make another member an owner first.',
  FIXED_MEMBERS: 'Change refused: a direct room keeps its two members. Create a group instead.',
} as const;

export type MembershipCode = keyof typeof messages;

/** A refused change of a room's members. */
export class MembershipError extends Error {
  override readonly name = 'MembershipError';
  readonly code: MembershipCode;

  constructor(code: MembershipCode) {
    super(messages[code]);
    this.code = code;
  }
}

const ranks: Record<Role, number> = { member: 0, moderator: 1, owner: 2 };

/**
 * Checks that the members of a room can change.
 * @throws MembershipError FIXED_MEMBERS for a direct room
 */
export function checkGroup(room: Pick<Room, 'kind'>): void {
  if (room.kind === 'direct') throw new MembershipError('FIXED_MEMBERS');
}

/**
 * Checks that an actor may manage members of a role: owners manage everyone, moderators manage members.
 * @throws MembershipError NOT_A_MODERATOR, NOT_AN_OWNER
 */
export function checkMayManage(actor: Pick<Member, 'role'>, role: Role): void {
  if (actor.role === 'member') throw new MembershipError('NOT_A_MODERATOR');
  if (actor.role === 'moderator' && ranks[role] >= ranks.moderator) throw new MembershipError('NOT_AN_OWNER');
}

/** @throws MembershipError NOT_AN_OWNER unless the actor is an owner */
export function checkMayAssignRoles(actor: Pick<Member, 'role'>): void {
  if (actor.role !== 'owner') throw new MembershipError('NOT_AN_OWNER');
}

/** @throws MembershipError LAST_OWNER if members remain, but none of them is an owner */
export function checkOwnerRemains(leaving: Pick<Member, 'user' | 'role'>, all: readonly Member[]): void {
  if (leaving.role !== 'owner') return;
  const remaining = all.filter((member) => member.user !== leaving.user);
  if (remaining.length > 0 && !remaining.some((member) => member.role === 'owner')) {
    throw new MembershipError('LAST_OWNER');
  }
}
