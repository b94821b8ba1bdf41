import type { CustomData } from '../domain/custom-data.ts';
import { ChatError } from '../domain/errors.ts';
import { actorId, type Member, type Role } from '../domain/member.ts';
import type { Notify } from '../domain/preferences.ts';
import type { Room } from '../domain/room.ts';
import { dataAttribute, parsedData } from './custom-data.ts';
import { type Database, type Item, queryAll, type Update } from './database.ts';
import { memberKey, parseRoomKey } from './keys.ts';
import { getMute, putMute } from './mutes.ts';
import { countWrite, type WriteWindow, waitOf } from './write-window.ts';

/** Returns the member that an item holds. */
export function toMember(room: string, item: Item): Member {
  const { user, role, readTo = 0, addedAt = 0, mutedUntil = 0, pending, addedByBlocked, notify } = item;
  const optional = {
    ...(pending && { pending }),
    ...(addedByBlocked && { addedByBlocked }),
    ...(notify && { notify }),
    ...parsedData(item['data']),
  };
  return { room, user, role, readTo, addedAt, mutedUntil, ...optional };
}

/** Whether an item belongs to a member. Users who declined the room or were removed keep an item. */
export const isMember = (item: Item | undefined): item is Item => item !== undefined && !item['declined'];

/** Returns a member. Reads consistently by default. */
export async function getMember(
  db: Database,
  room: string,
  user: string,
  options?: { readonly consistent: boolean },
): Promise<Member | undefined> {
  const item = await db.chat.get(memberKey(room, user), options);
  return isMember(item) ? toMember(room, item) : undefined;
}

/** Whether a user is a member of a room or has declined it. */
export const hasBeenAdded = async (db: Database, room: string, user: string): Promise<boolean> =>
  (await db.chat.get(memberKey(room, user))) !== undefined;

interface NewMember {
  readonly pending?: boolean;
  readonly addedByBlocked?: string | undefined;
  readonly memberSeq?: number;
  readonly data?: CustomData | null;
}

/** A room. Messages up to its `seq` do not count as unread for a new member. */
type RoomToJoin = Pick<Room, 'id' | 'seq'>;

/**
 * Adds a member. Changes nothing for an existing member, and for a user who has declined the room. Returns whether the
 * user was added. Where users may be muted, call `addMember`, which keeps their mutes.
 * @param options.pending whether the room is a request, which the user may accept or decline
 * @param options.addedByBlocked the user who adds the new member, if the new member has blocked them
 * @param options.mutedUntil milliseconds since the epoch; 0 when not muted
 * @param options.memberSeq the sequence number of the logged addition, which must be later than an earlier removal
 */
export const putMember = (
  db: Database,
  { id, seq }: RoomToJoin,
  user: string,
  role: Role,
  {
    pending = false,
    addedByBlocked,
    mutedUntil = 0,
    memberSeq,
    data,
  }: NewMember & { readonly mutedUntil?: number } = {},
): Promise<boolean> =>
  db.chat.put(
    {
      ...memberKey(id, user),
      ...{ user, role, readTo: 0, addedAt: seq, mutedUntil },
      ...(pending && { pending }),
      ...(addedByBlocked !== undefined && { addedByBlocked }),
      ...(memberSeq !== undefined && { memberSeq }),
      ...(data && dataAttribute(data)),
    },
    {
      condition: `attribute_not_exists(#item) OR ${memberSeq === undefined ? 'attribute_exists(removedSeq)' : 'removedSeq < :seq'}`,
      ...(memberSeq !== undefined && { values: { ':seq': memberSeq } }),
    },
  );

/**
 * Adds a member, as `putMember` does. A user who is muted in the room stays muted.
 * @param options as in `putMember`
 */
export async function addMember(
  db: Database,
  room: RoomToJoin,
  user: string,
  role: Role,
  options: NewMember = {},
): Promise<boolean> {
  const actor = actorId({ id: user });
  const before = await getMute(db, room.id, actor);
  const isNew = await putMember(db, room, user, role, { ...options, mutedUntil: before });
  if (isNew) await copyMute(db, room.id, user, { before, after: await getMute(db, room.id, actor) });
  return isNew;
}

/** Copies a mute to a new member if a moderator changed it while the member was being added. */
async function copyMute(
  db: Database,
  room: string,
  user: string,
  { before, after }: { readonly before: number; readonly after: number },
): Promise<void> {
  if (before === after) return;
  await db.chat.update(memberKey(room, user), {
    update: 'SET mutedUntil = :after',
    condition: 'mutedUntil = :before',
    values: { ':before': before, ':after': after },
  });
}

