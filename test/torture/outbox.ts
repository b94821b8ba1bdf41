import { type Deed, type Deeds, frameOf } from './deeds.ts';
import { type Frame, messageOf } from './frames.ts';
import type { Random } from './random.ts';

interface Waiting {
  readonly deed: Deed;
  /** When it is to be sent, or sent again; milliseconds since the epoch. */
  due: number;
  tries: number;
}

/** What says nothing for so long is asked again; longer each time, since on a busy machine an answer takes a while. */
const PATIENCE_MS = [2_000, 4_000] as const;

const answerTypes = {
  send: 'chat_message',
  edit: 'message_edited',
  delete: 'message_deleted',
  react: 'message_reacted',
} as const;

export interface OutboxParts {
  readonly user: string;
  readonly home: string | undefined;
  readonly deeds: Deeds;
  readonly random: Random;
  /** The number that the server has tied a client id to, as the table says. */
  readonly claimOf: (deed: Deed) => Promise<number | undefined>;
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
    if (!this.#waiting.has(deed.clientId)) this.#waiting.set(deed.clientId, { deed, due: 0, tries: 0 });
  }

  /** Sends what is due. */
  tick(now: number, send: (frame: object) => void): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.due > now) continue;
      if (waiting.tries > 0) this.#parts.counted('repeats');
      waiting.tries += 1;
      waiting.due = now + this.#parts.random.between(...PATIENCE_MS) * Math.min(waiting.tries, 3);
      send(frameOf(waiting.deed, this.#parts.home));
    }
  }

  /** Something failed, and nobody says what: everything is asked for again soon. */
  hurry(now: number): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.tries > 0) waiting.due = Math.min(waiting.due, now + this.#parts.random.between(20, 200));
    }
  }

  takeError({ client_id: clientId = '', code = '', retry_after_ms: after }: Frame, now: number): void {
    const waiting = this.#waiting.get(clientId);
    if (!waiting) return;
    if (code === 'INTERNAL' || code === 'RATE_LIMITED') {
      waiting.due = now + (after ?? this.#parts.random.between(20, 200));
      return;
    }
    this.#parts.deeds.refused(waiting.deed, code);
    this.#waiting.delete(clientId);
  }

  /** Takes a change of a room: perhaps it is what was waited for. */
  async take(frame: Frame, room: string): Promise<void> {
    for (const { deed } of [...this.#waiting.values()]) {
      if (deed.room !== room || answerTypes[deed.kind] !== frame.type || frame.seq === undefined) continue;
      if (deed.kind === 'send' ? !saysIt(deed, frame) : !isOf(deed, frame, this.#parts.user)) continue;
      // A delete does not say whose it is, nor does an edit that a later one has overtaken: the table does.
      const certain = deed.kind === 'send' || (deed.kind === 'edit' && frame.text === deed.text);
      if (!certain && (await this.#parts.claimOf(deed)) !== frame.seq) continue;
      this.#parts.deeds.made(deed, frame.seq);
      this.#waiting.delete(deed.clientId);
    }
  }
}

const saysIt = (deed: Deed, frame: Frame): boolean => messageOf(frame)?.client_id === deed.clientId;

function isOf(deed: Deed, frame: Frame, user: string): boolean {
  if (deed.message !== frame.message_id) return false;
  if (deed.kind !== 'react') return true;
  return (
    String(frame.user_id) === user &&
    frame.emoji === deed.emoji &&
    (frame.removed ?? false) === (deed.remove ?? false)
  );
}
