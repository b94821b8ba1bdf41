import type { ChatClientError } from './errors.ts';
import { type ClientEvents, Observable } from './events.ts';
import { applyChange, isAuthor, isMentioned, isUser, type RoomSummary, type RoomsPage } from './wire.ts';

/** Waits this long before reloading, in milliseconds, so that several changes cause one reload. */
const RELOAD_DELAY_MS = 300;
/**
 * A delete makes the clients of many members reload, so each of them waits up to this much longer, in milliseconds, at
 * random. Otherwise one delete would cause as many requests at once as a room has members.
 */
const DELETE_SPREAD_MS = 2_000;
/** The server's limit. */
const PAGE_SIZE = 50;

type Rooms = readonly RoomSummary[];

const isPinned = ({ preferences }: RoomSummary): boolean => preferences?.pinned;

/** Moves the pinned rooms to the top, as the server does. */
const pinnedFirst = (rooms: Rooms): Rooms => [
  ...rooms.filter(isPinned),
  ...rooms.filter((room) => !isPinned(room)),
];

/** Any event of the client that may change the list. */
type ListEvent = ClientEvents[keyof ClientEvents &
  (
    | 'inbox'
    | 'joined'
    | 'left'
    | 'chat_message'
    | 'message_seen'
    | 'message_edited'
    | 'message_deleted'
    | 'room_updated'
    | 'room_deleted'
    | 'preferences'
  )];

/** The user's rooms, as far as they are loaded. */
export interface RoomListState {
  /** Pinned ones first, and then the latest first. Without hidden ones. */
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
  /** The sequence numbers of the last edits of the shown messages: an earlier edit may arrive later. */
  readonly #edits = new WeakMap<object, number>();
  /** How many loads have begun. Each load has the number that this had then. */
  #loads = 0;
  /** The number of the load that `state` shows, so that an earlier load that ends later is ignored. */
  #shown = 0;

  /** @internal */
  constructor(client: RoomSource) {
    super();
    this.#client = client;
  }

  /** Whether the list has begun to load. @internal */
  get isLoaded(): boolean {
    return this.#loads > 0;
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
    const isReplayed = 'message_id' in event || /^(room_|pref)/.test(event.type);
    if (isReplayed) for (const arrived of this.#arrived) arrived.push(event);
    const { rooms } = this.state;
    const next = this.#after(rooms, event);
    // Only the server knows the place of a room after its preferences changed.
    if (!next || event.type === 'preferences') this.#reloadSoon(event);
    if (next && next !== rooms) this.#update({ rooms: next });
  }

  /** @internal */
  protected override onSubscribe(): void {
    if (this.#loads === 0) void this.#load();
  }

  #reloadSoon({ type }: ListEvent): void {
    clearTimeout(this.#timer);
    const spread = type === 'message_deleted' ? Math.random() * DELETE_SPREAD_MS : 0;
    this.#timer = setTimeout(this.reload, RELOAD_DELAY_MS + spread);
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
        if (!next && event.type !== 'chat_message') this.#reloadSoon(event);
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
          // An earlier server has no `mentioned`.
          mentioned: (room.mentioned ?? 0) + Number(!isOwn && isMentioned(message, user)),
          request: room.request && !isOwn,
          last_at: message.created_at,
          last_message: message,
        };
        return pinnedFirst([changed, ...rooms.filter((each) => each !== room)]);
      }
      case 'message_seen':
        if (!isUser(event, user)) return rooms;
        if (event.message_id < newest) return undefined;
        return rooms.map((each) =>
          each === room ? { ...each, unread: 0, mentioned: 0, unread_capped: false } : each,
        );
      case 'message_edited': {
        const last = event.message_id === newest ? room?.last_message : undefined;
        // Only the server knows whether the message is unread, and so whether its mention counts. A message that is not
        // the newest may have had one before.
        const hadMention = last ? isMentioned(last, user) : (room?.mentioned ?? 0) > 0;
        if (room?.unread && (hadMention || isMentioned(event, user))) return undefined;
        if (!last || event.seq <= (this.#edits.get(last) ?? 0)) return rooms;
        const last_message = applyChange(last, event) ?? last;
        this.#edits.set(last_message, event.seq);
        return rooms.map((each) => (each === room ? { ...each, last_message } : each));
      }
      case 'message_deleted':
        // Only the server knows the message before it, and whether the deleted one counts as unread.
        return event.message_id === newest || room?.unread ? undefined : rooms;
      case 'room_updated':
        return rooms.map((each) =>
          each === room ? { ...each, ...(event.room as Partial<RoomSummary>) } : each,
        );
      case 'room_deleted':
        return rooms.filter((each) => each !== room);
      case 'preferences': {
        const { notify, pinned, hidden } = event;
        const changed = room && !hidden ? [{ ...room, preferences: { notify, pinned, hidden } }] : [];
        return pinnedFirst([...changed, ...rooms.filter((each) => each !== room)]);
      }
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
