import { actorId, type Member } from '../domain/member.ts';
import type { MemberUpdate } from '../domain/room-change.ts';
import type { Database, Item } from './database.ts';
import { memberKey } from './keys.ts';
import { addMember, isMember, toMember } from './members.ts';
import { keepMute, putMute } from './mutes.ts';

// A member's item has the sequence number of each logged change: `memberSeq` of the addition, `roleSeq`, `muteSeq` and
// `dataSeq`.
// A removed member leaves an item with `removedSeq`. So an older change never replaces a newer one, and a removed member
// never comes back by a change that was logged before the removal (decision 026).

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long the item of a removed member is kept, in milliseconds. Longer than `COMPLETED_MS`. */
const REMOVED_MS = 2 * DAY_MS;

/** Changes that are older than this are not completed if a function stopped before it applied them. */
const COMPLETED_MS = DAY_MS;

/** The condition that an item is a member's whose attribute has no later change. */
const olderIn = (attribute: string): string =>
  ['memberSeq', attribute].map((name) => `(attribute_not_exists(${name}) OR ${name} < :seq)`).join(' AND ');

async function setRole(db: Database, room: string, { user, role, seq }: MemberUpdate): Promise<void> {
  await db.chat.update(memberKey(room, user), {
    update: 'SET #role = :role, roleSeq = :seq',
    condition: `attribute_exists(#user) AND ${olderIn('roleSeq')}`,
    values: { ':role': role, ':seq': seq },
  });
}

async function setData(db: Database, room: string, { user, data, seq }: MemberUpdate): Promise<void> {
  await db.chat.update(memberKey(room, user), {
    update: data ? 'SET #data = :data, dataSeq = :seq' : 'SET dataSeq = :seq REMOVE #data',
    condition: `attribute_exists(#user) AND ${olderIn('dataSeq')}`,
    values: { ':seq': seq, ...(data && { ':data': JSON.stringify(data) }) },
  });
}

async function setMute(db: Database, room: string, update: MemberUpdate, now: number): Promise<void> {
  const { user, mutedUntil = 0, seq } = update;
  // The mute is stored before its copy, so that a user who is being added at the same time gets it.
  await putMute(db, room, actorId({ id: user }), mutedUntil, { seq, now });
  await db.chat.update(memberKey(room, user), {
    update: 'SET mutedUntil = :until, muteSeq = :seq',
    condition: `attribute_exists(#user) AND ${olderIn('muteSeq')}`,
    values: { ':until': mutedUntil, ':seq': seq },
  });
}

async function add(db: Database, room: string, update: MemberUpdate): Promise<void> {
  const { user, role = 'member', pending = false, addedByBlocked, data = null, seq } = update;
  const options = { pending, addedByBlocked, data, memberSeq: seq };
  const added = await addMember(db, { id: room, seq }, user, role, options);
  // Of two additions of a user at the same time, the later one decides about the role.
  if (!added) await setRole(db, room, { ...update, role });
}

/** Replaces a member's item. Without the attribute `user`, the index of a user's rooms does not contain the new one. */
async function remove(db: Database, room: string, update: MemberUpdate, now: number): Promise<void> {
  const { user, seq } = update;
  const key = memberKey(room, user);
  const { mutedUntil = 0 } = (await db.chat.get(key)) ?? {};
  if (mutedUntil > now) await keepMute(db, room, actorId({ id: user }), mutedUntil);
  const expiresAt = Math.ceil((now + REMOVED_MS) / 1000);
  // An earlier release takes an item with `declined` for a user who is not a member.
  await db.chat.put(
    { ...key, declined: true, removedSeq: seq, expiresAt },
    { condition: `attribute_exists(#user) AND ${olderIn('removedSeq')}`, values: { ':seq': seq } },
  );
}

/**
 * Applies a logged change to a member. Repeating it is safe.
 * @param now milliseconds since the epoch
 * @returns the member; undefined if the user is not a member then
 */
export async function applyMemberUpdate(
  db: Database,
  room: string,
  update: MemberUpdate,
  now: number,
): Promise<Member | undefined> {
  const { change, user } = update;
  switch (change) {
    case 'added':
      await add(db, room, update);
      break;
    case 'changed':
      if (update.mutedUntil !== undefined) await setMute(db, room, update, now);
      if (update.role !== undefined) await setRole(db, room, update);
      if (update.data !== undefined) await setData(db, room, update);
      break;
    case 'removed':
      await remove(db, room, update, now);
      break;
    default:
      return change satisfies never;
  }
  const item = await db.chat.get(memberKey(room, user));
  return isMember(item) ? toMember(room, item) : undefined;
}

/** Whether a member's item shows a change, or a later one that replaces it. */
function isApplied(item: Item | undefined, update: MemberUpdate): boolean {
  const { change, seq, role, mutedUntil, data } = update;
  const { removedSeq = 0, memberSeq = 0, roleSeq = 0, muteSeq = 0, dataSeq = 0 } = item ?? {};
  const isIn = isMember(item);
  if (removedSeq > seq || memberSeq >= seq) return true;
  if (change === 'added') return isIn && (memberSeq === 0 || roleSeq >= seq);
  if (!isIn) return true;
  if (change === 'removed') return false;
  const isOpen = (value: unknown, lastSeq: number) => value !== undefined && lastSeq < seq;
  return !isOpen(role, roleSeq) && !isOpen(mutedUntil, muteSeq) && !isOpen(data, dataSeq);
}

/** Applies recent changes that were logged and not applied, because a function stopped in between. */
export async function completeMemberUpdates(
  db: Database,
  room: string,
  updates: readonly MemberUpdate[],
  now: number,
): Promise<void> {
  const recent = updates.filter(({ at }) => Date.parse(at) > now - COMPLETED_MS);
  if (recent.length === 0) return;
  const keys = [...new Set(recent.map(({ user }) => user))].map((user) => memberKey(room, user));
  const items = await db.chat.batchGet(keys, { consistent: true });
  const byKey = new Map(items.map((item) => [item['item'], item]));
  const open = recent.filter((update) => !isApplied(byKey.get(memberKey(room, update.user).item), update));
  for (const update of open) await applyMemberUpdate(db, room, update, now);
}
