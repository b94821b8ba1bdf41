import { setTimeout as delay } from 'node:timers/promises';
import { addRoomToInboxes } from '../connections/inbox.ts';
import { mapLimited } from '../delivery/concurrency.ts';
import { type Context, isoTime, type PostingContext } from '../delivery/context.ts';
import { deliver } from '../delivery/deliver.ts';
import { userConnections } from '../delivery/presence.ts';
import type { BlockList } from '../domain/block.ts';
import { type Connection, isPresence, receivesPresence } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { BlockChanged } from '../domain/event.ts';
import { type Actor, isSameActor } from '../domain/member.ts';
import { directRoomUsers, isInbox, MAX_USER_ROOMS } from '../domain/room.ts';
import * as stored from '../store/blocks.ts';
import { type ConnectionPlace, getConnection, listAllPlaces, putBlocked } from '../store/connections.ts';
import type { Database } from '../store/database.ts';
import { getMemberships, listRoomsOf, revealRoom } from '../store/members.ts';
import { listOpenSockets } from '../store/profiles.ts';
import { getRooms } from '../store/rooms.ts';
import { countByUser } from '../store/write-window.ts';

/** Returns the users whom a reader has blocked. Guests block nobody. */
export const blockListOf = async (
  { id, guest }: Actor,
  { db }: Pick<Context, 'db'>,
): Promise<BlockList | undefined> => (guest ? undefined : stored.getBlockList(db, id));

/** How often a user may change the block list: each change writes to all rows of the user's connections. */
const RATE = { counted: 'block', rate: { messages: 30, windowMs: 60_000 } } as const;

/** How long the index of connections lags at most, in milliseconds. It usually lags much less. */
const INDEX_LAG_MS = 300;

/**
 * Stores a block list in all rows of a user's connections, unless they have it or a newer one. Returns all rows.
 * @param earlier the rows that have the list already
 */
async function updateRows(
  user: string,
  list: BlockList,
  { db }: PostingContext,
  earlier: readonly Connection[] = [],
): Promise<readonly Connection[]> {
  const isEarlier = (place: ConnectionPlace) =>
    earlier.some(({ id, room, shard }) => id === place.id && room === place.room && shard === place.shard);
  const places = (await listAllPlaces(db, user)).filter((place) => !isEarlier(place));
  const rows = await mapLimited(places, async (place) => {
    // Another change at the same time may have stored a newer list.
    return (await putBlocked(db, place, list)) ?? getConnection(db, place);
  });
  return [...earlier, ...rows.filter((row) => row !== undefined)];
}

/**
 * Stores a block list in all rows of a user's open connections, so that the next event is filtered by it. Repeats that
 * once, because the index may lack rows that have just been written.
 * @returns the rows
 */
async function updateConnections(
  user: string,
  list: BlockList,
  context: PostingContext,
): Promise<readonly Connection[]> {
  const rows = await updateRows(user, list, context);
  const open = await listOpenSockets(context.db, user, context.now());
  if (open.length === 0) return rows;
  await delay(INDEX_LAG_MS);
  return updateRows(user, list, context, rows);
}

/** Posts a change of a user's block list to the user's sockets, each once. @param rows all rows of these sockets */
async function announceChange(
  change: Omit<BlockChanged, 'kind' | 'room'>,
  rows: readonly Connection[],
  context: PostingContext,
): Promise<void> {
  const sockets = rows.filter(({ home, user: { guest } }) => home === undefined && !guest);
  await mapLimited([...Map.groupBy(sockets, ({ room }) => room)], ([room, connections]) =>
    deliver({ kind: 'BlockChanged', room, ...change }, connections, context),
  );
}

/**
 * Returns the rooms where the user's presence was announced to the blocked user: those of the user's connections that
 * the user has accepted, without direct rooms with others.
 */
