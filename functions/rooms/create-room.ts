import { randomUUID } from 'node:crypto';
import { showInInboxes } from '../connections/show-in-inboxes.ts';
import type { PostingContext } from '../delivery/leave.ts';
import { mapLimited } from '../delivery/map-limited.ts';
import type { User } from '../domain/member.ts';
import { directRoomId, type Room } from '../domain/room.ts';
import { addMember } from '../store/members.ts';
import { putRoom } from '../store/rooms.ts';

/** What a new room is to be. */
export type RoomWish =
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly access: Room['access'];
      /** Ids of those who are in it beside its creator, who owns it. */
      readonly members: readonly string[];
    }
  | { readonly kind: 'direct'; readonly other: string };

function planned(wish: RoomWish, creator: string) {
  if (wish.kind === 'direct') {
    const room = {
      id: directRoomId(creator, wish.other),
      name: '',
      kind: 'direct',
      access: 'members',
    } as const;
    return { room, owner: undefined, members: [creator, wish.other] };
  }
  const { kind, name, access } = wish;
  const members = new Set(wish.members);
  members.delete(creator);
  return { room: { id: randomUUID(), name, kind, access }, owner: creator, members: [...members] };
}

/**
 * Makes a room, which open inboxes of its members hear of. The direct room of two users is always the same one, whoever asks for it and however often.
 * @returns the room's id, and whether it was made now
 */
export async function createRoom(
  wish: RoomWish,
  creator: User,
  context: PostingContext,
): Promise<{ id: string; created: boolean }> {
  const { db } = context;
  const { room, owner, members } = planned(wish, creator.id);
  const created = await putRoom(db, room);
  await Promise.all([
    owner !== undefined && addMember(db, room.id, owner, 'owner'),
    ...members.map((user) => addMember(db, room.id, user, 'member')),
  ]);
  const all = owner === undefined ? members : [owner, ...members];
  await mapLimited(all, (user) => showInInboxes(room.id, user, context));
  return { id: room.id, created };
}
