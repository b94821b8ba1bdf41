import { type ChatClientError, isDisconnect } from './errors.ts';
import { RoomLog } from './log.ts';
import { type RequestKind, RequestQueue } from './request-queue.ts';
import type { RoomCore } from './room-core.ts';
import { type ClientFrame, type Frame, type FrameOf, isAuthor, type LoggedChange } from './wire.ts';

/** How long to wait for a missing frame, which may only be late. The jitter spreads the requests of many clients. */
const GAP_MS = 200;
const GAP_JITTER_MS = 400;

/** Keeps the copy of a room's log complete: joins the room, loads missed changes and fills gaps. */
export class RoomSync {
  readonly log: RoomLog;
  readonly queue: RequestQueue;
  /** Whether the room has caught up. */
  isLive = false;
  /** When a sequence number of the room last arrived, in milliseconds since the epoch. */
  heardAt = 0;
  readonly #room: RoomCore;
  #isFilling = false;
  /** How many calls of `reload` there were, and how many of them are done. */
  #reloads = 0;
  #reloaded = 0;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: RoomCore) {
    this.#room = room;
    const { connection, tokens } = room.context;
    this.log = new RoomLog((message) => isAuthor(message, tokens.user));
    const onTimeout = () => connection.check();
    this.queue = new RequestQueue({ send: (frame) => connection.send(frame), onTimeout });
  }

  /** Joins the room over an open socket and catches up. */
  async start(): Promise<void> {
    const { id: room_id } = this.#room;
    await this.#orRefused(async () => {
      // The server may handle the frames of one socket in any order, so the next request waits for this answer.
      const joined = await this.request({ action: 'join', room_id }, 'joined', undefined, 'load');
      this.heardAt = Date.now();
      this.log.announce(joined.seq);
      if (this.log.cursor === undefined) await this.#loadNewest();
      await this.#catchUp();
      while (this.#reloaded < this.#reloads) await this.#loadAgain();
      this.isLive = true;
      this.#room.onLive();
      this.#fillGapLater();
    });
  }

  /** Handles a closed socket. */
  stop(): void {
    this.isLive = false;
    clearTimeout(this.#gapTimer);
    this.#gapTimer = undefined;
    this.queue.disconnect();
  }

  /** Applies a change from a live frame. Returns the changes that are now applied, in order. */
  add(change: LoggedChange): readonly LoggedChange[] {
    // The answer to a change that changed nothing has the number 0.
    if (change.seq > 0) this.heardAt = Date.now();
    const applied = this.log.add(change);
    this.#fillGapLater();
    return applied;
  }

  /** Handles the room's last sequence number, as `pong` announces it. */
  announce(seq: number): void {
    this.log.announce(seq);
    this.#fillGapLater();
  }

  /** Loads the newest messages again, now or when the room has caught up. */
  async reload(): Promise<void> {
    this.#reloads++;
    if (this.isLive) await this.#fill(() => this.#loadAgain());
  }

  /**
   * Sends a frame and resolves to its answer, a frame of that `type` that `matches`.
   * @throws ChatClientError with the code of the refusal
   */
  request<Type extends Frame['type']>(
    frame: ClientFrame,
    type: Type,
    matches: (answer: FrameOf<Type>) => boolean = () => true,
    kind?: RequestKind,
  ): Promise<FrameOf<Type>> {
    const isAnswer = (answer: Frame) => answer.type === type && matches(answer as FrameOf<Type>);
    return new Promise<Frame>((resolve, reject) => {
      this.queue.add({ frame, kind, isAnswer, resolve, reject });
    }) as Promise<FrameOf<Type>>;
  }

  async #loadAgain(): Promise<void> {
    const reloads = this.#reloads;
    await this.#loadNewest(this.log.cursor);
    await this.#catchUp();
    this.#reloaded = reloads;
  }

  async #loadNewest(cursor?: number): Promise<void> {
    const request: ClientFrame = { action: 'history', room_id: this.#room.id };
    const newest = await this.request(request, 'history', undefined, 'load');
    this.log.reset(newest, cursor);
    this.#room.onPage([]);
  }

  async #catchUp(): Promise<void> {
    for (let more = true; more; ) {
      const since = this.log.cursor ?? 0;
      const request: ClientFrame = { action: 'sync', room_id: this.#room.id, since };
      const page = await this.request(request, 'sync', (answer) => answer.since === since, 'load');
      const applied = this.log.addPage(page);
      more = page.has_more || !applied;
      if (applied) this.#room.onPage(applied, page);
      else await this.#loadNewest(page.seq);
    }
  }

  #fillGapLater(): void {
    if (!this.isLive || this.#isFilling || this.#gapTimer !== undefined || !this.log.hasGap) return;
    this.#gapTimer = setTimeout(
      () => {
        this.#gapTimer = undefined;
        if (this.log.hasGap) void this.#fill(() => this.#catchUp());
      },
      GAP_MS + Math.random() * GAP_JITTER_MS,
    );
  }

  async #fill(load: () => Promise<void>): Promise<void> {
    this.#isFilling = true;
    await this.#orRefused(load);
    this.#isFilling = false;
    this.#fillGapLater();
  }

  /** Ignores a disconnect, because the room starts again over the next socket. */
  async #orRefused(load: () => Promise<void>): Promise<void> {
    try {
      await load();
    } catch (error) {
      if (!isDisconnect(error as ChatClientError)) this.#room.onRefused(error as ChatClientError);
    }
  }
}
