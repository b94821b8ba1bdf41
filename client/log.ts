import {
  applyChange,
  type Change,
  changeOf,
  type FrameOf,
  isChange,
  isMessageType,
  type LoggedChange,
  type Message,
  type Status,
} from './wire.ts';

const statuses: readonly Status[] = ['send', 'delivered', 'read'];

const higher = (a: Status, b: Status | undefined): Status =>
  b && statuses.indexOf(b) > statuses.indexOf(a) ? b : a;

/**
 * A copy of one room's log. Applies changes in the order of their sequence numbers, holds back changes that arrive
 * early and drops repeats. Does no I/O: `RoomSync` requests what is missing.
 */
export class RoomLog {
  /** All changes up to this sequence number are applied. Undefined until the first page is loaded. */
  cursor: number | undefined;
  /** Whether the server has messages older than the loaded ones. */
  hasMore = false;
  /** All messages from this id up to `cursor` are loaded. */
  oldestId = 0;
  #snapshot: readonly Message[] | undefined;
  #latestSeq = 0;
  readonly #messages = new Map<number, Message>();
  /** Changes that arrived before a change with a lower sequence number, by sequence number. */
  readonly #early = new Map<number, LoggedChange>();
  /** The highest id for which `acknowledge` was called with each status. */
  readonly #acknowledged = new Map<Status, number>();
  readonly #isOwn: (message: Message) => boolean;
  /** Changes of older messages that are loading. The server may have read their page before these changes. */
  #olderChanges: Change[] | undefined;

  /** @param isOwn whether the user wrote a message */
  constructor(isOwn: (message: Message) => boolean) {
    this.#isOwn = isOwn;
  }

  /** The messages in order, without deleted ones. Each change creates a new array. */
  get messages(): readonly Message[] {
    this.#snapshot ??= this.#ordered();
    return this.#snapshot;
  }

