import { useEffect, useMemo, useSyncExternalStore } from 'preact/compat';
import { actorId, type ChatClient, type FrameOf, type Id, type RoomSummary } from '../../client/index.ts';
import { type Directory, useDirectory } from './directory.ts';

/** A room as the list shows it. */
export interface ListedRoom {
  readonly id: string;
  readonly name: string;
  /** Whether a stranger added the user, who has not accepted yet. */
  readonly isRequest: boolean;
  readonly unread: number;
  /** Whether there are more unread messages than `unread`, because the server stops counting there. */
  readonly unreadCapped: boolean;
  /** The time of the last message in ISO 8601; undefined in a new room. */
  readonly at?: string | undefined;
  readonly last?: { readonly id: number; readonly author: string; readonly text: string } | undefined;
}

export type RoomList = ReturnType<typeof useRooms>;

interface RoomListState {
  /** Latest first. Undefined until the first page is loaded. */
  readonly rooms: readonly ListedRoom[] | undefined;
  /** Why the last load failed, or an empty text. */
  readonly error: string;
  /** The position of the next page; null if there is none. */
  readonly cursor: string | null;
}

/** A frame that changes the list. */
type ListFrame = FrameOf<'chat_message' | 'message_seen' | 'message_edited' | 'message_deleted'> & {
  room_id: Id;
};

const PAGE_SIZE = 50;
/** The server's limit for one page. */
const MAX_PAGE_SIZE = 100;
/** Waits this long before reloading, in milliseconds, so that several changes cause one reload. */
const RELOAD_DELAY_MS = 300;

const previewText = (text: string, type: string, file: string | undefined): string =>
  text || (type === 'image' ? 'Picture' : `File: ${file ?? ''}`);

const listedRoom = ({
  id,
  name,
  request,
  unread,
  unread_capped,
  last_message,
  last_at,
}: RoomSummary): ListedRoom => ({
  id: String(id),
  name,
  isRequest: request,
  unread,
  unreadCapped: unread_capped,
  at: last_at ?? undefined,
  last: last_message
    ? {
        id: last_message.message_id,
        author: actorId(last_message.sender_id, last_message.guest),
        text: previewText(last_message.text, last_message.type ?? 'text', last_message.file),
      }
    : undefined,
});

/** Returns the list with a new message, whose room moves to the top. */
function withMessage(
  rooms: readonly ListedRoom[],
  { room_id, message }: FrameOf<'chat_message'> & { room_id: Id },
  me: string | undefined,
): readonly ListedRoom[] {
  const room = rooms.find(({ id }) => id === String(room_id));
  if (!room || (room.last && room.last.id >= message.message_id)) return rooms;
  const author = actorId(message.sender_id, message.guest);
  const text = previewText(message.text, message.type ?? 'text', message.file);
  const isOwn = author === me;
  const unread = isOwn ? room.unread : room.unread + 1;
  const isRequest = room.isRequest && !isOwn;
  const changed = {
    ...room,
    unread,
    isRequest,
    at: message.created_at,
    last: { id: message.message_id, author, text },
  };
  return [changed, ...rooms.filter((each) => each !== room)];
}

const withRead = (rooms: readonly ListedRoom[], room: Id): readonly ListedRoom[] =>
  rooms.map((each) => (each.id === String(room) ? { ...each, unread: 0, unreadCapped: false } : each));

const findRoom = (rooms: readonly ListedRoom[], id: Id) => rooms.find((room) => room.id === String(id));

/** Returns the list after a frame. A list that was loaded after the frame stays as it is. */
function withFrame(rooms: readonly ListedRoom[], frame: ListFrame, me: string | undefined) {
  if (frame.type === 'chat_message') return withMessage(rooms, frame, me);
  const isOwnRead = frame.type === 'message_seen' && actorId(frame.user_id, frame.guest) === me;
  return isOwnRead && !needsReload(rooms, frame, me) ? withRead(rooms, frame.room_id) : rooms;
}

/** Whether only the server knows the list after a frame, for example because a message arrived after a newer one. */
function needsReload(rooms: readonly ListedRoom[], frame: ListFrame, me: string | undefined): boolean {
  const { type, room_id, message_id } = frame;
  const room = findRoom(rooms, room_id);
  const newest = room?.last?.id ?? 0;
  if (type === 'chat_message') return !room || message_id < newest;
  if (type === 'message_seen') return actorId(frame.user_id, frame.guest) === me && message_id < newest;
  return message_id === newest;
}

