import type { ChatClientError } from './errors.ts';
import type { Link } from './link.ts';
import { RoomLog } from './log.ts';
import { RequestQueue } from './request-queue.ts';
import type { Change, ClientFrame, Frame, FrameOf } from './wire.ts';

/** A swapped frame is soon there by itself; clients that missed the same one do not all ask at once. */
const GAP_MS = 200;
const GAP_JITTER_MS = 400;

interface RoomSyncOptions {
  readonly room: string;
  readonly link: Link;
  /** Changes were applied by a page of what was missed, or the copy was loaded anew. */
  onPage(applied: readonly Change[], page?: FrameOf<'sync'>): void;
  /** Nothing is missing. */
  onLive(): void;
  onRefused(error: ChatClientError): void;
}

/** How an ask is treated when nobody answers. */
interface Manner {
  readonly fleeting?: boolean;
  readonly once?: boolean;
  readonly first?: boolean;
  readonly sound?: boolean;
}

/** Keeps a room's copy of its log complete: joins, asks for what was missed, fills gaps. */
export class RoomSync {
  readonly log = new RoomLog();
  readonly #parts: RoomSyncOptions;
  readonly #asks: RequestQueue;
  #live = false;
  #filling = false;
  #gap: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: RoomSyncOptions) {
    this.#parts = parts;
    this.#asks = new RequestQueue(
      ({ frame }) => parts.link.send(frame),
      () => parts.link.doubt(),
    );
  }

  get live(): boolean {
    return this.#live;
  }

  /** The socket is open: joins the room and catches up. */
  up(): void {
    void this.#open();
  }

  down(): void {
    this.#live = false;
    clearTimeout(this.#gap);
    this.#gap = undefined;
    this.#asks.down();
  }

  end(error: ChatClientError): void {
    this.down();
    this.#asks.end(error);
  }

  fault(): void {
    this.#asks.fault();
  }

  refuse(error: FrameOf<'error'>): boolean {
    return this.#asks.refuse(error);
  }

  /** Whether the frame answers something that was asked. */
  answer(frame: Frame): boolean {
    return this.#asks.answer(frame);
  }

  take(change: Change): readonly Change[] {
    const applied = this.log.take(change);
    this.#watch();
    return applied;
  }

  hear(seq: number): void {
    this.log.hear(seq);
    this.#watch();
  }

  /** @throws ChatClientError with the code of the refusal */
  ask<F extends Frame>(
    frame: ClientFrame,
    answers: (frame: Frame) => frame is F,
    manner: Manner = {},
  ): Promise<F> {
    return new Promise((resolve, reject) => {
      const settled = { resolve: (answer: Frame) => resolve(answer as F), reject };
      this.#asks.add({ frame, answeredBy: answers, ...settled, ...manner }, manner.first);
    });
  }

  #own<F extends Frame>(frame: ClientFrame, answers: (frame: Frame) => frame is F): Promise<F> {
    return this.ask(frame, answers, { first: true, fleeting: true, sound: true });
  }

  async #open(): Promise<void> {
    const { room: room_id, onLive } = this.#parts;
    try {
      // Frames of one socket may be served in any order, so what is asked next waits for this answer.
      const joined = await this.#own({ action: 'join', room_id }, (frame) => frame.type === 'joined');
      this.log.hear(joined.seq);
      if (this.log.mark === undefined) await this.#start();
      await this.#catchUp();
      this.#live = true;
      onLive();
      this.#watch();
    } catch (error) {
      this.#failed(error as ChatClientError);
    }
  }

  async #start(mark?: number): Promise<void> {
    const asked: ClientFrame = { action: 'history', room_id: this.#parts.room };
    const newest = await this.#own(asked, (frame) => frame.type === 'history');
    this.log.start(newest, mark);
    this.#parts.onPage([]);
  }

  async #catchUp(): Promise<void> {
    for (let more = true; more; ) {
      const since = this.log.mark ?? 0;
      const isPage = (frame: Frame) => frame.type === 'sync' && frame.since === since;
      const page = await this.#own(
        { action: 'sync', room_id: this.#parts.room, since },
        isPage as (frame: Frame) => frame is FrameOf<'sync'>,
      );
      const applied = this.log.page(page);
      more = page.has_more || !applied;
      if (applied) this.#parts.onPage(applied, page);
      else await this.#start(page.seq);
    }
  }

  #watch(): void {
    if (!this.#live || this.#filling || this.#gap !== undefined || !this.log.gap) return;
    this.#gap = setTimeout(
      () => {
        this.#gap = undefined;
        if (this.log.gap) void this.#fill();
      },
      GAP_MS + Math.random() * GAP_JITTER_MS,
    );
  }

  async #fill(): Promise<void> {
    this.#filling = true;
    try {
      await this.#catchUp();
    } catch (error) {
      this.#failed(error as ChatClientError);
    } finally {
      this.#filling = false;
    }
    this.#watch();
  }

  /** A socket that went took the asks with it, and the next one begins anew. */
  #failed(error: ChatClientError): void {
    if (error.code !== 'UNREACHABLE' && error.code !== 'CLOSED') this.#parts.onRefused(error);
  }
}
