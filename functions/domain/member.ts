import { ChatError } from './errors.ts';
import type { Room } from './room.ts';
import { isBlank } from './text.ts';

/** A user, as described by the claims of their token. */
export interface User {
  readonly id: string;
  readonly username: string;
  /** Empty if the token has no email claim. */
  readonly email: string;
  /** An application-defined kind of user, such as `student`; may be empty. */
  readonly userType: string;
  /** Set when the user is not signed in. The id is then unverified. Only rooms that are open to anyone admit guests. */
  readonly guest?: true;
}

/**
 * A user, or with `service` a backend of the team that calls the admin API. It may do in each room what an owner may,
 * without being a member.
 */
export interface Caller extends User {
  readonly service?: true;
}

/** The kind of user that sends a backend's own messages. Messages contain the bot's name, as it is no member. */
export const BOT = 'bot';

/** The identity of a user or a guest. A guest may use the id of a real user, so an id alone identifies nobody. */
export type Actor = Pick<User, 'id' | 'guest'>;

const GUEST = 'guest:';

/** The ids of users that `actorId` changes, so that none of them looks like a guest's. */
const likeGuest = /^(user:)*guest:/;

/** Returns an id that is unique among users and guests. It is the user's own id, unless that looks like a guest's. */
export function actorId({ id, guest }: Actor): string {
  if (guest) return `${GUEST}${id}`;
  return likeGuest.test(id) ? `user:${id}` : id;
}

/**
 * Returns a user as a reader sees them. Guests see no email address. If an issuer uses email addresses as user names,
 * guests see the part before the `@`.
 */
export function seenBy({ guest }: Pick<User, 'guest'>, user: User): User {
  if (!guest) return user;
  return { ...user, email: '', username: user.username.replace(/@.*$/s, '') };
}

/** Whether both are the same user, or guests of the same name. */
export const isSameActor = (one: Actor, other: Actor): boolean => actorId(one) === actorId(other);

/** Returns the id of a guest who names no user: only this connection has it. */
export const namelessId = (connection: string): string => `${GUEST}${connection}`;

/**
 * Characters that readers of a name cannot see, such as the Hangul fillers, or that change its direction. Names may
 * have the joiners and the tags, because emoji and some scripts need them.
 */
const hidden = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]--[\u200c\u200d\u{e0020}-\u{e007f}]]/v;

/**
 * Returns the user as whom a guest acts under a claimed name. The name is unverified, so two guests may share it.
 * @throws ChatError WRONG_USER for the id of a nameless guest, BAD_FRAME for a name that readers cannot see as it is
 */
export function guestNamed(name: string): User {
  if (isBlank(name) || hidden.test(name)) {
    const reason = 'Frame not read: the user is blank or has invisible characters. Choose another name.';
    throw new ChatError('BAD_FRAME', reason);
  }
  if (!name.startsWith(GUEST)) return { id: name, username: name, email: '', userType: '', guest: true };
  const reason =
    'Wrong user: ids that start with "guest:" belong to guests without a name. Choose another name.';
  throw new ChatError('WRONG_USER', reason);
}

export const roles = ['owner', 'moderator', 'member'] as const;

export type Role = (typeof roles)[number];

/** A user in a room. */
export interface Member {
  readonly room: string;
  /** Set for a guest in a room that is open to anyone. */
  readonly guest?: true;
  readonly user: string;
  readonly role: Role;
  /** The read mark: the highest message id that the member has read. */
  readonly readTo: number;
  /** The room's last sequence number when the member was added. Earlier messages do not count as unread. */
  readonly addedAt: number;
  /** Milliseconds since the epoch until which the member may not write; 0 when not muted. */
  readonly mutedUntil: number;
  /**
   * Set while the room is a request: a user who shares no room with the member added them, and they have not accepted.
   */
  readonly pending?: true;
}

/** Whether the member may change other members' messages. */
export const isModerator = (member: Pick<Member, 'role'>): boolean => member.role !== 'member';

const sentences = {
  NOT_A_MODERATOR: 'No access: only owners and moderators of this room can do this. Ask one of them.',
  NOT_AN_OWNER: 'No access: only owners of this room can do this. Ask one of them.',
  NO_SUCH_MEMBER: 'Member not found: this user is not a member of the room. Check the list of members.',
  LAST_OWNER: 'Owner not removed: the room would have no owner. Make another member an owner first.',
  ROOM_LIMIT: 'Member not added: a user can be in at most 5,000 rooms. The user has to leave a room first.',
  NO_REQUEST: 'Request not declined: you have accepted this room. Leave it instead, if it is a group.',
  FIXED_MEMBERS: 'Members not changed: a direct room keeps its two members. Create a group instead.',
} as const;

export type MembershipCode = keyof typeof sentences;

/** Thrown when a change of a room's members is refused. */
export class MembershipError extends Error {
  override readonly name = 'MembershipError';
  readonly code: MembershipCode;

  constructor(code: MembershipCode) {
    super(sentences[code]);
    this.code = code;
  }
}

/** Checks that a room's members can change. @throws MembershipError FIXED_MEMBERS */
export function checkIsGroup(room: Pick<Room, 'kind'>): void {
  if (room.kind === 'direct') throw new MembershipError('FIXED_MEMBERS');
}

/**
 * Checks that the actor may manage members of a role: owners all of them, moderators only plain members.
 * @throws MembershipError NOT_A_MODERATOR, NOT_AN_OWNER
 */
export function checkMayManage(actor: Pick<Member, 'role'>, role: Role): void {
  if (!isModerator(actor)) throw new MembershipError('NOT_A_MODERATOR');
  if (actor.role === 'moderator' && isModerator({ role })) throw new MembershipError('NOT_AN_OWNER');
}

/** Checks that the actor may assign roles: only owners may. @throws MembershipError NOT_AN_OWNER */
export function checkMayAssignRoles(actor: Pick<Member, 'role'>): void {
  if (actor.role !== 'owner') throw new MembershipError('NOT_AN_OWNER');
}

/** Checks that the remaining members include an owner who has accepted the room. @throws MembershipError LAST_OWNER */
export function checkOwnerRemains(leaving: Pick<Member, 'user' | 'role'>, all: readonly Member[]): void {
  if (leaving.role !== 'owner') return;
  const others = all.filter((member) => member.user !== leaving.user);
  if (others.length > 0 && !others.some(({ role, pending }) => role === 'owner' && !pending)) {
    throw new MembershipError('LAST_OWNER');
  }
}