  /** Whether a sequence number is missing below one that arrived or was announced. */
  get hasGap(): boolean {
    return this.cursor !== undefined && (this.#early.size > 0 || this.#latestSeq > this.cursor);
  }

  /** Records that the room's log reaches `seq`, as `pong` and `joined` announce. */
  announce(seq: number): void {
    this.#latestSeq = Math.max(this.#latestSeq, seq);
  }

  /** Adds a change from a live frame. Returns the changes that are applied now, in order. */
  add(change: LoggedChange): readonly LoggedChange[] {
    if (this.cursor !== undefined && change.seq <= this.cursor) return [];
    this.#early.set(change.seq, change);
    return this.#applyReady();
  }

  /**
   * Adds a page of missed changes. Returns the applied changes in order, or undefined if the page is not complete
   * and the history must be loaded again.
   */
  addPage({ events, seq, complete, has_more }: FrameOf<'sync'>): readonly LoggedChange[] | undefined {
    const cursor = this.cursor ?? 0;
    // Live frames may have arrived after the server read this page. The page must not undo them.
    if (complete && seq < cursor) return [];
    const first = events.find(({ type }) => isMessageType(type));
    if (!complete || (first && !first.message)) return undefined;
    const applied: LoggedChange[] = [];
    for (const event of events) {
      if (event.message) this.#put(event.message);
      const change = changeOf(event, this.#messages.get(event.message_id ?? 0));
      if (change && event.seq > cursor) applied.push(change);
    }
    // An announced number above the last page is void: a refused change used it up.
    if (!has_more) this.#latestSeq = 0;
    this.cursor = seq;
    for (const early of [...this.#early.keys()]) if (early <= seq) this.#early.delete(early);
    return [...applied, ...this.#applyReady()];
  }

  /** Starts over from the newest messages. `sync` must then load the changes above `cursor`. */
  reset({ messages, has_more }: FrameOf<'history'>, cursor?: number): void {
    this.#messages.clear();
    this.#snapshot = undefined;
    this.#olderChanges = undefined;
    this.oldestId = 0;
    this.#addHistory(messages, has_more);
    this.cursor = cursor ?? Math.max(this.oldestId - 1, 0);
  }

  /** Starts to collect changes of older messages. Call it before requesting them. */
  expectOlder(): void {
    this.#olderChanges ??= [];
  }

  /** Adds a page of messages older than `oldestId`. */
  addOlder({ messages, has_more }: FrameOf<'history'>): void {
    this.#addHistory(messages, has_more);
    const changes = this.#olderChanges ?? [];
    this.#olderChanges = undefined;
    for (const change of changes) this.#apply(change);
  }

  /** Forgets the oldest messages, so that `count` are left. */
  trim(count: number): void {
    const { messages } = this;
    const oldest = messages.at(-count);
    if (messages.length <= count || !oldest) return;
    this.oldestId = oldest.message_id;
    this.hasMore = true;
    this.#olderChanges = undefined;
    for (const id of [...this.#messages.keys()]) if (id < this.oldestId) this.#remove(id);
  }

  /** Raises the delivery status of a loaded message, and never lowers it. */
  raiseStatus(id: number, status: Status): void {
    const message = this.#messages.get(id);
    if (message) this.#set({ ...message, status: higher(message.status, status) });
  }

  /** Raises the status of the user's messages up to an id. Returns false if they had it already. */
  acknowledge(id: number, status: Status): boolean {
    if (id <= (this.#acknowledged.get(status) ?? 0)) return false;
    this.#acknowledged.set(status, id);
    this.#snapshot = undefined;
    return true;
  }

  /** Returns the messages in order. The status of one of the user's messages holds for all earlier ones. */
  #ordered(): readonly Message[] {
    let furthest: Status = 'send';
    const newestFirst = [...this.#messages.values()].sort((a, b) => b.message_id - a.message_id);
    const withStatus = newestFirst.map((message) => {
      if (!this.#isOwn(message)) return message;
      for (const [status, id] of this.#acknowledged)
        if (id >= message.message_id) furthest = higher(furthest, status);
      furthest = higher(furthest, message.status);
      return furthest === message.status ? message : this.#set({ ...message, status: furthest });
    });
    return withStatus.reverse();
  }

  #addHistory(messages: readonly Message[], hasMore: boolean): void {
    this.hasMore = hasMore;
    this.oldestId = hasMore ? (messages.at(-1)?.message_id ?? this.oldestId) : 0;
    for (const message of messages) this.#put(message);
  }

  #applyReady(): readonly LoggedChange[] {
    const applied: LoggedChange[] = [];
    if (this.cursor === undefined) return applied;
    for (let next = this.#early.get(this.cursor + 1); next; next = this.#early.get(this.cursor + 1)) {
      this.cursor = next.seq;
      this.#early.delete(next.seq);
      this.#apply(next);
      applied.push(next);
    }
    return applied;
  }

  #apply(change: LoggedChange): void {
    if (!isChange(change)) return;
    const { message_id: id } = change;
    const message = this.#messages.get(id);
    if (change.type === 'chat_message') this.#put(change.message);
    else if (!message) {
      if (id < this.oldestId) this.#olderChanges?.push(change);
    } else {
      const changed = applyChange(message, change);
      if (changed) this.#set(changed);
      else this.#remove(id);
    }
  }

  #put(message: Message): void {
    const { message_id: id } = message;
    if (id < this.oldestId) {
      this.#olderChanges?.push({ type: 'chat_message', message_id: id, message, seq: 0 });
      return;
    }
    if (message.deleted) {
      this.#remove(id);
      return;
    }
    this.#set({ ...message, status: higher(message.status, this.#messages.get(id)?.status) });
  }

  #set(message: Message): Message {
    const { message_id: id } = message;
    const before = this.#snapshot;
    this.#messages.set(id, message);
    // A new message of another user changes no earlier message, so the work does not grow with the loaded messages.
    const isNext = before && !this.#isOwn(message) && id > (before.at(-1)?.message_id ?? 0);
    this.#snapshot = isNext ? [...before, message] : undefined;
    return message;
  }

  #remove(id: number): void {
    this.#messages.delete(id);
    this.#snapshot = undefined;
  }
}
