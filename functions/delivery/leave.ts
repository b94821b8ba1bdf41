import {
  authentic,
  CLOCK_TOLERANCE_MS,
  type Connection,
  isPresence,
  leavesOffline,
  opening,
} from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Room } from '../domain/room.ts';
import {
  type ConnectionPlace,
  deleteConnection,
  deleteExpired,
  getConnection,
  listConnections,
} from '../store/connections.ts';
import { putReadTo } from '../store/members.ts';
import { putDeparture } from '../store/profiles.ts';
import { getRoom } from '../store/rooms.ts';
import { announce } from './announce.ts';
import { close } from './close.ts';
import type { Context } from './context.ts';
import { type Look, lookAt } from './crowded.ts';
import { type Delivery, deliver } from './deliver.ts';
import { isOpen } from './is-open.ts';
import { settleAll } from './settle-all.ts';

export type PostingContext = Pick<Context, 'db' | 'poster' | 'now'>;

/** What was delivered until the end counts as read by a connection that reads at once; its user has one less. */
async function settle(connection: Connection, delivered: number, { db, now }: PostingContext): Promise<void> {
  const { room, user, reads } = connection;
  // An inbox has as many rows as its user has rooms, and one more: that one says that its user is gone.
  if (!isPresence(connection)) return;
  await Promise.all([
    putDeparture(db, user.id, connection, now()),
    reads === 'auto' && delivered > 0 && putReadTo(db, room, user.id, delivered),
  ]);
}

/**
 * Tells a connection that its token ran out, and closes it. One that cannot be reached now is closed at its next frame;
 * until then it hears nothing.
 */
async function cutOff(connection: Connection, context: PostingContext): Promise<void> {
  const { code, message: reason } = new ChatError('TOKEN_EXPIRED');
  try {
    await deliver({ kind: 'Refused', room: connection.room, code, reason }, [connection], context);
  } finally {
    await close(connection.id, context.poster);
  }
}

/**
 * A room's row may have been overlooked when a fresh token came, since the index that finds a connection's rows lags:
 * its own row knows.
 */
async function renewedAtHome(
  found: Connection,
  { db, now }: PostingContext,
): Promise<Connection | undefined> {
  const own = found.home && (await getConnection(db, { ...found.home, id: found.id }));
  return own && authentic(own, now()) ? { ...found, tokenExpiresAt: own.tokenExpiresAt } : undefined;
}

/**
 * Ends a connection whose token ran out, unless a fresh one has come. The row goes first, so that of several who find
 * it one tells.
 * @returns the connection where it goes on
 */
async function retire(
  found: Connection,
  context: PostingContext,
  aftermath: (ended: Connection) => Promise<void>,
): Promise<Connection | undefined> {
  const renewed = await renewedAtHome(found, context);
  if (renewed) return renewed;
  const { expired, renewed: goesOn } = await deleteExpired(
    context.db,
    found,
    context.now() - CLOCK_TOLERANCE_MS,
  );
  if (expired) await settleAll([cutOff(expired, context), aftermath(expired)]);
  return goesOn;
}

/** A row of the user who comes or goes, if it counts. Where it does not, it goes, and nobody hears of that. */
async function counted(
  row: Connection,
  room: Room,
  context: PostingContext,
): Promise<Connection | undefined> {
  const now = context.now();
  const quietly = (ended: Connection) => settle(ended, room.seq, context);
  if (!authentic(row, now)) return retire(row, context, quietly);
  if (opening(row, now)) return row;
  if (await isOpen(row.id, context.poster)) return row;
  const ended = await deleteConnection(context.db, row);
  if (ended) await quietly(ended);
  return undefined;
}

const known = (connection: Connection | undefined): connection is Connection => connection !== undefined;

/**
 * The connections of a room that count for its presence. A row of the user in question may outlive its socket, since
 * `$disconnect` is best effort; nothing would be posted to it, so it is looked up.
 */
