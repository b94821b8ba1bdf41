import { addRoomToInboxes } from '../connections/inbox.ts';
import { settleAll } from '../delivery/concurrency.ts';
import type { Context, PostingContext } from '../delivery/context.ts';
import { post, publish } from '../delivery/publish.ts';
import { announceIfOffline, removeConnection } from '../delivery/remove-connections.ts';
import { close } from '../delivery/retry.ts';
import { type Connection, isPresence } from '../domain/connection.ts';
import type { CustomData } from '../domain/custom-data.ts';
import { ChatError } from '../domain/errors.ts';
import {
  type Caller,
  checkIsGroup,
  checkMayAssignRoles,
  checkMayManage,
  checkOwnerRemains,
  isSameActor,
  type Member,
  MembershipError,
  type Role,
  type User,
} from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import type { MemberUpdate, NewChange } from '../domain/room-change.ts';
import { logRoomChange } from '../log/change-room.ts';
import { deleteConnection, listConnections } from '../store/connections.ts';
import type { Database } from '../store/database.ts';
import { noteLeft } from '../store/erasures.ts';
import { applyMemberUpdate } from '../store/member-updates.ts';
import * as memberships from '../store/members.ts';
import { getMember } from '../store/members.ts';
import { putMute } from '../store/mutes.ts';
import { removePlacement } from '../store/placements.ts';
import { getRoom } from '../store/rooms.ts';
import { checkNotLimited, countMemberChange, serviceIn, visitorIn } from './access.ts';
import { type AdmissionContext, admit, blockedAdder } from './new-room.ts';

/**
 * Logs a change of a member and applies it.
 * @returns the member after the change, if the user is one, and a function that announces the change to the room
 */
async function logMemberChange(
  id: string,
  fields: Omit<NewChange<MemberUpdate>, 'kind'>,
  caller: Caller,
  context: Context,
): Promise<{ member: Member | undefined; announce: () => Promise<unknown> }> {
  const fieldsOfEntry = { kind: 'member', ...fields } as const;
  const { change, room } = await logRoomChange<MemberUpdate>(id, fieldsOfEntry, caller, context);
  const member = await applyMemberUpdate(context.db, id, change, context.now());
  const event = { kind: 'RoomChanged', room: id, change } as const;
  return { member, announce: () => publish(event, room, undefined, context) };
}

/**
 * Returns a room and the member who changes it or its members. Counts the change, but not a leave, and none of a
 * backend.
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist, and RATE_LIMITED
 */
export async function roomAndActor(
  id: string,
  user: Caller,
  context: Context,
  { leaves } = { leaves: false },
): Promise<{ room: Room; actor: Member }> {
  const { db } = context;
  const change = { room: id, by: { user }, counted: 'change', now: context.now() } as const;
  if (!leaves) checkNotLimited(context, change);
  const findActor = async () => {
    if (user.service) return serviceIn(id, user);
    return leaves ? getMember(db, id, user.id) : countMemberChange(context, change);
  };
  const [room, actor] = await Promise.all([getRoom(db, id), findActor()]);
  if (!room || !actor) throw new ChatError('NOT_A_MEMBER');
  return { room, actor };
}

/** Returns as `roomAndActor`, for a group. @throws as `roomAndActor`, and MembershipError FIXED_MEMBERS */
async function groupAndActor(...given: Parameters<typeof roomAndActor>): ReturnType<typeof roomAndActor> {
  const found = await roomAndActor(...given);
  checkIsGroup(found.room);
  return found;
}

/**
 * Checks that the room keeps an owner. Two owners who step down at the same moment can still leave none: preventing
 * that would need a transaction across all members.
 * @throws MembershipError LAST_OWNER
 */
async function checkOwnerStays(db: Database, leaving: Member): Promise<void> {
  if (leaving.role !== 'owner') return;
  const { members } = await memberships.listMembers(db, leaving.room, Number.POSITIVE_INFINITY);
  checkOwnerRemains(leaving, members);
}

/** A user to add to a group. */
export interface NewMember {
  readonly room: string;
  readonly user: string;
  readonly role: Role;
  readonly data?: CustomData;
}

