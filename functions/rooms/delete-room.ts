import { addRoomToInboxes } from '../connections/inbox.ts';
import { mapLimited } from '../delivery/concurrency.ts';
import type { Context, PostingContext } from '../delivery/context.ts';
import { post } from '../delivery/publish.ts';
import { removeConnection } from '../delivery/remove-connections.ts';
import { close } from '../delivery/retry.ts';
import type { Connection } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { type Caller, MembershipError } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import { purge } from '../log/purge.ts';
import { deleteConnection, listConnections } from '../store/connections.ts';
import { takeNumber } from '../store/log.ts';
import { listMembers, removeMembership } from '../store/members.ts';
import { removePlacement } from '../store/placements.ts';
import { getDeletedRoom, markDeleted, raiseFloor, removePins } from '../store/room-deletion.ts';
import { getRoom } from '../store/rooms.ts';
import { roomAndActor } from './members.ts';

/**
 * Removes a connection from a room, and closes its socket if it is connected to no other room and no inbox.
 * @param news events that the connection receives first. Of concurrent calls, only one posts them
 */
async function release(
  connection: Connection,
  room: Room,
  context: PostingContext,
  news: readonly Event[] = [],
): Promise<void> {
  const isOwnSocket = connection.via === undefined;
  const removed = await (isOwnSocket
    ? removeConnection(connection, context)
    : deleteConnection(context.db, connection));
  const events: readonly Event[] = isOwnSocket ? news : [...news, { kind: 'Left', room: room.id }];
  if (removed) for (const event of events) await post(event, [connection], context);
  if (isOwnSocket) await close(connection.id, context.poster);
}

/**
 * Deletes a group: notifies its members, closes their sockets, ends their memberships, and lets messages and files expire
 * after a day. Each step may be repeated, so a repeat completes what an earlier call did not.
 */
async function deleteGroup(id: string, by: Caller, context: Context): Promise<void> {
  const { db, now } = context;
  const find = () => getDeletedRoom(db, id);
  // A concurrent request may delete the room first.
  const deleted = (await find()) ?? (await markDeleted(db, id, by.id, now())) ?? (await find());
  if (!deleted)
    throw (await getRoom(db, id)) ? new MembershipError('ROOM_HELD') : new ChatError('NOT_A_MEMBER');
  const { room } = deleted;
  const connections = await listConnections(db, room, now());
  const news = [{ kind: 'RoomDeleted', room: id }] as const;
  await mapLimited(connections, (connection) => release(connection, room, context, news));
  const { members } = await listMembers(db, id, Number.POSITIVE_INFINITY);
  await mapLimited(members, async ({ user }) => {
    await removePlacement(db, user, id);
    await removeMembership(db, id, user);
  });
  await removePins(db, id);
}

/**
 * Empties a direct room: its messages are gone at once and expire after a day. Sockets leave it and may connect again,
 * because both users keep the room.
 */
async function emptyDirectRoom(room: Room, context: Context): Promise<void> {
  const { db, now } = context;
  if (room.seq > (room.floor ?? 0)) {
    const { seq } = await takeNumber(db, room.id, now());
    const raised = await raiseFloor(db, room.id, seq, now());
    if (!raised && (await getRoom(db, room.id))?.held) throw new MembershipError('ROOM_HELD');
  }
  const connections = await listConnections(db, room, now());
  await mapLimited(connections, (connection) => release(connection, room, context));
  const { members } = await listMembers(db, room.id, Number.POSITIVE_INFINITY);
  await mapLimited(members, ({ user }) => addRoomToInboxes(room.id, user, context));
}

/**
 * Returns a room that the caller may delete or empty. Returns undefined for a room that is deleted already, if the
 * caller may complete that: the user who deleted it, and each backend.
 * @throws as `deleteRoom`
 */
async function roomToDelete(id: string, caller: Caller, context: Context): Promise<Room | undefined> {
  const mayComplete = async () => {
    const deleted = await getDeletedRoom(context.db, id);
    return deleted !== undefined && (caller.service === true || deleted.by === caller.id);
  };
  // Checked first, because the owner who deleted the room is no longer a member.
  if (await mayComplete()) return undefined;
  try {
    const { room, actor } = await roomAndActor(id, caller, context);
    if (actor.role !== 'owner') throw new MembershipError('NOT_AN_OWNER');
    if (room.held) throw new MembershipError('ROOM_HELD');
    return room;
  } catch (error) {
    // A concurrent request of the caller may have deleted the room meanwhile.
    if (await mayComplete()) return undefined;
    throw error;
  }
}

/**
 * Deletes a group, or empties a direct room. Only owners delete a group, and only backends empty a direct room.
 * @returns whether all messages and files of the room have an expiry. If not, a repeat continues
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist, and RATE_LIMITED; MembershipError NOT_AN_OWNER,
 * ROOM_HELD
 */
export async function deleteRoom(id: string, caller: Caller, context: Context): Promise<boolean> {
  const room = await roomToDelete(id, caller, context);
  await (room?.kind === 'direct' ? emptyDirectRoom(room, context) : deleteGroup(id, caller, context));
  return purge(id, context);
}
