import type { ChatClientError } from './errors.ts';
import { type ClientEvents, Observable } from './events.ts';
import { isAuthor, isUser, type RoomSummary, type RoomsPage } from './wire.ts';

/** Waits this long before reloading, in milliseconds, so that several changes cause one reload. */
const RELOAD_DELAY_MS = 300;
/** The server's limit. */
const PAGE_SIZE = 50;

type Rooms = readonly RoomSummary[];

/** Any event of the client that may change the list. */
type ListEvent = ClientEvents[keyof ClientEvents &
  ('inbox' | 'joined' | 'left' | 'chat_message' | 'message_seen' | 'message_edited' | 'message_deleted')];

/** The user's rooms, as far as they are loaded. */
export interface RoomListState {
  /** Latest first. */
  readonly rooms: Rooms;
  /** Whether the first page or a further page is loading. */
  readonly loading: boolean;
  /** Why the last load failed. */
  readonly error: ChatClientError | undefined;
  /** Whether `loadMore` can load further rooms. */
  readonly hasMore: boolean;
}

/** What the list uses from its client. */
interface RoomSource {
  readonly user: string | undefined;
  rooms(page: { cursor: string | undefined; limit: number }): Promise<RoomsPage>;
}

/**
 * The user's rooms with their last messages and unread counts. `client.roomList` returns it. It loads when its first
 * subscriber arrives, and is kept up to date from then on.
 * @example client.roomList.subscribe(() => render(client.roomList.state.rooms));
 */
export class RoomList extends Observable<object> {
  /** Each change replaces this object. */
  state: RoomListState = { rooms: [], loading: true, error: undefined, hasMore: false };
  readonly #client: RoomSource;
  /** For each load in progress, the events since it began. The server may have read its page before them. */
  readonly #arrived = new Set<ListEvent[]>();
  /** The position of the next page. */
  #cursor: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** How many loads have begun. Each load has the number that this had then. */
  #loads = 0;
  /** The number of the load that `state` shows, so that an earlier load that ends later is ignored. */
  #shown = 0;

  /** @internal */
  constructor(client: RoomSource) {
    super();
    this.#client = client;
  }

  /** Loads the list again, for example after the user declined a room. A failure is the list's `error`. */
  readonly reload = (): Promise<void> => this.#load();

  /** Loads a further page. A failure is the list's `error`. */
  readonly loadMore = async (): Promise<void> => {
    if (!this.#cursor) return;
    this.#update({ loading: true });
    await this.#load(this.#cursor);
  };

  /** @internal */
  receive(event: ListEvent): void {
    if (this.#loads === 0) return;
    if ('message_id' in event) for (const arrived of this.#arrived) arrived.push(event);
    const { rooms } = this.state;
    const next = this.#after(rooms, event);
    if (!next) this.#reloadSoon();
    else if (next !== rooms) this.#update({ rooms: next });
  }

  /** @internal */
  protected override onSubscribe(): void {
    if (this.#loads === 0) void this.#load();
  }

  #reloadSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.reload, RELOAD_DELAY_MS);
  }

  /** Loads the page at `from`, or as many of the first pages as the list already has. */
  async #load(from?: string): Promise<void> {
    const load = ++this.#loads;
    const arrived: ListEvent[] = [];
    this.#arrived.add(arrived);
    let cursor = from;
    let rooms: Rooms = cursor ? this.state.rooms : [];
    try {
      do {
        const page = await this.#client.rooms({ limit: PAGE_SIZE, cursor });
        // The list already shows a load that began later.
        if (load < this.#shown) return;
        rooms = [...rooms.filter(({ id }) => !page.chats.some((each) => each.id === id)), ...page.chats];
        cursor = page.next_cursor ?? undefined;
      } while (cursor && rooms.length < this.state.rooms.length);
      this.#shown = load;
      this.#cursor = cursor;
      for (const event of arrived) {
        const next = this.#after(rooms, event);
        // A late message has already caused a reload.
        if (!next && event.type !== 'chat_message') this.#reloadSoon();
        rooms = next ?? rooms;
      }
      this.#update({ rooms, loading: false, error: undefined, hasMore: cursor !== undefined });
    } catch (error) {
      if (load >= this.#shown) this.#update({ loading: false, error: error as ChatClientError });
    } finally {
      this.#arrived.delete(arrived);
    }
  }

  /** Returns the list after an event; undefined if only the server knows it, for example because a message is late. */
  #after(rooms: Rooms, event: ListEvent): Rooms | undefined {
    const { user } = this.#client;
    const room =
      'room_id' in event ? rooms.find(({ id }) => String(id) === String(event.room_id)) : undefined;
    const newest = room?.last_message?.message_id ?? 0;
    switch (event.type) {
      case 'chat_message': {
        const { message } = event;
        if (!room || message.message_id < newest) return undefined;
        if (message.message_id === newest) return rooms;
        const isOwn = isAuthor(message, user);
        const changed = {
          ...room,
          unread: room.unread + Number(!isOwn),
          request: room.request && !isOwn,
          last_at: message.created_at,
          last_message: message,
        };
        return [changed, ...rooms.filter((each) => each !== room)];
      }
      case 'message_seen':
        if (!isUser(event, user)) return rooms;
        if (event.message_id < newest) return undefined;
        return rooms.map((each) => (each === room ? { ...each, unread: 0, unread_capped: false } : each));
      case 'message_edited':
      case 'message_deleted':
        return event.message_id === newest ? undefined : rooms;
      case 'joined':
        return room && rooms;
      // After `inbox`, because earlier messages were not delivered.
      case 'inbox':
      case 'left':
        return undefined;
      default:
        return rooms;
    }
  }

  #update(changes: Partial<RoomListState>): void {
    this.state = { ...this.state, ...changes };
    this.notify();
  }
}