/**
 * Adds a user to a group, and notifies their open inboxes. For a user who shares no room with the caller, the group is a
 * request. A user who has blocked the caller does not learn of it, and the caller does not learn of that. An existing
 * member stays unchanged, but learns of a group that was concealed from them.
 * @returns the member, and whether they are new
 * @throws ChatError NOT_A_MEMBER, RATE_LIMITED; MembershipError NOT_A_MODERATOR, NOT_AN_OWNER, FIXED_MEMBERS,
 * ROOM_LIMIT, and NO_SUCH_MEMBER if the new member was removed at the same time
 */
export async function addMember(
  target: NewMember,
  caller: Caller,
  context: Context & AdmissionContext,
): Promise<{ member: Member; added: boolean }> {
  const { db } = context;
  const { room, actor } = await groupAndActor(target.room, caller, context);
  checkMayManage(actor, 'member');
  if (target.role !== 'member') checkMayAssignRoles(actor);
  const { user, role, data } = target;
  const existing = await getMember(db, room.id, user);
  if (existing?.addedByBlocked && !(await blockedAdder(user, caller, db))) {
    await memberships.revealRoom(db, room.id, user);
  }
  const newMember = async () => {
    const [strangers, addedByBlocked] = await Promise.all([
      admit([user], caller, context),
      blockedAdder(user, caller, db),
    ]);
    const pending = strangers.has(user) ? ({ pending: true } as const) : {};
    return { ...pending, ...(addedByBlocked && { addedByBlocked }), ...(data && { data }) };
  };
  const addition = { user, change: 'added', role } as const;
  const logged = existing
    ? undefined
    : await logMemberChange(room.id, { ...addition, ...(await newMember()) }, caller, context);
  await addRoomToInboxes(room.id, user, context);
  await logged?.announce();
  const member = await getMember(db, room.id, user);
  if (!member) throw new MembershipError('NO_SUCH_MEMBER');
  return { member, added: logged !== undefined };
}

export interface MemberChange {
  readonly room: string;
  readonly user: string;
  readonly role?: Role;
  /** Milliseconds since the epoch; 0 ends the mute. */
  readonly mutedUntil?: number;
  /** Null removes the data. */
  readonly data?: CustomData | null;
}

/**
 * Mutes a visitor of an open room, or ends the mute. The visitor need not have written yet.
 * @param visitor a user id, or for a guest `guest:` and the name or the connection id
 * @throws MembershipError NO_SUCH_MEMBER if the room is not open
 */
async function muteVisitor(
  room: Room,
  visitor: string,
  { role, mutedUntil, data }: MemberChange,
  db: Database,
): Promise<Member> {
  const isMute = role === undefined && data === undefined && mutedUntil !== undefined;
  if (room.access !== 'open' || !isMute) {
    throw new MembershipError('NO_SUCH_MEMBER');
  }
  await putMute(db, room.id, visitor, mutedUntil);
  return visitorIn(room.id, { id: visitor }, mutedUntil);
}

/**
 * Changes the role or the data of a group's member, mutes them, or ends their mute. In an open room, visitors can be muted too.
 * @throws ChatError NOT_A_MEMBER, RATE_LIMITED; MembershipError NOT_A_MODERATOR, NOT_AN_OWNER, NO_SUCH_MEMBER,
 * LAST_OWNER, FIXED_MEMBERS
 */
export async function changeMember(change: MemberChange, caller: Caller, context: Context): Promise<Member> {
  const { db } = context;
  const { room: id, user, role, mutedUntil, data } = change;
  const { room, actor } = await groupAndActor(id, caller, context);
  checkMayManage(actor, 'member');
  const target = await getMember(db, id, user);
  if (!target) return muteVisitor(room, user, change, db);
  checkMayManage(actor, target.role);
  if (role !== undefined && role !== target.role) {
    checkMayAssignRoles(actor);
    if (!caller.service) await checkOwnerStays(db, target);
  }
  const changes = {
    ...(role !== undefined && role !== target.role && { role }),
    ...(mutedUntil !== undefined && mutedUntil !== target.mutedUntil && { mutedUntil }),
    ...(data !== undefined && JSON.stringify(data) !== JSON.stringify(target.data ?? null) && { data }),
  };
  if (Object.keys(changes).length === 0) return target;
  const update = { user, change: 'changed', ...changes } as const;
  const { member, announce } = await logMemberChange(id, update, caller, context);
  if (!member) throw new MembershipError('NO_SUCH_MEMBER');
  await announce();
  return member;
}