/**
 * Adds a user who enters a room by their own choice. Accepts the room if it was a request, also one that they have
 * declined. A member keeps role and read mark.
 */
export async function enterRoom(db: Database, room: string, user: string, role: Role): Promise<void> {
  const initial = ['#role = if_not_exists(#role, :role)', ...['readTo', 'addedAt'].map(orZero)];
  await db.chat.update(memberKey(room, user), {
    update: `SET #user = :user, ${initial.join()} REMOVE pending, addedByBlocked, declined, removedSeq, expiresAt`,
    values: { ':user': user, ':role': role, ':zero': 0 },
  });
}

const orZero = (attribute: string) => `${attribute} = if_not_exists(${attribute}, :zero)`;

/**
 * Makes a request an accepted room, and reveals a concealed room; other rooms stay unchanged.
 * @returns the member as they were before; undefined when the user is not a member
 */
export async function acceptRequest(db: Database, room: string, user: string): Promise<Member | undefined> {
  const item = await db.chat.update(memberKey(room, user), {
    update: 'REMOVE pending, addedByBlocked',
    condition: 'attribute_exists(#user)',
    returns: 'ALL_OLD',
  });
  return item && toMember(room, item);
}

/** Reveals a concealed room to its member. A request stays one. */
export async function revealRoom(db: Database, room: string, user: string): Promise<void> {
  await db.chat.update(memberKey(room, user), {
    update: 'REMOVE addedByBlocked',
    condition: 'attribute_exists(addedByBlocked)',
  });
}

/**
 * Ends a membership that the user has not accepted, and keeps an item so that `addMember` does not add the user again.
 * Without the attribute `user`, the index of a user's rooms does not contain the item. Returns false if there was no
 * request.
 */
export const declineRequest = async (db: Database, room: string, user: string): Promise<boolean> =>
  (await db.chat.update(memberKey(room, user), {
    update: 'SET declined = :true REMOVE #user, pending',
    condition: 'attribute_exists(pending) AND attribute_exists(#user)',
    values: { ':true': true },
  })) !== undefined;

/** @returns the member; undefined when the user is not a member */
async function updateMember(
  db: Database,
  room: string,
  user: string,
  update: Pick<Update, 'update' | 'values'>,
): Promise<Member | undefined> {
  const condition = 'attribute_exists(#user)';
  const item = await db.chat.update(memberKey(room, user), { ...update, condition, returns: 'ALL_NEW' });
  return item && toMember(room, item);
}

/** Sets a member's role. @returns as `updateMember` */
export const setRole = (db: Database, room: string, user: string, role: Role) =>
  updateMember(db, room, user, { update: 'SET #role = :role', values: { ':role': role } });

/** Sets the messages about which a member is notified. @returns as `updateMember` */
export const setNotify = (db: Database, room: string, user: string, notify: Notify) =>
  updateMember(db, room, user, { update: 'SET notify = :notify', values: { ':notify': notify } });

/**
 * Mutes a member until a time in milliseconds since the epoch; 0 unmutes them. Stores the mute before its copy in the
 * member's item, so that a user who is being added at the same time gets it.
 * @returns as `updateMember`
 */
export async function setMute(
  db: Database,
  room: string,
  user: string,
  until: number,
): Promise<Member | undefined> {
  await putMute(db, room, actorId({ id: user }), until);
  const values = { ':until': until };
  return updateMember(db, room, user, { update: 'SET mutedUntil = :until', values });
}

/** Removes the membership of a user in a room that was deleted. */
export async function removeMembership(db: Database, room: string, user: string): Promise<void> {
  await db.chat.remove(memberKey(room, user));
}

/** Moves a member's read mark forward; it never moves back. */
export async function putReadTo(db: Database, room: string, user: string, message: number): Promise<void> {
  await db.chat.update(memberKey(room, user), {
    update: 'SET readTo = :message',
    condition: 'attribute_exists(#user) AND readTo < :message',
    values: { ':message': message },
  });
}

/**
 * Checks that a member may write, and counts the write, in one conditional update. If the write is not counted, makes
 * only a read, which costs a fifth.
 * @param window null when the write is not counted
 * @param now milliseconds since the epoch
 * @param evenIfMuted whether a muted member may make this write
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED
 */
