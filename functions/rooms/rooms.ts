import { randomUUID } from 'node:crypto';
import { addRoomToInboxes } from '../connections/inbox.ts';
import { mapLimited } from '../delivery/concurrency.ts';
import type { Context, PostingContext } from '../delivery/context.ts';
import type { Member, Role, User } from '../domain/member.ts';
import { directRoomId, type Room } from '../domain/room.ts';
import { listMembers, listMembersWith, putMember } from '../store/members.ts';
import { getProfiles, type Profile } from '../store/profiles.ts';
import { getRoom, putRoom } from '../store/rooms.ts';
import { readableRoom } from './access.ts';

export type NewRoom =
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly access: Room['access'];
      /** User ids, in addition to the creator, who becomes the owner. */
      readonly members: readonly string[];
    }
  | { readonly kind: 'direct'; readonly other: string };

type NewMember = readonly [user: string, role: Role];

function roomAndMembers(newRoom: NewRoom, creator: string) {
  if (newRoom.kind === 'direct') {
    const { kind, other } = newRoom;
    const room = { id: directRoomId(creator, other), name: '', kind, access: 'members' } as const;
    return { room, members: [creator, other].map((user): NewMember => [user, 'member']) };
  }
  const { kind, name, access } = newRoom;
  const others = [...new Set(newRoom.members)].filter((user) => user !== creator);
  const members: NewMember[] = [[creator, 'owner'], ...others.map((user): NewMember => [user, 'member'])];
  return { room: { id: randomUUID(), name, kind, access }, members };
}

/**
 * Creates a room, and notifies the open inboxes of its members. Two users always share the same direct room.
 * @returns the room's id, and whether the room is new
 */
export async function createRoom(
  newRoom: NewRoom,
  creator: User,
  context: PostingContext,
): Promise<{ id: string; created: boolean }> {
  const { db } = context;
  const { room, members } = roomAndMembers(newRoom, creator.id);
  const created = await putRoom(db, room);
  // A direct room that existed may lack a member, if the function that created it stopped halfway.
  const seq = created ? 0 : ((await getRoom(db, room.id))?.seq ?? 0);
  await Promise.all(members.map(([user, role]) => putMember(db, { id: room.id, seq }, user, role)));
  await mapLimited(members, ([user]) => addRoomToInboxes(room.id, user, context));
  return { id: room.id, created };
}

/** A member with their name and presence; the profile of a user who has never connected is undefined. */
export interface MemberWithProfile extends Member {
  readonly profile: Profile | undefined;
}

/** A room's description lists at most this many members, and so does a page of members. */
export const MAX_LISTED_MEMBERS = 500;

async function withProfiles(
  members: readonly Member[],
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<readonly MemberWithProfile[]> {
  const users = members.map((member) => member.user);
  const profiles = await getProfiles(db, users, now());
  return members.map((member) => ({ ...member, profile: profiles.get(member.user) }));
}

/**
 * Returns a room and its first members, with the caller among them.
 * @throws ChatError NOT_A_MEMBER, also for a room that does not exist
 */
export async function describeRoom(
  id: string,
  user: User,
  context: Pick<Context, 'db' | 'now'>,
): Promise<{ room: Room; members: readonly MemberWithProfile[]; moreMembers: boolean }> {
  const room = await readableRoom(context.db, id, user);
  const { members, hasMore } = await listMembersWith(context.db, id, user.id, MAX_LISTED_MEMBERS);
  return { room, members: await withProfiles(members, context), moreMembers: hasMore };
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
  context: Pick<Context, 'db' | 'now'>,
): Promise<{ members: readonly MemberWithProfile[]; next: string | undefined }> {
  await readableRoom(context.db, id, user);
  const { members, hasMore } = await listMembers(context.db, id, limit, after);
  const next = hasMore ? members.at(-1)?.user : undefined;
  return { members: await withProfiles(members, context), next };
}
