import type { Change, FrameOf, Message, Status } from './wire.ts';

const climb: readonly Status[] = ['send', 'delivered', 'read'];

const higher = (a: Status, b: Status | undefined): Status =>
  b && climb.indexOf(b) > climb.indexOf(a) ? b : a;

const reacted = (message: Message, { emoji, user_id, removed }: FrameOf<'message_reacted'>): Message => {
  const { [emoji]: before = [], ...others } = message.reactions ?? {};
  const users = before.filter((user) => user !== user_id);
  if (!removed) users.push(user_id);
  return { ...message, reactions: users.length > 0 ? { ...others, [emoji]: users } : others };
};

type PageEvent = FrameOf<'sync'>['events'][number];

/** A change of a page as the frame that would have told it; undefined where its message is gone by now. */
function asTold(event: PageEvent, message: Message | undefined): Change | undefined {
  const { message_id, seq } = event;
  if (event.type === 'message_deleted') return { type: event.type, message_id, seq };
  if (!message) return undefined;
  if (event.type === 'chat_message') return { type: event.type, message_id, message, seq };
  if (event.type === 'message_edited') return { type: event.type, message_id, text: message.text, seq };
  const { user_id = '', emoji = '', removed } = event;
  return { type: event.type, message_id, user_id, emoji, ...(removed && { removed }), seq };
}

/**
 * One room's copy of its log: puts changes in their order, holds back early ones, drops repeats. Does no I/O; what it
 * misses, its room asks for.
 */
export class RoomLog {
  /** Every change up to this number is in; undefined until the first page came. */
  mark: number | undefined;
  /** Whether there are messages older than those that are here. */
  hasMore = false;
  /** Every message from this id on is here, as far as `mark`. */
  #floor = 0;
  #snapshot: readonly Message[] | undefined;
  #heard = 0;
  readonly #messages = new Map<number, Message>();
  readonly #held = new Map<number, Change>();
  /** Statuses that came before their message. */
  readonly #early = new Map<number, Status>();
  /** Changes of messages below the floor while older ones are being loaded: the page may be from before them. */
  #below: Change[] | undefined;

  /** In order, without deleted ones; another array after each change, and never one that changes. */
  get messages(): readonly Message[] {
    this.#snapshot ??= [...this.#messages.values()].sort((a, b) => a.message_id - b.message_id);
    return this.#snapshot;
  }

  /** Whether a number below one that came, or was told of, is missing. */
  get gap(): boolean {
    return this.mark !== undefined && (this.#held.size > 0 || this.#heard > this.mark);
  }

  /** The lowest id from which on nothing is missing. */
  get floor(): number {
    return this.#floor;
  }

  /** The room's log reaches this number, as a `pong` or a `joined` tells. */
  hear(seq: number): void {
    this.#heard = Math.max(this.#heard, seq);
  }

  /** Takes a change that came by itself; gives those that could be applied now, in their order. */
  take(change: Change): readonly Change[] {
    if (this.mark !== undefined && change.seq <= this.mark) return [];
    this.#held.set(change.seq, change);
    return this.#release();
  }

  /** Takes the answer to a `sync`; undefined where too much was missed and the history must be loaded again. */
  page({ events, seq, complete, has_more }: FrameOf<'sync'>): readonly Change[] | undefined {
    const mark = this.mark ?? 0;
    // What a page tells is as old as the page: it must not undo what came by itself meanwhile.
    if (complete && seq < mark) return [];
    if (!complete || (events[0] && !events[0].message)) return undefined;
    const applied: Change[] = [];
    for (const event of events) {
      if (event.message) this.#put(event.message);
      const told = asTold(event, this.#messages.get(event.message_id));
      if (told && event.seq > mark) applied.push(told);
    }
    // A number that was told of and is above the last page was used up by a refusal.
    if (!has_more) this.#heard = 0;
    return [...applied, ...this.#moveTo(seq)];
  }

  /** Starts from the newest messages. What stands under numbers above `mark` is to be asked for by `sync`. */
  start({ messages, has_more }: FrameOf<'history'>, mark?: number): void {
    this.#messages.clear();
    this.#snapshot = undefined;
    this.#below = undefined;
    this.#floor = 0;
    this.hasMore = has_more;
    for (const message of messages) this.#put(message);
    this.#floor = has_more ? (messages.at(-1)?.message_id ?? 0) : 0;
    this.mark = mark ?? Math.max(this.#floor - 1, 0);
  }

  /** Call it before older messages are asked for. */
  expectOlder(): void {
    this.#below ??= [];
  }

  /** Takes a page of messages that are older than the floor. */
  older({ messages, has_more }: FrameOf<'history'>): void {
    this.#floor = has_more ? (messages.at(-1)?.message_id ?? this.#floor) : 0;
    this.hasMore = has_more;
    for (const message of messages) this.#put(message);
    const missed = this.#below ?? [];
    this.#below = undefined;
    for (const change of missed) this.#apply(change);
  }

  /** A status never goes down. Gives the message where its status changed. */
  climb(id: number, status: Status): Message | undefined {
    const message = this.#messages.get(id);
    if (!message) {
      if (id > (this.mark ?? 0) || this.#below) this.#early.set(id, higher(status, this.#early.get(id)));
      return undefined;
    }
    const next = higher(message.status, status);
    return next === message.status ? undefined : this.#set({ ...message, status: next });
  }

  #moveTo(seq: number): readonly Change[] {
    this.mark = seq;
    for (const held of [...this.#held.keys()]) if (held <= seq) this.#held.delete(held);
    return this.#release();
  }

  #release(): readonly Change[] {
    const applied: Change[] = [];
    if (this.mark === undefined) return applied;
    for (let next = this.#held.get(this.mark + 1); next; next = this.#held.get(this.mark + 1)) {
      this.mark = next.seq;
      this.#held.delete(next.seq);
      this.#apply(next);
      applied.push(next);
    }
    return applied;
  }

  #apply(change: Change): void {
    const { message_id: id } = change;
    if (change.type === 'chat_message') {
      this.#put(change.message);
      return;
    }
    const message = this.#messages.get(id);
    if (!message) {
      if (id < this.#floor) this.#below?.push(change);
      return;
    }
    if (change.type === 'message_deleted') this.#remove(id);
    else if (change.type === 'message_reacted') this.#set(reacted(message, change));
    else this.#set({ ...message, text: change.text, edited: true });
  }

  #put(message: Message): void {
    const { message_id: id } = message;
    if (id < this.#floor) {
      this.#below?.push({ type: 'chat_message', message_id: id, message, seq: 0 });
      return;
    }
    if (message.deleted) {
      this.#remove(id);
      return;
    }
    const status = higher(higher(message.status, this.#messages.get(id)?.status), this.#early.get(id));
    this.#early.delete(id);
    this.#set({ ...message, status });
  }

  #set(message: Message): Message {
    this.#messages.set(message.message_id, message);
    this.#snapshot = undefined;
    return message;
  }

  #remove(id: number): void {
    this.#messages.delete(id);
    this.#snapshot = undefined;
  }
}
