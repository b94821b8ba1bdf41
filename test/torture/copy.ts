import { type Frame, messageOf, type WireMessage } from './frames.ts';

/** A message as a client shows it. */
export interface Shown {
  readonly text: string;
  readonly deleted: boolean;
  /** `<emoji> <user>`, sorted. */
  readonly reactions: readonly string[];
}

const shownOf = ({ text, deleted, reactions = {} }: WireMessage): Shown => ({
  text,
  deleted: deleted === true,
  reactions: Object.entries(reactions)
    .flatMap(([emoji, users]) => users.map((user) => `${emoji} ${user}`))
    .sort(),
});

export const tombstone: Shown = { text: '', deleted: true, reactions: [] };

/**
 * What one client knows of one room: its messages, and the number up to which it has every change. Frames that come
 * before their turn are held back.
 */
export class RoomCopy {
  #mark = 0;
  #messages = new Map<number, Shown>();
  readonly #held = new Map<number, Frame>();

  get mark(): number {
    return this.#mark;
  }

  get messages(): ReadonlyMap<number, Shown> {
    return this.#messages;
  }

  /** Whether a frame waits for one before it. */
  get hasGap(): boolean {
    return this.#held.size > 0;
  }

  /** Takes a change as it came from the room. */
  take(frame: Frame): void {
    if (frame.seq === undefined || frame.seq <= this.#mark) return;
    this.#held.set(frame.seq, frame);
    this.#catchUp();
  }

  /**
   * Takes an answer to `sync`. One that begins after the mark says nothing of what is between. One that ends before it
   * was overtaken on its way: its messages are older than what is here.
   */
  takeSync({ since = 0, events = [], seq = 0 }: Frame): void {
    if (since > this.#mark || seq <= this.#mark) return;
    for (const event of events) {
      const message = messageOf(event);
      if (message) this.#messages.set(message.message_id, shownOf(message));
    }
    this.#mark = seq;
    this.#catchUp();
  }

  /** Takes a whole history in place of all there was. */
  replace(messages: readonly WireMessage[], seq: number): void {
    this.#messages = new Map(messages.map((message) => [message.message_id, shownOf(message)]));
    this.#mark = Math.max(this.#mark, seq);
    this.#catchUp();
  }

  #catchUp(): void {
    for (const seq of this.#held.keys()) if (seq <= this.#mark) this.#held.delete(seq);
    for (let next = this.#held.get(this.#mark + 1); next; next = this.#held.get(this.#mark + 1)) {
      this.#held.delete(this.#mark + 1);
      this.#mark += 1;
      this.#apply(next);
    }
  }

  #apply(frame: Frame): void {
    const id = frame.message_id ?? 0;
    const before = this.#messages.get(id);
    const message = messageOf(frame);
    if (frame.type === 'chat_message') {
      if (message && !before) this.#messages.set(id, shownOf(message));
    } else if (frame.type === 'message_deleted') {
      this.#messages.set(id, tombstone);
    } else if (before && !before.deleted) {
      if (frame.type === 'message_edited') this.#messages.set(id, { ...before, text: frame.text ?? '' });
      else this.#messages.set(id, { ...before, reactions: reacted(before.reactions, frame) });
    }
  }
}

function reacted(reactions: readonly string[], { emoji, user_id: user, removed }: Frame): readonly string[] {
  const own = `${emoji} ${user}`;
  const others = reactions.filter((each) => each !== own);
  return removed ? others : [...others, own].sort();
}