export async function present(
  room: Room,
  user: string,
  look: Look,
  context: PostingContext,
): Promise<readonly Connection[]> {
  const now = context.now();
  const rows = (look.rows ?? (await listConnections(context.db, room, now))).filter(isPresence);
  const own = rows.filter((row) => row.user.id === user);
  const others = rows.filter((row) => row.user.id !== user);
  const expired = others.filter((row) => !authentic(row, now));
  const [kept, renewed] = await settleAll([
    settleAll(own.map((row) => counted(row, room, context))),
    prune({ gone: [], expired }, context),
  ]);
  return [...kept.filter(known), ...others.filter((row) => authentic(row, now)), ...renewed];
}

/** Whoever removed a connection's row tells its room, if its user is gone with it. */
async function depart(
  connection: Connection,
  room: Room | undefined,
  delivered: number | undefined,
  context: PostingContext,
): Promise<void> {
  await settle(connection, delivered ?? room?.seq ?? 0, context);
  if (room && isPresence(connection)) await tellIfGone(connection, room, context);
}

/** Tells a room that a connection's user is gone, where none of their connections is left in it. */
export async function tellIfGone(connection: Connection, room: Room, context: PostingContext): Promise<void> {
  const look = await lookAt(room, context);
  if (look.crowded) return;
  const others = await present(room, connection.user.id, look, context);
  if (leavesOffline(connection, others)) await announce(connection, false, others, context);
}

/**
 * Removes a connection that has ended, and tells its room if its user is gone with it. Of several who find it ended,
 * the one who removes its row tells.
 * @param delivered the number up to which the room's changes came as far as this connection; without it, all that
 * there were
 * @returns the connection, or undefined where its row was gone already
 */
export async function leave(
  place: ConnectionPlace,
  context: PostingContext,
  delivered?: number,
): Promise<Connection | undefined> {
  // Before its row goes: what takes a number after that may not be posted to it any more.
  const room = await getRoom(context.db, place.room);
  const connection = await deleteConnection(context.db, place);
  if (connection) await depart(connection, room, delivered, context);
  return connection;
}

async function expire(found: Connection, context: PostingContext, delivered?: number) {
  const room = await getRoom(context.db, found.room);
  return retire(found, context, (ended) => depart(ended, room, delivered, context));
}

/** Ends the connection of a frame that came after its token ran out, whether it has a row still or not. */
export async function endLate(connection: Connection, context: PostingContext): Promise<void> {
  await settleAll([cutOff(connection, context), leave(connection, context)]);
}

/**
 * Removes the connections that a post found gone, but for those that may be opening: they answer as if they were gone,
 * and their welcome brings them what they miss. Ends those whose token ran out. A user's are taken one after another,
 * so that with the last of them the room hears once that they are gone.
 * @param delivered the number up to which the room's changes came as far as they did, where the post tells
 * @returns those that go on under a fresh token
 */
export async function prune(
  { gone, expired }: Pick<Delivery, 'gone' | 'expired'>,
  context: PostingContext,
  delivered?: number,
): Promise<readonly Connection[]> {
  const now = context.now();
  const ended = [...expired, ...gone.filter((connection) => !opening(connection, now))];
  const ending = Map.groupBy(ended, ({ user }) => user.id).values();
  const renewed = await settleAll(
    Array.from(ending, async (connections) => {
      const going: (Connection | undefined)[] = [];
      for (const connection of connections) {
        if (expired.includes(connection)) going.push(await expire(connection, context, delivered));
        else await leave(connection, context, delivered);
      }
      return going.filter(known);
    }),
  );
  return renewed.flat();
}

/**
 * Closes the connections whose clients take nothing any more; they come back and say what they have. Of one that cannot
 * be closed now the row stays, so that the next event finds it again: else it would stay open and hear nothing.
 */
export async function dropFull(
  { full }: Pick<Delivery, 'full'>,
  context: PostingContext,
  delivered?: number,
): Promise<void> {
  const dropping = full.map(async (connection) => {
    if (await close(connection.id, context.poster)) await leave(connection, context, delivered);
  });
  await settleAll(dropping);
}
