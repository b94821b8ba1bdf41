const TICK_MS = 60_000;
/** A tick that is so late tells that the machine slept; browsers slow the timers of hidden pages to one a minute. */
const SLEPT_MS = 150_000;
/** Below the idle limits: API Gateway and CloudFront close a socket after ten quiet minutes. */
const QUIET_MS = 4 * 60_000;
const ANSWER_MS = 5_000;

/** Keeps a socket from being idle, and finds out when it is dead without having been closed. */
export class Heartbeat {
  #tick: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  readonly #ping: () => void;
  readonly #onDead: () => void;

  /**
   * @param ping asks for an answer
   * @param onDead is told that none came
   */
  constructor(ping: () => void, onDead: () => void) {
    this.#ping = ping;
    this.#onDead = onDead;
  }

  start(): void {
    this.stop();
    let last = Date.now();
    let pinged = last;
    this.#tick = setInterval(() => {
      const now = Date.now();
      if (now - last > SLEPT_MS || now - pinged >= QUIET_MS) {
        pinged = now;
        this.check();
      }
      last = now;
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#tick);
    this.heard();
  }

  /** Something came: the socket lives. */
  heard(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  /** Asks now, as after sleep or a change of the network. */
  check(): void {
    if (this.#deadline !== undefined) return;
    this.#deadline = setTimeout(() => {
      this.#deadline = undefined;
      this.#onDead();
    }, ANSWER_MS);
    this.#ping();
  }
}
