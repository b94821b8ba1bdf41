import { ChatError } from '../domain/errors.ts';
import type { Member, Role } from '../domain/member.ts';
import { type Database, type Item, queryAll, type Update } from './database.ts';
import { memberKey, parseRoomKey, visitorKey } from './keys.ts';
import { countWrite, type WriteWindow, waitOf } from './write-window.ts';

function toMember(room: string, item: Item): Member {
  const { user, role, readTo = 0, mutedUntil = 0 } = item;
  return { room, user, role, readTo, mutedUntil };
}

export async function getMember(db: Database, room: string, user: string): Promise<Member | undefined> {
  const item = await db.chat.get(memberKey(room, user));
  return item && toMember(room, item);
}

/** Adds a member, or changes the role of an existing one. */
export async function putMember(db: Database, room: string, user: string, role: Role): Promise<void> {
  await db.chat.update(memberKey(room, user), {
    update: 'SET #user = :user, #role = :role, readTo = if_not_exists(readTo, :none)',
    values: { ':user': user, ':role': role, ':none': 0 },
  });
}

/** Adds a member; an existing one keeps their role. Returns whether the user was added. */
export const addMember = (db: Database, room: string, user: string, role: Role): Promise<boolean> =>
  db.chat.put(
    { ...memberKey(room, user), user, role, readTo: 0 },
    { condition: 'attribute_not_exists(#item)' },
  );

/** @returns the member; undefined when the user is not a member */
async function updateMember(
  db: Database,
  room: string,
  user: string,
  update: Pick<Update, 'update' | 'values'>,
): Promise<Member | undefined> {
  const condition = 'attribute_exists(#item)';
  const item = await db.chat.update(memberKey(room, user), { ...update, condition, returns: 'ALL_NEW' });
  return item && toMember(room, item);
}

/** Sets a member's role. @returns as `updateMember` */
export const setRole = (db: Database, room: string, user: string, role: Role) =>
  updateMember(db, room, user, { update: 'SET #role = :role', values: { ':role': role } });

/** Mutes a member until a time in milliseconds since the epoch; 0 unmutes them. @returns as `updateMember` */
export const setMute = (db: Database, room: string, user: string, until: number) =>
  updateMember(db, room, user, { update: 'SET mutedUntil = :until', values: { ':until': until } });

/** Removes a member. Returns whether the user was one. */
export const deleteMember = async (db: Database, room: string, user: string): Promise<boolean> =>
  (await db.chat.remove(memberKey(room, user))) !== undefined;

/** Moves a member's read mark forward; it never moves back. */
export async function putReadTo(db: Database, room: string, user: string, message: number): Promise<void> {
  await db.chat.update(memberKey(room, user), {
    update: 'SET readTo = :message',
    condition: 'attribute_exists(#item) AND readTo < :message',
    values: { ':message': message },
  });
}

/**
 * Checks in one conditional update that a member may write, and counts the write.
 * @param window null when the write is not counted
 * @param now milliseconds since the epoch
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED
 */
export async function checkWriteAccess(
  db: Database,
  room: string,
  user: string,
  window: WriteWindow | null,
  now: number,
): Promise<Member> {
  const key = memberKey(room, user);
  const may = 'attribute_exists(#item) AND (attribute_not_exists(mutedUntil) OR mutedUntil <= :now)';
  const counting = window && countWrite(window, now);
  const updated = await db.chat.update(key, {
    update: `SET ${counting?.set ?? 'lastTurnAt=:now'}`,
    condition: counting ? `${may} AND ${counting.condition}` : may,
    values: counting?.values ?? { ':now': now },
    returns: 'ALL_NEW',
  });
  if (updated) return toMember(room, updated);
  const item = await db.chat.get(key);
  if (!item) throw new ChatError('NOT_A_MEMBER');
  if (!window || toMember(room, item).mutedUntil > now) throw new ChatError('MUTED');
  throw new ChatError('RATE_LIMITED', undefined, waitOf(window, item, now));
}

/** No window is longer, so an expired item has nothing left to count. */
const VISITOR_MEMORY_MS = 60 * 60 * 1000;

/**
 * Counts the write of a user who is not a member. Check before that the room is open to anyone.
 * @param now milliseconds since the epoch
 * @throws ChatError RATE_LIMITED
 */
export async function countVisitorWrite(
  db: Database,
  room: string,
  visitor: string,
  window: WriteWindow,
  now: number,
): Promise<void> {
  const key = visitorKey(room, visitor);
  const { set, condition, values } = countWrite(window, now);
  const expiresAt = Math.floor((now + VISITOR_MEMORY_MS) / 1000);
  const counted = await db.chat.update(key, {
    update: `SET expiresAt=:expires,${set}`,
    condition,
    values: { ...values, ':expires': expiresAt },
  });
  if (counted) return;
  throw new ChatError('RATE_LIMITED', undefined, waitOf(window, (await db.chat.get(key)) ?? {}, now));
}

/** Returns a room's first members by user id, at most `limit`, read consistently, and whether there are more. */
export async function listMembers(
  db: Database,
  room: string,
  limit: number,
): Promise<{ members: Member[]; hasMore: boolean }> {
  const first = memberKey(room, '');
  const { items, next } = await queryAll(
    db.chat,
    {
      where: '#room = :room AND begins_with(#item, :member)',
      values: { ':room': first.room, ':member': first.item },
      consistent: true,
    },
    limit,
  );
  return { members: items.map((item) => toMember(room, item)), hasMore: next !== undefined };
}

/** Returns those of the rooms that a user is a member of, read consistently. Rooms must differ. */
export async function roomsWithMember(
  db: Database,
  user: string,
  rooms: readonly string[],
): Promise<ReadonlySet<string>> {
  const keys = rooms.map((room) => memberKey(room, user));
  const items = await db.chat.batchGet(keys, { consistent: true });
  return new Set(items.map((item) => parseRoomKey(item['room'])));
}

/** Returns the ids of a user's rooms, at most `limit`. The index is eventually consistent. */
export async function listRoomsOf(db: Database, user: string, limit: number): Promise<string[]> {
  const query = { index: 'by-user', where: '#user = :user', values: { ':user': user } } as const;
  const { items } = await queryAll(db.chat, query, limit);
  return items.map((item) => parseRoomKey(item['room']));
}
