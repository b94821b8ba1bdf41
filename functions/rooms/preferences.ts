import type { PostingContext } from '../delivery/context.ts';
import { deliver } from '../delivery/deliver.ts';
import { userConnections } from '../delivery/presence.ts';
import { isBlocked, type Reader } from '../domain/block.ts';
import { type Connection, isInRoom } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { actorId, type Member, type User } from '../domain/member.ts';
import type { Placement, Preferences } from '../domain/preferences.ts';
import { inboxOf, type Room } from '../domain/room.ts';
import { listConnections } from '../store/connections.ts';
import type { Database } from '../store/database.ts';
import { listOutlines } from '../store/log.ts';
import { getMember, setNotify } from '../store/members.ts';
import { changePlacement, getPlacement } from '../store/placements.ts';
import { getRoom } from '../store/rooms.ts';
import { blockListOf } from './blocks.ts';

const OUTLINE_PAGE = 20;

/** After so many changes without a message of another user, the room counts as shown. */
const MAX_READ_OUTLINES = 500;

/**
 * Returns whether another user has sent a message after a sequence number. A message whose delete is logged does not
 * count, and neither does one of a user whom the user has blocked.
 */
async function hasNews(room: Room, since: number, user: Reader, db: Database): Promise<boolean> {
  const deleted = new Set<number>();
  let before = room.seq + 1;
  for (let read = 0; before > since + 1; ) {
    if (read >= MAX_READ_OUTLINES) return true;
    const { outlines, hasMore } = await listOutlines(db, room.id, { before, limit: OUTLINE_PAGE });
    for (const { kind, seq, message = 0, author, deletedAt } of outlines) {
      if (kind === 'delete') deleted.add(message);
      if (kind !== 'message' || deletedAt !== undefined || deleted.has(seq)) continue;
      const isOther = author && actorId(author) !== actorId(user) && !isBlocked(user.blocked, author);
      if (seq > since && isOther) return true;
    }
    if (!hasMore) return false;
    read += outlines.length;
    before = Math.min(before - 1, ...outlines.map(({ seq, from = seq }) => from));
  }
  return false;
}

/** Returns whether a room is left out of the user's list of rooms. */
export const isHidden = async (
  room: Room,
  { hiddenAt }: Placement,
  user: Reader,
  db: Database,
): Promise<boolean> => hiddenAt !== undefined && !(await hasNews(room, hiddenAt, user, db));

/** Returns what a member has chosen for a room. */
export async function readPreferences(
  room: Room,
  member: Member,
  user: User,
  db: Database,
): Promise<Preferences> {
  const [placement, blocked] = await Promise.all([
    getPlacement(db, user.id, room.id),
    blockListOf(user, { db }),
  ]);
  const hidden = await isHidden(room, placement, { ...user, blocked }, db);
  return preferencesOf(member, placement, hidden);
}

export const preferencesOf = (
  { notify = 'all' }: Member,
  { pinned }: Placement,
  hidden: boolean,
): Preferences => ({ notify, pinned: pinned ?? false, hidden });

/** Returns the user's connections in a room, and their inboxes, each socket once. */
async function ownConnections(
  room: Room,
  { id: user }: User,
  context: PostingContext,
): Promise<readonly Connection[]> {
  const [inRoom, inboxes] = await Promise.all([
    userConnections(user, [room], context),
    listConnections(context.db, { id: inboxOf(user), shards: 1 }, context.now()),
  ]);
  const all = [...inboxes, ...inRoom.filter((connection) => isInRoom(connection) && !connection.user.guest)];
  return [...new Map(all.map((connection) => [connection.id, connection])).values()];
}

async function readMembership(id: string, user: User, db: Database) {
  const [room, member] = await Promise.all([getRoom(db, id), getMember(db, id, user.id)]);
  if (!room || !member) throw new ChatError('NOT_A_MEMBER');
  return { room, preferences: await readPreferences(room, member, user, db) };
}

/**
 * Changes what a member has chosen for a room, and posts it to the member's other devices. Without a change, nothing is
 * stored or posted.
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist
 */
export async function changePreferences(
  id: string,
  { notify, pinned, hidden }: { readonly [Name in keyof Preferences]?: Preferences[Name] | undefined },
  user: User,
  context: PostingContext,
): Promise<Preferences> {
  const { db } = context;
  const { room, preferences: before } = await readMembership(id, user, db);
  const isNew = {
    notify: notify !== undefined && notify !== before.notify,
    pinned: pinned !== undefined && pinned !== before.pinned,
    hidden: hidden !== undefined && hidden !== before.hidden,
  };
  if (!isNew.notify && !isNew.pinned && !isNew.hidden) return before;
  await Promise.all([
    isNew.notify && notify && setNotify(db, id, user.id, notify),
    changePlacement(db, user.id, id, {
      ...(isNew.pinned && { pinned: pinned ? true : null }),
      ...(isNew.hidden && { hiddenAt: hidden ? room.seq : null }),
    }),
  ]);
  // Two devices may change different preferences at once, so the frame has what is stored now.
  const { preferences } = await readMembership(id, user, db);
  const connections = await ownConnections(room, user, context);
  await deliver({ kind: 'PreferencesChanged', room: id, user: user.id, preferences }, connections, context);
  return preferences;
}
