import { randomUUID } from 'node:crypto';
import { mapLimited } from '../delivery/concurrency.ts';
import type { Context } from '../delivery/context.ts';
import { isBlocked } from '../domain/block.ts';
import type { CustomData } from '../domain/custom-data.ts';
import { ChatError } from '../domain/errors.ts';
import { type Caller, isKnownTo, type Member, MembershipError, type User } from '../domain/member.ts';
import {
  type CountedByUser,
  directRoomId,
  MAX_USER_ROOMS,
  type Room,
  type RoomLimits,
} from '../domain/room.ts';
import { getBlockList } from '../store/blocks.ts';
import type { Database } from '../store/database.ts';
import * as members from '../store/members.ts';
import { getRoom, putRoom } from '../store/rooms.ts';
import * as writeWindow from '../store/write-window.ts';

/** The context for creating rooms and adding members. */
export interface AdmissionContext extends Pick<Context, 'db' | 'now'> {
  readonly roomLimits: RoomLimits;
}

export type NewRoom =
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly access: Room['access'];
      readonly data?: CustomData | undefined;
      /** User ids, in addition to the creator, who becomes the owner. */
      readonly members: readonly string[];
    }
  | { readonly kind: 'direct'; readonly other: string };

const reasons: Record<CountedByUser, string> = {
  create: 'Room not created: you have created many rooms lately. Wait, then try again.',
  invite: 'Member not added: many people have added this user lately. Try again later.',
};

/** Counts a new room, or an addition by a stranger, against the limit of a user. @throws ChatError RATE_LIMITED */
async function countByUser(
  user: string,
  counted: CountedByUser,
  { db, now, roomLimits }: AdmissionContext,
): Promise<void> {
  const rate = roomLimits[counted];
  const retryAfterMs = rate && (await writeWindow.countByUser(db, user, { counted, rate }, now()));
  if (retryAfterMs) throw new ChatError('RATE_LIMITED', reasons[counted], retryAfterMs);
}

/** The maximum number of times that one stranger can add the same user in the time window of the limit `invite`. */
const MAX_INVITES_OF_ONE = 10;

const INVITED_OFTEN = 'Member not added: you have added this user many times lately. Try again later.';

/**
 * Counts an addition of a user by a stranger twice: among the additions by this stranger, so that one stranger cannot
 * use up the user's limit, and among the additions by all strangers.
 * @throws ChatError RATE_LIMITED
 */
async function countInvite(user: string, by: User, context: AdmissionContext): Promise<void> {
  const { invite } = context.roomLimits;
  if (invite && invite.messages > MAX_INVITES_OF_ONE) {
    const window = { counted: 'invite', rate: { ...invite, messages: MAX_INVITES_OF_ONE } } as const;
    const retryAfterMs = await writeWindow.countByUser(context.db, user, window, context.now(), by.id);
    if (retryAfterMs) throw new ChatError('RATE_LIMITED', INVITED_OFTEN, retryAfterMs);
  }
  await countByUser(user, 'invite', context);
}

/** Of the rooms that two users share, at most this many are searched for one that the added user has accepted. */
const MAX_COMPARED_ROOMS = 100;

/**
 * Checks that `by` may add users to a room, and counts each addition of a user who shares no room with `by`. A room
 * that the added user has not accepted, or that is concealed from them, does not count as shared. Nobody is a stranger
 * to a backend of the team.
 * @returns the users who share no room with `by`
 * @throws MembershipError ROOM_LIMIT; ChatError RATE_LIMITED
 */
export async function admit(
  users: readonly string[],
  by: Caller,
  context: AdmissionContext,
): Promise<ReadonlySet<string>> {
  const { db } = context;
  const known = new Set(by.service ? [] : await members.listRoomsOf(db, by.id, MAX_USER_ROOMS));
  const strangers = new Set<string>();
  await mapLimited(users, async (user) => {
    const rooms = user === by.id ? [...known] : await members.listRoomsOf(db, user, MAX_USER_ROOMS);
    if (rooms.length >= MAX_USER_ROOMS) throw new MembershipError('ROOM_LIMIT');
    if (user === by.id || by.service) return;
    const common = rooms.filter((room) => known.has(room)).slice(0, MAX_COMPARED_ROOMS);
    const memberships = await members.getMemberships(db, user, common);
    if (![...memberships.values()].some((member) => isKnownTo(member, by.id))) strangers.add(user);
  });
  await mapLimited([...strangers], (user) => countInvite(user, by, context));
  return strangers;
}