async function announcedRooms(
  { user, blocked }: { readonly user: string; readonly blocked: string },
  rows: readonly Connection[],
  db: Database,
) {
  const isShared = ({ room }: Connection) => directRoomUsers(room)?.includes(blocked) ?? !isInbox(room);
  const ids = rows.filter((row) => isPresence(row) && isShared(row)).map(({ room }) => room);
  const rooms = [...new Set(ids)];
  if (rooms.length === 0) return [];
  const [states, memberships] = await Promise.all([getRooms(db, rooms), getMemberships(db, user, rooms)]);
  return states.map(({ room }) => room).filter(({ id }) => !memberships.get(id)?.pending);
}

/** Announces to a blocked user that the user who blocked them went offline, as if that user had closed the chat. */
async function announceOffline(
  { user, blocked }: { readonly user: string; readonly blocked: string },
  rows: readonly Connection[],
  context: PostingContext,
): Promise<void> {
  const rooms = await announcedRooms({ user, blocked }, rows, context.db);
  const theirs = rooms.length > 0 ? await userConnections(blocked, rooms, context) : [];
  const receivers = theirs.filter((row) => receivesPresence(row) && isSameActor(row.user, { id: blocked }));
  const presence = { user, online: false, lastSeen: isoTime(context.now()) };
  const byRoom = Map.groupBy(receivers, ({ room }) => room);
  await mapLimited([...byRoom], ([room, connections]) =>
    deliver({ kind: 'PresenceChanged', room, presence }, connections, context),
  );
}

const TOO_MANY = 'Block list not changed: you changed it often lately. Wait a moment, then try again.';

/** @throws ChatError RATE_LIMITED */
async function countChange(user: string, { db, now }: PostingContext): Promise<void> {
  const retryAfterMs = await countByUser(db, user, RATE, now());
  if (retryAfterMs) throw new ChatError('RATE_LIMITED', TOO_MANY, retryAfterMs);
}

/**
 * Blocks `blocked` for `user`: hides the messages of `blocked` on all open connections of `user`, posts the block to
 * them, and announces to `blocked` that `user` went offline. A repeat completes an earlier attempt.
 * @returns the block, and whether it is new; undefined if the list is full
 * @throws ChatError RATE_LIMITED
 */
export async function blockUser(
  blocked: string,
  user: string,
  context: PostingContext,
): Promise<{ readonly block: stored.Block; readonly isNew: boolean } | undefined> {
  await countChange(user, context);
  const changed = await stored.addBlock(context.db, user, blocked, context.now());
  if (!changed) return undefined;
  const { list, isNew, block } = changed;
  const rows = await updateConnections(user, list, context);
  await Promise.all([
    announceChange({ user: blocked, blocked: true, revision: list.revision }, rows, context),
    isNew && announceOffline({ user, blocked }, rows, context),
  ]);
  return { block, isNew };
}

/** Reveals the rooms to which the blocked user has added the user, including in the user's open inboxes. */
async function revealRooms(
  { user, blocked }: { readonly user: string; readonly blocked: string },
  context: PostingContext,
): Promise<void> {
  const { db } = context;
  const memberships = await getMemberships(db, user, await listRoomsOf(db, user, MAX_USER_ROOMS));
  const concealed = [...memberships.values()].filter(({ addedByBlocked }) => addedByBlocked === blocked);
  await mapLimited(concealed, async ({ room }) => {
    await addRoomToInboxes(room, user, context);
    await revealRoom(db, room, user);
  });
}

/**
 * Ends a block. Open connections receive the end of the block and new messages of the user, and history has the earlier
 * ones. A repeat completes an earlier attempt.
 * @throws ChatError RATE_LIMITED
 */
export async function unblockUser(blocked: string, user: string, context: PostingContext): Promise<void> {
  await countChange(user, context);
  const { list } = await stored.removeBlock(context.db, user, blocked);
  const rows = await updateConnections(user, list, context);
  await revealRooms({ user, blocked }, context);
  await announceChange({ user: blocked, blocked: false, revision: list.revision }, rows, context);
}
