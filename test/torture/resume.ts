import { RoomCopy } from './copy.ts';
import { changeTypes, type Frame, type WireMessage } from './frames.ts';

/** A frame that came too early may be overtaken by the one before it for this long, in milliseconds. */
const PATIENCE_MS = 300;
/** An answer that did not come in this time is asked for again, and waited for longer. */
const ANSWER_MS = 2_000;
const LONGEST_ANSWER_MS = 30_000;

type Ask = (frame: object) => void;

interface LoadingHistory {
  readonly seq: number;
  readonly messages: WireMessage[];
}

/** Keeps a copy of a room whole, as docs/protocol.md tells a client to. */
export class Resume {
  readonly copy = new RoomCopy();
  readonly #ask: Ask;
  /** When the copy was first known to lack something; undefined where it is not. */
  #lackingSince: number | undefined;
  #askedAt: number | undefined;
  #answerMs = ANSWER_MS;
  #highest = 0;
  #pingedAt: number | undefined;
  #knownAt = 0;
  #loading: LoadingHistory | undefined;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Whether nothing that this client heard of is missing. */
  get isWhole(): boolean {
    return !this.copy.hasGap && this.copy.mark >= this.#highest && this.#loading === undefined;
  }

  /** When it was last asked how far the room is, of what was answered; milliseconds since the epoch. */
  get knownAt(): number {
    return this.#knownAt;
  }

  /** The socket is another: what was asked before will not be answered. `answered` says that `sync` comes unasked. */
  restart(now: number, answered: boolean): void {
    this.#askedAt = answered ? now : undefined;
    this.#loading = undefined;
    this.#pingedAt = undefined;
    this.#lackingSince = now - (answered ? 0 : PATIENCE_MS);
  }

  take(frame: Frame, now: number): void {
    const { type = '' } = frame;
    if (changeTypes.includes(type)) this.copy.take(frame);
    else if (type === 'sync') this.#takeSync(frame);
    else if (type === 'history') this.#takeHistory(frame, now);
    if (type === 'pong') {
      this.#knownAt = this.#pingedAt ?? this.#knownAt;
      this.#pingedAt = undefined;
    }
    if (type === 'pong' || type === 'joined') this.#highest = Math.max(this.#highest, frame.seq ?? 0);
    if (this.isWhole && this.#askedAt === undefined) this.#lackingSince = undefined;
    else this.#lackingSince ??= now;
  }

  /** Asks how far the room is, unless that was asked a short while ago and is not answered yet. */
  ping(now: number): void {
    if (this.#pingedAt !== undefined && now - this.#pingedAt < LONGEST_ANSWER_MS) return;
    this.#pingedAt = now;
    this.#ask({ action: 'ping' });
  }

  /** Asks for what is missing, where it has been missing for a while. */
  tick(now: number): void {
    if (this.#askedAt !== undefined && now - this.#askedAt > this.#answerMs) {
      this.#answerMs = Math.min(2 * this.#answerMs, LONGEST_ANSWER_MS);
      this.#askedAt = undefined;
      this.#loading = undefined;
    }
    const patient = this.#lackingSince !== undefined && now - this.#lackingSince < PATIENCE_MS;
    if (this.#askedAt === undefined && this.#lackingSince !== undefined && !patient) this.#sync(now);
  }

  #sync(now: number): void {
    this.#askedAt = now;
    this.#ask({ action: 'sync', since: this.copy.mark });
  }

  #takeSync(frame: Frame): void {
    const fits = (frame.since ?? 0) <= this.copy.mark;
    if (!fits || this.#loading !== undefined) return;
    if (frame.complete === false) {
      this.#loading = { seq: frame.seq ?? 0, messages: [] };
      this.#ask({ action: 'history' });
      return;
    }
    this.copy.takeSync(frame);
    this.#answerMs = ANSWER_MS;
    this.#askedAt = undefined;
    if (frame.has_more) this.#sync(Date.now());
  }

  #takeHistory({ messages = [], has_more: more }: Frame, now: number): void {
    const loading = this.#loading;
    if (loading === undefined) return;
    loading.messages.push(...messages);
    const last = messages.at(-1);
    this.#askedAt = now;
    if (more && last) {
      this.#ask({ action: 'history', before: last.message_id });
      return;
    }
    this.copy.replace(loading.messages, loading.seq);
    this.#loading = undefined;
    this.#askedAt = undefined;
  }
}