/** Loads the user's rooms, and keeps them up to date as frames arrive. */
export class RoomListLoader {
  /** Each change replaces this object. */
  state: RoomListState = { rooms: undefined, error: '', cursor: null };
  readonly #client: ChatClient;
  readonly #directory: Directory;
  readonly #listeners = new Set<() => void>();
  /** For each load in progress, the frames that arrived since it began. The server may have read its page before them. */
  readonly #arrived = new Set<ListFrame[]>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The number of loads that have begun. */
  #loads = 0;
  /** The number of the load whose first page is shown. A response to an earlier load is outdated. */
  #shownLoad = 0;

  constructor(client: ChatClient, directory: Directory) {
    this.#client = client;
    this.#directory = directory;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Loads the list and keeps it up to date. Returns a function that stops that. */
  start(): () => void {
    const client = this.#client;
    const receive = (frame: ListFrame) => this.#receive(frame);
    const stops = [
      client.on('chat_message', (frame) => {
        const { sender_id, sender_email, guest } = frame.message;
        if (!guest) this.#directory.guess(sender_id, sender_email);
        receive(frame);
      }),
      client.on('message_seen', receive),
      client.on('message_edited', receive),
      client.on('message_deleted', receive),
      client.on('joined', ({ room_id }) => void (findRoom(this.#rooms, room_id) || this.#reloadSoon())),
      client.on('left', () => this.#reloadSoon()),
      // Messages that were sent before the inbox opened were not delivered to it.
      client.on('inbox', () => this.#reloadSoon()),
      client.on('state', (state) => void (state === 'live' && this.#reloadSoon())),
    ];
    this.reload();
    return () => {
      clearTimeout(this.#timer);
      for (const stop of stops) stop();
    };
  }

  readonly reload = (): void => {
    const limit = Math.max(PAGE_SIZE, Math.min(this.#rooms.length, MAX_PAGE_SIZE));
    void this.#load({ limit });
  };

  readonly loadMore = (): void => {
    const { cursor } = this.state;
    if (cursor !== null) void this.#load({ limit: PAGE_SIZE, cursor });
  };

  get #rooms(): readonly ListedRoom[] {
    return this.state.rooms ?? [];
  }

  async #load(page: { limit: number; cursor?: string }): Promise<void> {
    const isFirst = page.cursor === undefined;
    const number = ++this.#loads;
    const isOutdated = () => (isFirst ? number < this.#shownLoad : page.cursor !== this.state.cursor);
    const arrived: ListFrame[] = [];
    this.#arrived.add(arrived);
    try {
      const { chats, next_cursor } = await this.#client.rooms(page);
      if (isOutdated()) return;
      if (isFirst) this.#shownLoad = number;
      for (const { last_message } of chats) {
        if (last_message && !last_message.guest)
          this.#directory.learn(last_message.sender_id, last_message.sender_name);
      }
      const loaded = chats.map(listedRoom);
      const ids = new Set(loaded.map(({ id }) => id));
      const kept = isFirst ? [] : this.#rooms.filter(({ id }) => !ids.has(id));
      const rooms = this.#withArrived([...kept, ...loaded], arrived);
      this.#update({ rooms, cursor: next_cursor, error: '' });
    } catch (failure) {
      if (!isOutdated()) this.#update({ error: (failure as Error).message });
    } finally {
      this.#arrived.delete(arrived);
    }
  }

  /** Applies the frames that arrived while a list was loading. */
  #withArrived(loaded: readonly ListedRoom[], arrived: readonly ListFrame[]): readonly ListedRoom[] {
    const me = this.#client.user;
    let rooms = loaded;
    for (const frame of arrived) {
      // The list has the messages up to its newest one, and a message that arrived late has already caused a reload.
      if (frame.type !== 'chat_message' && needsReload(rooms, frame, me)) this.#reloadSoon();
      rooms = withFrame(rooms, frame, me);
    }
    return rooms;
  }

  #receive(frame: ListFrame): void {
    for (const arrived of this.#arrived) arrived.push(frame);
    const me = this.#client.user;
    if (needsReload(this.#rooms, frame, me)) this.#reloadSoon();
    const { rooms } = this.state;
    if (rooms) this.#update({ rooms: withFrame(rooms, frame, me) });
  }

  #reloadSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.reload, RELOAD_DELAY_MS);
  }

  #update(changes: Partial<RoomListState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Returns the user's rooms, latest first, and keeps them up to date. They are undefined until the first page loads. */
export function useRooms(client: ChatClient) {
  const directory = useDirectory();
  const list = useMemo(() => new RoomListLoader(client, directory), [client, directory]);
  useEffect(() => list.start(), [list]);
  const { rooms, error, cursor } = useSyncExternalStore(list.subscribe, () => list.state);
  return { rooms, error, hasMore: cursor !== null, loadMore: list.loadMore, reload: list.reload };
}
