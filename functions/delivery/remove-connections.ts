import { isBlocked } from '../domain/block.ts';
import {
  CLOCK_TOLERANCE_MS,
  type Connection,
  hasValidToken,
  isInRoom,
  isPresence,
  leavesOffline,
  mayBeOpening,
} from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { type Actor, actorId, isSameActor } from '../domain/member.ts';
import { otherUser, type Room } from '../domain/room.ts';
import {
  type ConnectionPlace,
  deleteConnection,
  deleteExpired,
  getConnection,
  listConnections,
} from '../store/connections.ts';
import { getMember, putReadTo } from '../store/members.ts';
import { removeOpenConnection } from '../store/profiles.ts';
import { getRoom } from '../store/rooms.ts';
import { settleAll } from './concurrency.ts';
import type { PostingContext } from './context.ts';
import { type Delivery, deliver } from './deliver.ts';
import { announcePresence, type RoomSample, sampleRoom } from './presence.ts';
import { close, isOpen } from './retry.ts';

// Close: ask API Gateway to close the socket. Remove: delete the connection's row, and announce presence if needed.
// Expire: the token of a connection expired, so notify its client, remove it and close it.

/**
 * Updates the profile and the read mark of a removed connection's user. The mark does not move in a direct room with a
 * user whom they have blocked: the other user would see it, although the connection got none of their messages.
 */
async function recordDeparture(
  connection: Connection,
  lastDelivered: number,
  { db, now }: PostingContext,
): Promise<void> {
  const { room, user, reads, blocked } = connection;
  // An inbox has a row in each of its user's rooms. Only the row in the inbox itself marks the user offline.
  if (!isInRoom(connection)) return;
  await Promise.all([
    removeOpenConnection(db, user.id, connection, now()),
    reads === 'auto' &&
      lastDelivered > 0 &&
      !isBlocked(blocked, { id: otherUser(room, user.id) ?? '' }) &&
      putReadTo(db, room, user.id, lastDelivered),
  ]);
}

/**
 * Announces that a removed connection's user went offline, unless another connection keeps them online in the room, or
 * the user has not accepted the room.
 */
export async function announceIfOffline(
  removed: Connection,
  room: Room,
  context: PostingContext,
): Promise<void> {
  const at = context.now();
  const [sample, member] = await Promise.all([
    sampleRoom(room, context),
    getMember(context.db, room.id, removed.user.id),
  ]);
  if (sample.isLarge || member?.pending) return;
  const others = await listPresent(room, removed.user, sample, context);
  if (leavesOffline(removed, others)) await announcePresence(removed, false, others, at, context);
}

async function afterRemoval(
  removed: Connection,
  room: Room | undefined,
  context: PostingContext,
  lastDelivered = room?.seq ?? 0,
): Promise<void> {
  await recordDeparture(removed, lastDelivered, context);
  if (room && isPresence(removed)) await announceIfOffline(removed, room, context);
}

/**
 * Removes a connection, and announces that its user went offline if this was their last one. If several functions
 * remove the same connection, only the one that deletes the row announces it.
 * @param lastDelivered the sequence number of the last change that the connection got; by default the room's last one
 * @returns the connection, or undefined if its row was already deleted
 */
export async function removeConnection(
  place: ConnectionPlace,
  context: PostingContext,
  lastDelivered?: number,
): Promise<Connection | undefined> {
  // Read the room's `seq` before deleting the row. Changes after the delete are not posted to this connection, so they
  // must not count as delivered.
  const room = await getRoom(context.db, place.room);
  const removed = await deleteConnection(context.db, place);
  if (removed) await afterRemoval(removed, room, context, lastDelivered);
  return removed;
}

/**
 * Notifies a client that its token expired, and closes the connection. If the close fails, the next frame closes it.
 */
async function notifyAndClose(connection: Connection, context: PostingContext): Promise<void> {
  const { code, message: reason } = new ChatError('TOKEN_EXPIRED');
  try {
    await deliver({ kind: 'Refused', room: connection.room, code, reason }, [connection], context);
  } finally {
    await close(connection.id, context.poster);
  }
}

/** Expires a connection that sent a frame after its token expired, whether or not its row still exists. */
export async function expireSession(session: Connection, context: PostingContext): Promise<void> {
  await settleAll([notifyAndClose(session, context), removeConnection(session, context)]);
}

/**
 * Expires a connection unless its token was renewed. Deletes the row first, so that only one of several functions that
 * find the same connection notifies the client.
 * @returns the connection if it stays
 */