export async function checkWriteAccess(
  db: Database,
  room: string,
  user: string,
  window: WriteWindow | null,
  now: number,
  evenIfMuted = false,
): Promise<Member> {
  const key = memberKey(room, user);
  if (!window) {
    const member = await getMember(db, room, user);
    if (!member) throw new ChatError('NOT_A_MEMBER');
    if (!evenIfMuted && member.mutedUntil > now) throw new ChatError('MUTED');
    return member;
  }
  const notMuted = evenIfMuted ? '' : ' AND (attribute_not_exists(mutedUntil) OR mutedUntil <= :now)';
  const may = `attribute_exists(#user)${notMuted}`;
  const { set, condition, values } = countWrite(window, now);
  const updated = await db.chat.update(key, {
    update: `SET ${set}`,
    condition: `${may} AND ${condition}`,
    values,
    returns: 'ALL_NEW',
  });
  if (updated) return toMember(room, updated);
  const item = await db.chat.get(key);
  if (!isMember(item)) throw new ChatError('NOT_A_MEMBER');
  if (!evenIfMuted && toMember(room, item).mutedUntil > now) throw new ChatError('MUTED');
  throw new ChatError('RATE_LIMITED', undefined, waitOf(window, item, now));
}

/** Some of a room's members, in the order of their keys. */
export interface MemberPage {
  readonly members: readonly Member[];
  /** Whether the room has more members. */
  readonly hasMore: boolean;
}

interface MemberRange {
  /** The user id after which the page begins. */
  readonly after?: string | undefined;
  /** True by default. */
  readonly consistent?: boolean;
}

/** Returns a room's members after a user id, or its first ones without it, at most `limit`. */
export async function listMembers(
  db: Database,
  room: string,
  limit: number,
  { after, consistent = true }: MemberRange = {},
): Promise<MemberPage> {
  const first = memberKey(room, '');
  const { items } = await queryAll(
    db.chat,
    {
      where: '#room = :room AND #item BETWEEN :first AND :last',
      values: {
        ':room': first.room,
        // U+0000 sorts below any character that follows, and `$` comes right after `#`.
        ':first': after === undefined ? first.item : `${memberKey(room, after).item}\u0000`,
        ':last': first.item.replace('#', '$'),
      },
      consistent,
    },
    limit + 1,
    isMember,
  );
  const members = items.slice(0, limit).map((item) => toMember(room, item));
  return { members, hasMore: items.length > limit };
}

/** Returns a room's first members, at most `limit`, with `user` among them if they are a member. */
export async function listMembersWith(
  db: Database,
  room: string,
  user: string,
  limit: number,
  range?: Pick<MemberRange, 'consistent'>,
): Promise<MemberPage> {
  const page = await listMembers(db, room, limit, range);
  if (!page.hasMore || page.members.some((member) => member.user === user)) return page;
  const own = await getMember(db, room, user);
  return own ? { members: [...page.members.slice(0, limit - 1), own], hasMore: true } : page;
}

/** Returns the users who are members of the rooms. Name each place once. Reads eventually consistently. */
export async function getMembersAt(
  db: Database,
  places: readonly { readonly room: string; readonly user: string }[],
): Promise<readonly Member[]> {
  const keys = places.map(({ room, user }) => memberKey(room, user));
  const items = await db.chat.batchGet(keys);
  return items.filter(isMember).map((item) => toMember(parseRoomKey(item['room']), item));
}

/** Reads a user's memberships in rooms consistently. Returns them by room id. No room may be named twice. */
export async function getMemberships(
  db: Database,
  user: string,
  rooms: readonly string[],
): Promise<ReadonlyMap<string, Member>> {
  const keys = rooms.map((room) => memberKey(room, user));
  const items = await db.chat.batchGet(keys, { consistent: true });
  const members = items.filter(isMember).map((item) => toMember(parseRoomKey(item['room']), item));
  return new Map(members.map((member) => [member.room, member]));
}

/** Returns the ids of a user's rooms, at most `limit`. The index is eventually consistent. */
export async function listRoomsOf(db: Database, user: string, limit: number): Promise<string[]> {
  const query = { index: 'by-user', where: '#user = :user', values: { ':user': user } } as const;
  const { items } = await queryAll(db.chat, query, limit);
  return items.map((item) => parseRoomKey(item['room']));
}