/** Returns the id of a caller who adds a user, if the user has blocked them. Nobody blocks a backend of the team. */
export async function blockedAdder(user: string, by: Caller, db: Database): Promise<string | undefined> {
  return !by.service && isBlocked(await getBlockList(db, user), by) ? by.id : undefined;
}

function planOf(newRoom: NewRoom, creator: string) {
  if (newRoom.kind === 'direct') {
    const { kind, other } = newRoom;
    const room = { id: directRoomId(creator, other), name: '', kind, access: 'members' } as const;
    return { room, role: 'member', others: [other] } as const;
  }
  const { kind, name, access, data = null } = newRoom;
  const others = [...new Set(newRoom.members)].filter((user) => user !== creator);
  return { room: { id: randomUUID(), name, kind, access, data }, role: 'owner', others } as const;
}

interface Found {
  readonly exists: boolean;
  readonly own: Member | undefined;
  /** The users to add to the room: those who are not in it, except an added user who has declined it. */
  readonly missing: readonly string[];
}

/** Looks up the direct room of two users. It may lack one of them if a function stopped halfway. */
async function findDirectRoom(id: string, creator: string, other: string, db: Database): Promise<Found> {
  const [room, own, wasAdded] = await Promise.all([
    getRoom(db, id),
    members.getMember(db, id, creator),
    members.hasBeenAdded(db, id, other),
  ]);
  const missing = [...(own ? [] : [creator]), ...(wasAdded ? [] : [other])];
  return { exists: room !== undefined, own, missing };
}

/** Returns whether a new room is a direct room that the user is already a member of. */
export const isOwnDirectRoom = async (
  newRoom: NewRoom,
  { id: user }: User,
  { db }: Pick<AdmissionContext, 'db'>,
): Promise<boolean> =>
  newRoom.kind === 'direct' &&
  (await members.getMember(db, directRoomId(user, newRoom.other), user)) !== undefined;

/**
 * Stores a room and its members. For a member who shares no room with the creator, it is a request. Two users always
 * share the same direct room. If that room was a request to its creator, or they have declined it, creating it accepts
 * it. A user who has blocked the creator does not learn of the room, and the creator does not learn of that.
 * @returns the room's id, its members, and whether the room is new
 * @throws MembershipError ROOM_LIMIT; ChatError RATE_LIMITED
 */
export async function storeRoom(
  newRoom: NewRoom,
  creator: User,
  context: AdmissionContext,
): Promise<{ id: string; members: readonly string[]; created: boolean }> {
  const { db } = context;
  const { room, role, others } = planOf(newRoom, creator.id);
  const stored = { id: room.id, members: [creator.id, ...others] };
  const found =
    newRoom.kind === 'direct' ? await findDirectRoom(room.id, creator.id, newRoom.other, db) : undefined;
  if (found?.exists && found.missing.length === 0) {
    if (found.own?.pending || found.own?.addedByBlocked)
      await members.enterRoom(db, room.id, creator.id, role);
    return { ...stored, created: false };
  }
  await countByUser(creator.id, 'create', context);
  const strangers = await admit(found?.missing ?? stored.members, creator, context);
  const created = await putRoom(db, room, context.now());
  const add = async (user: string) => {
    const options = { pending: strangers.has(user), addedByBlocked: await blockedAdder(user, creator, db) };
    await members.putMember(db, { id: room.id, seq: 0 }, user, 'member', options);
  };
  await Promise.all([members.enterRoom(db, room.id, creator.id, role), ...others.map(add)]);
  return { ...stored, created };
}

/**
 * Creates a room for a backend of the team, with an id that the backend chose, and without members. An existing room
 * stays as it is. The id of a direct room names its two users.
 * @returns the room, and whether it is new
 */
export async function storeRoomAs(
  room: Parameters<typeof putRoom>[1],
  { db, now }: Pick<AdmissionContext, 'db' | 'now'>,
): Promise<{ room: Room; created: boolean }> {
  const created = await putRoom(db, room, now());
  const stored = await getRoom(db, room.id);
  if (!stored) throw new ChatError('ROOM_NOT_FOUND');
  return { room: stored, created };
}
