'use client';

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type {
  ChatClient,
  ChatClientError,
  Id,
  Presence,
  Room,
  RoomDetails,
  RoomListState,
  State,
  UploadedFile,
} from '../index.ts';
import { keepRoomOpen, openRoom, type RoomView } from './open-room.ts';
import { oncePer } from './store.ts';
import { type ChatMessage, learn, otherMember, type User, usersOf, withName } from './users.ts';

export type { ChatMessage, User };
export { keepRoomOpen, otherMember };

/** A user who types or has read a message. For a guest, the id is `guest:` and the id that they claim. */
export interface Participant {
  readonly user_id: string;
  /** Undefined while the client does not know the name. */
  readonly name: string | undefined;
}

// Results before anything is loaded, and while a server renders the component.
const nobody: readonly never[] = [];
const nothing = new Map<never, never>();
const emptyList: RoomListState = { rooms: nobody, loading: true, error: undefined, hasMore: false };

const ignore = async () => {};

const ChatContext = createContext<ChatClient | undefined>(undefined);

/** Provides a client to the hooks, and connects it. */
export function ChatProvider({
  client,
  children,
}: {
  readonly client: ChatClient;
  readonly children?: ReactNode;
}): ReactElement {
  useEffect(() => client.connect(), [client]);
  return createElement(ChatContext.Provider, { value: client }, children);
}

/** Returns the client of the `ChatProvider`. @throws Error outside of a `ChatProvider` */
export function useChatClient(): ChatClient {
  const client = useContext(ChatContext);
  if (!client) throw new Error('No chat client: render this in a ChatProvider.');
  return client;
}

const useSubscribed = <T>(subscribe: (listener: () => void) => () => void, read: () => T, initial?: T): T =>
  useSyncExternalStore(subscribe, read, () => initial as T);

/** Returns the client's state, and why it is `offline` or `refused`. */
export function useConnection(): { readonly state: State; readonly error: ChatClientError | undefined } {
  const client = useChatClient();
  return {
    state: useSubscribed<State>(client.subscribe, () => client.state, 'connecting'),
    error: useSubscribed(client.subscribe, () => client.error),
  };
}

/** Returns the users whose names the client knows, by id. */
export function useUsers(): ReadonlyMap<string, User> {
  const users = usersOf(useChatClient());
  return useSubscribed<ReadonlyMap<string, User>>(users.subscribe, () => users.value, nothing);
}

function useRoomList(): RoomListState {
  const { roomList } = useChatClient();
  return useSubscribed(roomList.subscribe, () => roomList.state, emptyList);
}

/** The direct rooms whose members were loaded, because the list does not have their names. */
const lookedUp = oncePer((_client: ChatClient) => new Set<Id>());

/** Returns the user's rooms, latest first, with names, unread counts and last messages, and keeps them up to date. */
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
  useEffect(() => {
    const known = lookedUp(client);
    for (const { id, name, kind } of rooms) {
      if (name || kind === 'group' || known.has(id)) continue;
      known.add(id);
      client.members(id).then(
        ({ members }) => learn(client, members),
        () => known.delete(id),
      );
    }
  }, [client, rooms]);
  return { ...list, rooms, loadMore, reload };
}

/** Returns the number of unread messages in a room, or in all rooms that `useRooms` has loaded. */
export function useUnread(room?: Id): number {
  const { rooms } = useRoomList();
  return rooms.reduce((sum, { id, unread }) => sum + (String(id) === String(room ?? id) ? unread : 0), 0);
}

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

const useDetails = (id: Id) => useRoomValue(id, ({ details }) => details);
const useRoomError = (id: Id) => useRoomValue(id, ({ room }) => room.error);

/** Returns a room, which stays open while any component with a hook of this room is mounted. */
export function useRoom(id: Id): {
  readonly room: Room;
  readonly state: State;
  /** Why the state is `refused`. */
  readonly error: ChatClientError | undefined;
  /** The room's name, kind and members. Undefined until they are loaded. */
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
  readonly messages: readonly ChatMessage[];
  /** Loads a page of older messages. */
  readonly loadOlder: () => Promise<void>;
  readonly hasOlder: boolean;
  /** Whether the newest or older messages are loading. */
  readonly loading: boolean;
  readonly error: ChatClientError | undefined;
} {
  const client = useChatClient();
  const users = useUsers();
  const messages = useRoomValue(id, ({ room }) => room.messages, nobody);
  return {
    messages: useMemo(() => messages.map((each) => withName(each, users)), [messages, users]),
    // A failure is the room's `error`.
    loadOlder: useCallback(() => client.room(id).history().then(ignore, ignore), [client, id]),
    hasOlder: useRoomValue(id, ({ room }) => room.hasMore, false),
    loading: useRoomValue(id, ({ room }) => room.loading, true),
    error: useRoomError(id),
  };
}

/** Returns a room's members, at most 500. */
export function useMembers(id: Id): {
  readonly members: RoomDetails['members'];
  /** Whether the room has more members than these. */
  readonly hasMore: boolean;
  readonly loading: boolean;
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

/** The state of an upload. */
export interface UploadState {
  /** From 0 to 1 during an upload. */
  readonly progress?: number;
  /** Why the last upload failed. */
  readonly error?: ChatClientError;
}

/**
 * Uploads files to a room, one at a time. `upload` resolves to what `room.send` needs to name the file, or to undefined
 * if the upload failed or was canceled.
 */
export function useUpload(id: Id): UploadState & {
  readonly upload: (file: Blob) => Promise<UploadedFile | undefined>;
  readonly cancel: () => void;
} {
  const client = useChatClient();
  const [state, setState] = useState<UploadState>({});
  const current = useRef<AbortController>(undefined);
  const cancel = useCallback(() => {
    current.current?.abort();
    setState({});
  }, []);
  const upload = useCallback(
    (file: Blob) => {
      cancel();
      const controller = new AbortController();
      const { signal } = controller;
      current.current = controller;
      const finish = (next: UploadState, uploaded?: UploadedFile) => {
        if (!signal.aborted) setState(next);
        return uploaded;
      };
      const onProgress = (sent: number, total: number) => void finish({ progress: sent / total });
      onProgress(0, 1);
      const room = client.room(id);
      return room
        .upload(file, { signal, onProgress })
        .then(
          (uploaded) => finish({}, uploaded),
          (error) => finish({ error }),
        )
        .finally(keepRoomOpen(room));
    },
    [client, id, cancel],
  );
  return { ...state, upload, cancel };
}
