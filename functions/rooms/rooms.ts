import { addRoomToInboxes } from '../connections/inbox.ts';
import { mapLimited } from '../delivery/concurrency.ts';
import type { Context, PostingContext } from '../delivery/context.ts';
import type { Caller, Member, User } from '../domain/member.ts';
import { type Directory, publicName, withoutAddresses } from '../domain/name.ts';
import type { Preferences } from '../domain/preferences.ts';
import type { Room } from '../domain/room.ts';
import { getMember, listMembers, listMembersWith, putMember } from '../store/members.ts';
import { getProfiles, type Profile } from '../store/profiles.ts';
import { readableRoom } from './access.ts';
import { type AdmissionContext, admit, type NewRoom, storeRoom } from './new-room.ts';
import { readPreferences } from './preferences.ts';

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

/**
 * Adds the first members of a room for a backend of the team, without asking them, and notifies their open inboxes.
 * Unlike later additions, these are not logged.
 */
export async function fillRoom(
  id: string,
  members: readonly Pick<Member, 'user' | 'role' | 'data'>[],
  service: Caller,
  context: PostingContext & AdmissionContext,
): Promise<void> {
  const users = members.map(({ user }) => user);
  await admit(users, service, context);
  await mapLimited(members, async ({ user, role, data = null }) => {
    const added = await putMember(context.db, { id, seq: 0 }, user, role, { data });
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

export type DescriptionContext = Pick<Context, 'db' | 'now' | 'hidesEmails'> & {
  readonly directory: Directory;
};

/** A room's description lists at most this many members, and so does a page of members. */
const MAX_LISTED_MEMBERS = 500;

/**
 * Adds the profiles of members who have accepted the room, if the caller is a member too. With the directory
 * `everyone`, also adds what a search shows of all other members.
 */
export async function withProfiles(
  members: readonly Member[],
  own: Member | undefined,
  { db, now, directory, hidesEmails }: DescriptionContext,
): Promise<readonly MemberWithProfile[]> {
  const isShared = ({ user, pending }: Member) => !pending || user === own?.user;
  const visible = own ? members.filter((member) => directory === 'everyone' || isShared(member)) : [];
  const users = visible.map((member) => member.user);
  const profiles = await getProfiles(db, users, now(), own?.user);
  return members.map((member) => {
    const profile = profiles.get(member.user);
    if (!profile) return { ...member, profile };
    const { online: _online, lastSeen: _lastSeen, ...shown } = profile;
    if (!isShared(member)) return { ...member, profile: { ...shown, username: publicName(shown.username) } };
    const hidesAddress = hidesEmails && member.user !== own?.user;
    const username = hidesAddress ? withoutAddresses(profile.username) : profile.username;
    return { ...member, profile: { ...profile, username } };
  });
}

export interface RoomDescription {
  readonly room: Room;
  readonly members: readonly MemberWithProfile[];
  readonly moreMembers: boolean;
  /** Whether the caller has not accepted the room yet. */
  readonly isRequest: boolean;
  /** Null for a visitor of an open room. */
  readonly preferences: Preferences | null;
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
  const [shown, preferences] = await Promise.all([
    withProfiles(members, own, context),
    own ? readPreferences(room, own, user, context.db) : null,
  ]);
  return {
    room,
    members: shown,
    moreMembers: hasMore,
    isRequest: own?.pending ?? false,
    preferences,
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
