import { type Deed, type Deeds, frameOf } from './deeds.ts';
import { type Frame, messageOf } from './frames.ts';
import type { Pace } from './pace.ts';
import type { Random } from './random.ts';

interface Waiting {
  readonly deed: Deed;
  /** When it is to be sent, or sent again; milliseconds since the epoch. */
  due: number;
  /** When it was sent first; 0 before that. */
  askedAt: number;
  tries: number;
}

/** Milliseconds, at most, until what surely failed is asked again. */
const SOON_MS = 200;

const answerTypes = {
  send: 'chat_message',
  edit: 'message_edited',
  delete: 'message_deleted',
  react: 'message_reacted',
} as const;

export interface OutboxParts {
  readonly home: string | undefined;
  readonly deeds: Deeds;
  readonly random: Random;
  readonly pace: Pace;
  readonly counted: (what: string) => void;
}

/** What one device has asked for and was not answered yet: it asks again until it is, over as many sockets as it takes. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #waiting = new Map<string, Waiting>();

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#waiting.size;
  }

  list(): readonly Deed[] {
    return [...this.#waiting.values()].map(({ deed }) => deed);
  }

  put(deed: Deed): void {
    if (!this.#waiting.has(deed.clientId))
      this.#waiting.set(deed.clientId, { deed, due: 0, askedAt: 0, tries: 0 });
  }

  /** Sends what is due. */
  tick(now: number, send: (frame: object) => void): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.due > now) continue;
      if (waiting.tries > 0) this.#parts.counted('repeats');
      waiting.tries += 1;
      waiting.askedAt ||= now;
      waiting.due = now + this.#parts.pace.patience(waiting.tries) * (0.75 + this.#parts.random.next() / 2);
      send(frameOf(waiting.deed, this.#parts.home));
    }
  }

  /** The socket is another: what was on its way over the one before may be lost. */
  restart(now: number): void {
    for (const waiting of this.#waiting.values()) waiting.due = this.#soon(now);
  }

  /** Something failed, and nobody says what: most likely what has waited longest. */
  hurry(now: number): void {
    const [oldest] = [...this.#waiting.values()]
      .filter(({ tries, due }) => tries > 0 && due > now + SOON_MS)
      .sort((one, other) => one.askedAt - other.askedAt);
    if (oldest) oldest.due = this.#soon(now);
  }

  #soon = (now: number): number => now + this.#parts.random.between(20, SOON_MS);

  takeError({ client_id: clientId = '', code = '', retry_after_ms: after }: Frame, now: number): void {
    const waiting = this.#waiting.get(clientId);
    if (!waiting) return;
    if (code === 'INTERNAL' || code === 'RATE_LIMITED') {
      waiting.due = after === undefined ? this.#soon(now) : now + after;
      return;
    }
    this.#parts.deeds.refused(waiting.deed, code);
    this.#waiting.delete(clientId);
  }

  /** Takes a change of a room: perhaps it is what was waited for, since its sender alone is told its client id. */
  take(frame: Frame, now: number): void {
    const clientId = frame.client_id ?? messageOf(frame)?.client_id ?? '';
    const waiting = this.#waiting.get(clientId);
    if (!waiting || answerTypes[waiting.deed.kind] !== frame.type || frame.seq === undefined) return;
    this.#parts.pace.observe(now - waiting.askedAt);
    this.#parts.deeds.made(waiting.deed, frame.seq);
    this.#waiting.delete(clientId);
  }
}
