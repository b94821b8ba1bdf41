import type { CustomData } from './custom-data.ts';
import { ChatError } from './errors.ts';
import { withoutAddresses } from './name.ts';
import type { Notify } from './preferences.ts';
import type { ShownProfile } from './profile.ts';
import type { Room } from './room.ts';
import { hidden, isBlank } from './text.ts';

/** A user, as described by the claims of their token, and by the team. */
export interface User extends ShownProfile {
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

/** The kind of user that sends a backend's own messages. Messages contain the bot's name, as it is not a member. */
export const BOT = 'bot';

/** The author of messages of the type `system`. */
export const SYSTEM: User = { id: 'system', username: 'system', email: '', userType: 'system' };

/** The identity of a user or a guest. A guest may use the id of a real user, so an id alone identifies nobody. */
export type Actor = Pick<User, 'id' | 'guest'>;

const GUEST = 'guest:';

/** Ids with these beginnings belong to bots, to the roles of backends, and to guests. */
const reservedPrefixes = ['bot:', 'service:', GUEST] as const;

/** Whether an id belongs to the chat itself, a bot, a backend or a guest, so that no user should have it. */
export const isReservedId = (id: string): boolean =>
  id === SYSTEM.id || reservedPrefixes.some((prefix) => id.startsWith(prefix));

/** The sentence of errors about reserved ids. */
export const RESERVED_IDS =
  '"system" and ids that start with "bot:", "service:" or "guest:" belong to no user';

/** The ids of users that `actorId` changes, so that none of them looks like a guest's. */
const likeGuest = /^(user:)*guest:/;

/** Returns an id that is unique among users and guests. It is the user's own id, unless that looks like a guest's. */
export function actorId({ id, guest }: Actor): string {
  if (guest) return `${GUEST}${id}`;
  return likeGuest.test(id) ? `user:${id}` : id;
}

/** A user or guest to whom messages of others are shown. */
export interface Reader {
  /** The `actorId` of the reader. */
  readonly viewer: string;
  /** Set for a guest. */
  readonly guest?: true;
  /** Whether the setting `exposeEmail` is off. */
  readonly hidesEmails?: boolean;
}

/** Whether a reader sees no email address of a user. Readers always see their own. */
export const isEmailHidden = ({ viewer, guest, hidesEmails = false }: Reader, user: Actor): boolean =>
  guest === true || (hidesEmails && viewer !== actorId(user));

/** Returns a user as a reader sees them. Where email addresses are hidden, names do not contain them either. */
export function seenBy(reader: Reader, user: User): User {
  if (!isEmailHidden(reader, user)) return user;
  const { name, username } = user;
  const seen = { ...user, email: '', username: withoutAddresses(username) };
  return name === undefined ? seen : { ...seen, name: withoutAddresses(name) };
}

/** Returns the name that others see. */
export const nameOf = ({ name, username }: Pick<User, 'name' | 'username'>): string => name ?? username;

/** Whether both are the same user, or guests of the same name. */
export const isSameActor = (one: Actor, other: Actor): boolean => actorId(one) === actorId(other);

/** Returns the id of a guest who names no user: only this connection has it. */
export const namelessId = (connection: string): string => `${GUEST}${connection}`;

/**
 * Returns the user as whom a guest acts under a claimed name. The name is unverified, so two guests may share it.
 * @throws ChatError WRONG_USER for a reserved id, BAD_FRAME for a blank name or one with invisible characters
 */
export function guestNamed(name: string): User {
  if (isBlank(name) || hidden.test(name)) {
    const reason = 'Frame not read: the user is blank or has invisible characters. Choose another name.';
    throw new ChatError('BAD_FRAME', reason);
  }
  if (isReservedId(name.trim().toLowerCase())) {
    throw new ChatError('WRONG_USER', `Wrong user: ${RESERVED_IDS}. Choose another name.`);
  }
  return { id: name, username: name, email: '', userType: '', guest: true };
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
  /** The team's own JSON about the member. */
  readonly data?: CustomData;
  /**
   * Set while the room is a request: a user who shares no room with the member added them, and they have not accepted.
   */
  readonly pending?: true;
  /**
   * The user who added the member, if the member had blocked them. While the block lasts, the room is concealed from the
   * member. Absent once the member has entered the room, or another user has added them.
   */
  readonly addedByBlocked?: string;
  /** Absent for `all`. */
  readonly notify?: Notify;
}

/**
 * Whether a membership makes its member known to another user of the room. A request does not, and neither does an
 * addition by a user whom the member has blocked, except to that user, who must not learn of the block.
 */
export const isKnownTo = (
  { pending, addedByBlocked }: Pick<Member, 'pending' | 'addedByBlocked'>,
  viewer: string,
): boolean => !pending && (addedByBlocked === undefined || addedByBlocked === viewer);

/** Whether the member may change other members' messages. */
export const isModerator = (member: Pick<Member, 'role'>): boolean => member.role !== 'member';

const sentences = {
  NOT_A_MODERATOR: 'No access: only owners and moderators of this room can do this. Ask one of them.',
  NOT_AN_OWNER: 'No access: only owners of this room can do this. Ask one of them.',
  NO_SUCH_MEMBER: 'Member not found: this user is not a member of the room. Check the list of members.',
  LAST_OWNER: 'Owner not removed: the room would have no owner. Make another member an owner first.',
  ROOM_LIMIT: 'Member not added: a user can be in at most 5,000 rooms. The user has to leave a room first.',
  NO_REQUEST: 'Request not declined: you have accepted this room. Leave it instead, if it is a group.',
  ROOM_HELD: 'Room not deleted: it has a legal hold. Ask the team that runs the chat.',
  FIXED_ROOM: 'Room not changed: a direct room has no settings. Create a group instead.',
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