async function expireUnlessRenewed(
  found: Connection,
  context: PostingContext,
  onRemoved: (removed: Connection) => Promise<void>,
): Promise<Connection | undefined> {
  const { db, now } = context;
  // `authenticate` finds the rows of a connection through an index that lags, so it may have missed this one.
  const home = found.home && (await getConnection(db, { ...found.home, id: found.id }));
  if (home && hasValidToken(home, now())) return { ...found, tokenExpiresAt: home.tokenExpiresAt };
  const { expired, renewed } = await deleteExpired(db, found, now() - CLOCK_TOLERANCE_MS);
  if (expired) await settleAll([notifyAndClose(expired, context), onRemoved(expired)]);
  return renewed;
}

/**
 * Cleans up after a delivery: removes connections that are gone, expires those whose token expired, and closes
 * unresponsive ones. Handles stale connections of a user one after another, so that presence is announced once.
 * @param lastDelivered the sequence number of the last change that the connections got, if known
 * @returns the expired connections that stay, because their token was renewed
 */
export async function removeStale(
  { gone, expired, unresponsive }: Pick<Delivery, 'gone' | 'expired' | 'unresponsive'>,
  context: PostingContext,
  lastDelivered?: number,
): Promise<readonly Connection[]> {
  const now = context.now();
  // API Gateway also answers 410 for a connection that is still opening. `welcome` posts the changes that it misses.
  const stale = [...expired, ...gone.filter((connection) => !mayBeOpening(connection, now))];
  const byUser = Map.groupBy(stale, ({ user }) => actorId(user)).values();
  const renewed: Connection[] = [];
  const removals = Array.from(byUser, async (connections) => {
    for (const connection of connections) {
      if (!expired.includes(connection)) {
        const { id, home } = connection;
        // The end of an inbox is announced in direct rooms, whose members then look up whether the user is online.
        if (home && isPresence(connection)) await removeConnection({ ...home, id }, context);
        await removeConnection(connection, context, lastDelivered);
        continue;
      }
      const room = await getRoom(context.db, connection.room);
      const onRemoved = (removed: Connection) => afterRemoval(removed, room, context, lastDelivered);
      const staying = await expireUnlessRenewed(connection, context, onRemoved);
      if (staying) renewed.push(staying);
    }
  });
  const closings = unresponsive.map(async (connection) => {
    // If the close fails, keep the row: without it the socket would stay open and receive nothing.
    const isClosed = await close(connection.id, context.poster);
    if (isClosed) await removeConnection(connection, context, lastDelivered);
  });
  await settleAll([...removals, ...closings]);
  return renewed;
}

/** Returns a connection if it is open. Otherwise removes it without an announcement: the caller announces presence. */
async function ifOpen(
  found: Connection,
  room: Room,
  context: PostingContext,
): Promise<Connection | undefined> {
  const now = context.now();
  const onRemoved = (removed: Connection) => recordDeparture(removed, room.seq, context);
  if (!hasValidToken(found, now)) return expireUnlessRenewed(found, context, onRemoved);
  if (mayBeOpening(found, now) || (await isOpen(found.id, context.poster))) return found;
  const removed = await deleteConnection(context.db, found);
  if (removed) await onRemoved(removed);
  // Those who receive the announcement look up whether the user is online.
  if (removed?.home && !isInRoom(removed))
    await removeConnection({ ...removed.home, id: removed.id }, context);
  return undefined;
}

/**
 * Returns the connections that make users present in a room, and removes stale ones. Asks API Gateway about each
 * connection of `user`, since a row can outlive its socket: `$disconnect` is best effort (AWS: WebSocket APIs).
 */
export async function listPresent(
  room: Room,
  user: Actor,
  sample: RoomSample,
  context: PostingContext,
): Promise<readonly Connection[]> {
  const now = context.now();
  const all = (sample.connections ?? (await listConnections(context.db, room, now))).filter(isPresence);
  const own = all.filter((connection) => isSameActor(connection.user, user));
  const others = all.filter((connection) => !isSameActor(connection.user, user));
  const expired = others.filter((connection) => !hasValidToken(connection, now));
  const [open, renewed] = await settleAll([
    settleAll(own.map((connection) => ifOpen(connection, room, context))),
    removeStale({ gone: [], expired, unresponsive: [] }, context),
  ]);
  const valid = others.filter((connection) => hasValidToken(connection, now));
  return [...open, ...valid, ...renewed].filter((connection) => connection !== undefined);
}
