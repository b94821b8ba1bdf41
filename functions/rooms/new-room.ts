import { randomUUID } from 'node:crypto';
import { mapLimited } from '../delivery/concurrency.ts';
import type { Context } from '../delivery/context.ts';
import { ChatError } from '../domain/errors.ts';
import { MembershipError, type Role, type User } from '../domain/member.ts';
import {
  type CountedByUser,
  directRoomId,
  MAX_USER_ROOMS,
  type Room,
  type RoomLimits,
} from '../domain/room.ts';
import * as members from '../store/members.ts';
import { getRoom, putRoom } from '../store/rooms.ts';

/** What creating rooms and adding members needs. */
export interface AdmissionContext extends Pick<Context, 'db' | 'now'> {
  readonly roomLimits: RoomLimits;
}

export type NewRoom =
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly access: Room['access'];
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
  const retryAfterMs = rate && (await members.countByUser(db, user, { counted, rate }, now()));
  if (retryAfterMs) throw new ChatError('RATE_LIMITED', reasons[counted], retryAfterMs);
}

/** Of this many common rooms, one that the user has accepted is looked for. */
const MAX_COMPARED_ROOMS = 100;

/**
 * Checks that users may be added by another one, and counts each whom they share no room with. A room that a user has
 * not accepted does not count as shared.
 * @returns the users who are strangers to `by`
 * @throws MembershipError ROOM_LIMIT; ChatError RATE_LIMITED
 */
export async function admit(
  users: readonly string[],
  by: User,
  context: AdmissionContext,
): Promise<ReadonlySet<string>> {
  const { db } = context;
  const known = new Set(await members.listRoomsOf(db, by.id, MAX_USER_ROOMS));
  const strangers = new Set<string>();
  await mapLimited(users, async (user) => {
    const rooms = user === by.id ? [...known] : await members.listRoomsOf(db, user, MAX_USER_ROOMS);
    if (rooms.length >= MAX_USER_ROOMS) throw new MembershipError('ROOM_LIMIT');
    if (user === by.id) return;
    const common = rooms.filter((room) => known.has(room)).slice(0, MAX_COMPARED_ROOMS);
    const memberships = await members.getMemberships(db, user, common);
    if (![...memberships.values()].some(({ pending }) => !pending)) strangers.add(user);
  });
  await mapLimited([...strangers], (user) => countByUser(user, 'invite', context));
  return strangers;
}

function planOf(newRoom: NewRoom, creator: string) {
  if (newRoom.kind === 'direct') {
    const { kind, other } = newRoom;
    const room = { id: directRoomId(creator, other), name: '', kind, access: 'members' } as const;
    return { room, role: 'member', others: [other] } as const;
  }
  const { kind, name, access } = newRoom;
  const others = [...new Set(newRoom.members)].filter((user) => user !== creator);
  return { room: { id: randomUUID(), name, kind, access }, role: 'owner', others } as const;
}

/** Enters a direct room that exists, and accepts it if it was a request. Returns whether both users have an item. */
async function enterDirectRoom(id: string, creator: string, other: string, context: AdmissionContext) {
  const { db } = context;
  const [room, own, hasOther] = await Promise.all([
    getRoom(db, id),
    members.getMember(db, id, creator),
    members.hasBeenAdded(db, id, other),
  ]);
  if (!room || !own || !hasOther) return false;
  if (own.pending) await members.acceptRequest(db, id, creator);
  return true;
}

/**
 * Stores a room and its members. For a member who shares no room with the creator, it is a request. Two users always
 * share the same direct room; one who has declined it is not added again by the other one.
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
  const [other = ''] = others;
  if (room.kind === 'direct' && (await enterDirectRoom(room.id, creator.id, other, context))) {
    return { ...stored, created: false };
  }
  await countByUser(creator.id, 'create', context);
  const strangers = await admit(stored.members, creator, context);
  const created = await putRoom(db, room);
  // A direct room that existed may lack a member, who declined it, or whom a function that stopped halfway did not add.
  const seq = created ? 0 : ((await getRoom(db, room.id))?.seq ?? 0);
  const place = { id: room.id, seq };
  const add = (user: string, as: Role) =>
    members.addMember(db, place, user, as, { pending: strangers.has(user) });
  await Promise.all([
    members.enterRoom(db, place, creator.id, role),
    ...others.map((user) => add(user, 'member')),
  ]);
  return { ...stored, created };
}