/** Removes a connection from the room. Its socket stays open if it is connected to another room or an inbox. */
async function removeFromRoom(connection: Connection, room: Room, context: PostingContext): Promise<void> {
  if (connection.via === undefined) {
    // Delete the row first, so that a socket that cannot be closed gets no more posts.
    await removeConnection(connection, context);
    await close(connection.id, context.poster);
    return;
  }
  const removed = await deleteConnection(context.db, connection);
  if (!removed) return;
  await post({ kind: 'Left', room: room.id }, [removed], context);
  if (isPresence(removed)) await announceIfOffline(removed, room, context);
}

/**
 * Removes a member from a group and closes their sockets there. Members can leave; owners and moderators can remove
 * others. Ends the membership first, so that no later frame of the member is accepted. A repeat closes the sockets that
 * an earlier try did not.
 * @throws ChatError NOT_A_MEMBER, RATE_LIMITED; MembershipError NOT_A_MODERATOR, NOT_AN_OWNER, NO_SUCH_MEMBER,
 * LAST_OWNER, FIXED_MEMBERS
 */
export async function removeMember(
  { room: id, user }: { readonly room: string; readonly user: string },
  caller: Caller,
  context: Context,
): Promise<void> {
  const { db } = context;
  const leaves = user === caller.id;
  const { room, actor } = await groupAndActor(id, caller, context, { leaves });
  if (!leaves) checkMayManage(actor, 'member');
  const target = leaves ? actor : await getMember(db, id, user);
  if (!target) {
    if (room.access !== 'open') await removeConnectionsOf(user, room, context);
    throw new MembershipError('NO_SUCH_MEMBER');
  }
  if (!leaves) checkMayManage(actor, target.role);
  if (!caller.service) await checkOwnerStays(db, target);
  await endMembership(user, room, caller, context);
}

/** Logs the removal of a member, closes their sockets in the room and then announces it. */
export async function endMembership(
  user: string,
  room: Room,
  caller: Caller,
  context: Context,
): Promise<void> {
  await noteLeft(context.db, user, room.id);
  const { announce } = await logMemberChange(room.id, { user, change: 'removed' }, caller, context);
  try {
    await settleAll([removePlacement(context.db, user, room.id), removeConnectionsOf(user, room, context)]);
  } finally {
    await announce();
  }
}

/** Removes all of a user's connections from a room. */
async function removeConnectionsOf(user: string, room: Room, context: PostingContext): Promise<void> {
  const connections = await listConnections(context.db, room, context.now());
  const ofMember = connections.filter((connection) => isSameActor(connection.user, { id: user }));
  await settleAll(ofMember.map((connection) => removeFromRoom(connection, room, context)));
}

/**
 * Accepts a room that a stranger added the caller to. A room that was concealed appears in the caller's open inboxes.
 * Accepting a room again changes nothing.
 * @throws ChatError NOT_A_MEMBER
 */
export async function acceptRequest(
  room: string,
  { id: user }: User,
  context: PostingContext,
): Promise<void> {
  const before = await memberships.acceptRequest(context.db, room, user);
  if (!before) throw new ChatError('NOT_A_MEMBER');
  if (before.addedByBlocked) await addRoomToInboxes(room, user, context);
}

/**
 * Declines a room that a stranger added the caller to, and closes the caller's sockets there. The other user of a
 * direct room cannot add the caller again.
 * @throws ChatError NOT_A_MEMBER; MembershipError NO_REQUEST for an accepted room
 */
export async function declineRequest(id: string, caller: User, context: Context): Promise<void> {
  const { db } = context;
  const [room, member] = await Promise.all([getRoom(db, id), getMember(db, id, caller.id)]);
  if (!room || !member) throw new ChatError('NOT_A_MEMBER');
  if (!member.pending) throw new MembershipError('NO_REQUEST');
  // Removes the connections while the user is still a pending member, so that their end is not announced.
  await removeConnectionsOf(caller.id, room, context);
  if (room.kind === 'group') return endMembership(caller.id, room, caller, context);
  await noteLeft(db, caller.id, id);
  if (!(await memberships.declineRequest(db, id, caller.id))) throw new MembershipError('NO_REQUEST');
  await removeConnectionsOf(caller.id, room, context);
}
