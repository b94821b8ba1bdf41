import { useCallback, useMemo } from 'react';
import type { ChatClientError, Id, Presence, Room, RoomDetails, State } from '../index.ts';
import { keepRoomOpen, openRoom, type RoomView } from './open-room.ts';
import { nobody, nothing, useChatClient, useSubscribed, useUsers } from './provider.ts';
import { type ChatMessage, withName } from './users.ts';

/** A user who types or has read a message. For a guest, the id is `guest:` and the id that they claim. */
export interface Participant {
  /** The user's id, as a string. */
  readonly user_id: string;
  /** Undefined while the client does not know the name. */
  readonly name: string | undefined;
}

const ignore = async () => {};

/** Keeps the room open while the component is mounted, and returns a value of it. */
function useRoomValue<T>(id: Id, read: (view: RoomView) => T, initial?: T): T {
  const client = useChatClient();
  const subscribe = useCallback(
    (listener: () => void) => {
      const { value, subscribe } = openRoom(client, id);
      const stop = subscribe(listener);
      const release = keepRoomOpen(value.room);
      return () => {
        stop();
        release();
      };
    },
    // After `room.leave()`, the client opens another object.
    [client, id, client.room(id)],
  );
  return useSubscribed(subscribe, () => read(openRoom(client, id).value), initial);
}

const useDetails = (id: Id) => useRoomValue(id, ({ room }) => room.info);
const useRoomError = (id: Id) => useRoomValue(id, ({ room }) => room.error);

/** Returns a room, which stays open while any component with a hook of this room is mounted. */
export function useRoom(id: Id): {
  /** The room, for `send`, `edit`, `react`, `seen` and so on. */
  readonly room: Room;
  /** The room's state. */
  readonly state: State;
  /** Why the state is `refused`. */
  readonly error: ChatClientError | undefined;
  /** The room's name, settings and members, kept up to date. Undefined until they are loaded. */
  readonly details: RoomDetails | undefined;
} {
  return {
    room: useChatClient().room(id),
    state: useRoomValue<State>(id, ({ room }) => room.state, 'connecting'),
    error: useRoomError(id),
    details: useDetails(id),
  };
}

/** Returns a room's messages in order with their authors' names, pending ones last. */
export function useMessages(id: Id): {
  /** The loaded messages. */
  readonly messages: readonly ChatMessage[];
  /** Loads a page of older messages. */
  readonly loadOlder: () => Promise<void>;
  /** Whether the room has older messages. */
  readonly hasOlder: boolean;
  /** Whether the newest or older messages are loading. */
  readonly loading: boolean;
  /** Why the room is refused. */
  readonly error: ChatClientError | undefined;
} {
  const client = useChatClient();
  const users = useUsers();
  const messages = useRoomValue(id, ({ room }) => room.messages, nobody);
  return {
    messages: useMemo(() => messages.map((each) => withName(each, users)), [messages, users]),
    // The promise never rejects: `error` reports a failure.
    loadOlder: useCallback(() => client.room(id).history().then(ignore, ignore), [client, id]),
    hasOlder: useRoomValue(id, ({ room }) => room.hasMore, false),
    loading: useRoomValue(id, ({ room }) => room.loading, true),
    error: useRoomError(id),
  };
}

/** Returns a room's members, at most 500. */
export function useMembers(id: Id): {
  /** The members, with names, roles and presence. */
  readonly members: RoomDetails['members'];
  /** Whether the room has more members than these. */
  readonly hasMore: boolean;
  /** Whether the members are loading for the first time. */
  readonly loading: boolean;
  /** Why the room is refused or its members could not be loaded. */
  readonly error: ChatClientError | undefined;
  /** Loads the members again, for example after adding one. */
  readonly reload: () => Promise<void>;
} {
  const details = useDetails(id);
  const failure = useRoomValue(id, (view) => view.failure);
  const error = useRoomError(id) ?? failure;
  return {
    members: details?.members ?? (nobody as never),
    hasMore: Boolean(details?.more_members),
    loading: !details && !error,
    error,
    reload: useRoomValue(id, (view) => view.reload, ignore),
  };
}

/** Returns the presence of a room's members by user id. */
export function usePresence(id: Id): ReadonlyMap<string, Presence> {
  const { user } = useChatClient();
  const { members } = useMembers(id);
  const updates = useRoomValue<ReadonlyMap<string, Presence>>(id, ({ room }) => room.presence, nothing);
  return useMemo(() => {
    const presence = new Map<string, Presence>();
    for (const { user_id, online, last_seen } of members) {
      const member = String(user_id);
      const status = online || member === user ? 'online' : 'offline';
      if (last_seen) presence.set(member, { status, last_seen });
    }
    // A user who goes offline here may be online in another room. The members are loaded again to find out.
    for (const [member, update] of updates) if (update.status === 'online') presence.set(member, update);
    return presence;
  }, [members, updates, user]);
}

function useParticipants(ids: readonly string[]): readonly Participant[] {
  const users = useUsers();
  return useMemo(() => ids.map((user_id) => ({ user_id, name: users.get(user_id)?.name })), [ids, users]);
}

/** Returns the other users who are typing in a room. */
export function useTyping(id: Id): readonly Participant[] {
  return useParticipants(useRoomValue(id, ({ room }) => room.typers, nobody));
}

/** Returns the other users whose read marks cover a message, as far as the client knows them. */
export function useReadBy(id: Id, message: number): readonly Participant[] {
  const { user } = useChatClient();
  const seen = useRoomValue<ReadonlyMap<string, number>>(id, ({ room }) => room.seenBy, nothing);
  const readers = () => [...seen.keys()].filter((each) => each !== user && (seen.get(each) ?? 0) >= message);
  return useParticipants(useMemo(readers, [seen, user, message]));
}
