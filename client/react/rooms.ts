import { useEffect, useMemo } from 'react';
import type { ChatClient, Id, RoomListState, RoomSummary } from '../index.ts';
import { nobody, useChatClient, useSubscribed, useUsers } from './provider.ts';
import { oncePer } from './store.ts';
import { learn, otherMember, withName } from './users.ts';

const emptyList: RoomListState = { rooms: nobody, loading: true, error: undefined, hasMore: false };

function useRoomList(): RoomListState {
  const { roomList } = useChatClient();
  return useSubscribed(roomList.subscribe, () => roomList.state, emptyList);
}

/** The direct rooms whose members were loaded, because the list does not have their names. */
const lookedUp = oncePer((_client: ChatClient) => new Set<Id>());

/** The members whose names and presence were stored. A list keeps these objects, and their presence becomes outdated. */
const learned = new WeakSet<object>();

/** Stores the names of the other members of direct rooms. Loads them if an earlier server sends no names. */
export function useDirectNames(rooms: readonly RoomSummary[]): void {
  const client = useChatClient();
  useEffect(() => {
    const others = rooms.flatMap(({ other }) => (other && !learned.has(other) ? other : []));
    for (const other of others) learned.add(other);
    if (others.length > 0) learn(client, others);
    const known = lookedUp(client);
    for (const { id, name, kind, other } of rooms) {
      if (name || other !== undefined || kind === 'group' || known.has(id)) continue;
      known.add(id);
      client.members(id).then(
        ({ members }) => learn(client, members),
        () => known.delete(id),
      );
    }
  }, [client, rooms]);
}

/** Returns the user's rooms, pinned ones first, with names, unread counts and last messages, and keeps them up to date. */
export function useRooms(): RoomListState & {
  /** Loads a further page. */
  readonly loadMore: () => Promise<void>;
  /** Loads the list again, for example after the user declined a room. */
  readonly reload: () => Promise<void>;
} {
  const client = useChatClient();
  const { loadMore, reload } = client.roomList;
  const users = useUsers();
  const list = useRoomList();
  const rooms = useMemo(
    () =>
      list.rooms.map((room) => ({
        ...room,
        name: users.get(otherMember(room.id, client.user) ?? '')?.name ?? room.name,
        last_message: room.last_message && withName(room.last_message, users),
      })),
    [client, list, users],
  );
  useDirectNames(rooms);
  return { ...list, rooms, loadMore, reload };
}

/** Returns the number of unread messages in a room, or in all rooms that `useRooms` has loaded. */
export function useUnread(room?: Id): number {
  const { rooms } = useRoomList();
  return rooms.reduce((sum, { id, unread }) => sum + (String(id) === String(room ?? id) ? unread : 0), 0);
}
