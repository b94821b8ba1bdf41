import { addRoomToInboxes } from '../connections/inbox.ts';
import { mapLimited } from '../delivery/concurrency.ts';
import type { Context, PostingContext } from '../delivery/context.ts';
import type { Caller, Member, User } from '../domain/member.ts';
import { type Directory, publicName } from '../domain/name.ts';
import type { Room } from '../domain/room.ts';
import { getMember, listMembers, listMembersWith, putMember } from '../store/members.ts';
import { getProfiles, type Profile } from '../store/profiles.ts';
import { readableRoom } from './access.ts';
import { type AdmissionContext, admit, type NewRoom, storeRoom } from './new-room.ts';

/**
 * Creates a room, and notifies the open inboxes of its members.
 * @returns the room's id, and whether the room is new
 * @throws what `storeRoom` throws
 */
export async function createRoom(
  newRoom: NewRoom,
  creator: User,
  context: PostingContext & AdmissionContext,
): Promise<{ id: string; created: boolean }> {
  const { id, members, created } = await storeRoom(newRoom, creator, context);
  await mapLimited(members, (user) => addRoomToInboxes(id, user, context));
  return { id, created };
}

/** Adds the two users of a direct room, without asking either, and notifies their open inboxes. */
export async function fillDirectRoom(
  id: string,
  users: readonly string[],
  service: Caller,
  context: PostingContext & AdmissionContext,
): Promise<void> {
  await admit(users, service, context);
  await mapLimited(users, async (user) => {
    const added = await putMember(context.db, { id, seq: 0 }, user, 'member');
    if (added) await addRoomToInboxes(id, user, context);
  });
}

/**
 * A member with their name and presence. The profile of a user who has never connected is undefined, and so is the
 * presence of a member who has not accepted the room.
 */
export interface MemberWithProfile extends Member {
  readonly profile: (Pick<Profile, 'username'> & Partial<Profile>) | undefined;
}

type DescriptionContext = Pick<Context, 'db' | 'now'> & { readonly directory: Directory };

/** A room's description lists at most this many members, and so does a page of members. */
const MAX_LISTED_MEMBERS = 500;

/**
 * Adds the profiles of those members who have accepted the room, for a caller who shares it with them. If everyone finds
 * all users by name, the names of the others are no secret.
 */
async function withProfiles(
  members: readonly Member[],
  own: Member | undefined,
  { db, now, directory }: DescriptionContext,
): Promise<readonly MemberWithProfile[]> {
  const isShared = ({ user, pending }: Member) => !pending || user === own?.user;
  const visible = own ? members.filter((member) => directory === 'everyone' || isShared(member)) : [];
  const users = visible.map((member) => member.user);
  const profiles = await getProfiles(db, users, now());
  return members.map((member) => {
    const profile = profiles.get(member.user);
    if (isShared(member)) return { ...member, profile };
    return { ...member, profile: profile && { username: publicName(profile.username) } };
  });
}

export interface RoomDescription {
  readonly room: Room;
  readonly members: readonly MemberWithProfile[];
  readonly moreMembers: boolean;
  /** Whether the caller has not accepted the room yet. */
  readonly isRequest: boolean;
}

/**
 * Returns a room and its first members, with the caller among them.
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist
 */
export async function describeRoom(
  id: string,
  user: User,
  context: DescriptionContext,
): Promise<RoomDescription> {
  const room = await readableRoom(context.db, id, user);
  const { members, hasMore } = await listMembersWith(context.db, id, user.id, MAX_LISTED_MEMBERS);
  const own = members.find((member) => member.user === user.id);
  return {
    room,
    members: await withProfiles(members, own, context),
    moreMembers: hasMore,
    isRequest: own?.pending ?? false,
  };
}

/**
 * Returns a page of a room's members.
 * @param after the user id of the last member of the page before
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist
 */
export async function listRoomMembers(
  id: string,
  { after, limit }: { after?: string | undefined; limit: number },
  user: User,
  context: DescriptionContext,
): Promise<{ members: readonly MemberWithProfile[]; next: string | undefined }> {
  const { db } = context;
  await readableRoom(db, id, user);
  const [{ members, hasMore }, own] = await Promise.all([
    listMembers(db, id, limit, { after }),
    getMember(db, id, user.id),
  ]);
  const next = hasMore ? members.at(-1)?.user : undefined;
  return { members: await withProfiles(members, own, context), next };
}

/**
 * Returns a page of a room's members, all with their profiles, for a backend of the team.
 * @param after as for `listRoomMembers`
 */
export async function listAllMembers(
  id: string,
  { after, limit }: { after?: string | undefined; limit: number },
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<{ members: readonly MemberWithProfile[]; next: string | undefined }> {
  const { members, hasMore } = await listMembers(db, id, limit, { after });
  const profiles = await getProfiles(
    db,
    members.map(({ user }) => user),
    now(),
  );
  return {
    members: members.map((member) => ({ ...member, profile: profiles.get(member.user) })),
    next: hasMore ? members.at(-1)?.user : undefined,
  };
}
