import { type Poster, TransientError } from '../functions/delivery/poster.ts';

export const wait = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms));

export interface GatewayModel {
  /** The account's limit in requests per second, or Infinity. */
  readonly rate: number;
  /** The number of requests that the account may send at once. */
  readonly burst: number;
  /** The median duration of a post, in milliseconds. */
  readonly medianMs: number;
  /**
   * The standard deviation of the logarithm of a post's duration. With 0.5, one post in 100 takes 3 times the median.
   */
  readonly spread: number;
}

/** Duration of a throttled request in milliseconds, which is only the time on the network. */
const THROTTLED_MS = 4;

/** Returns a normally distributed random number (Box-Muller transform). */
const randomNormal = (): number =>
  Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

/** A model of API Gateway: a token bucket that limits the account, and posts of random duration. */
export class ModelledGateway {
  readonly #model: GatewayModel;
  #tokens: number;
  #filledAt = Date.now();
  /** When a `fanout` function sent its first post. */
  firstPostAt = Number.POSITIVE_INFINITY;
  lastAcceptedAt = 0;
  lastDeliveredAt = 0;
  delivered = 0;
  throttled = 0;

  constructor(model: GatewayModel) {
    this.#model = model;
    this.#tokens = model.burst;
  }

  /** Takes a token for a request. Returns false if there is none, which means that the request is throttled. */
  takeToken(): boolean {
    const now = Date.now();
    const { rate, burst } = this.#model;
    if (rate !== Number.POSITIVE_INFINITY) {
      this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) * rate) / 1000);
      this.#filledAt = now;
      if (this.#tokens < 1) return false;
      this.#tokens--;
    }
    return true;
  }

  /** Returns the poster of one function, whose posts share its CPU. @param cpuMs CPU time of a post */
  createPoster(cpuMs: number, isFanOut: boolean): Poster {
    let busyUntil = 0;
    const useCpu = async () => {
      busyUntil = Math.max(busyUntil, Date.now()) + cpuMs;
      await wait(busyUntil - Date.now());
    };
    return {
      post: async () => {
        if (isFanOut) this.firstPostAt = Math.min(this.firstPostAt, Date.now());
        await useCpu();
        if (!this.takeToken()) {
          this.throttled++;
          await wait(THROTTLED_MS);
          throw new TransientError('throttled', { throttled: true });
        }
        const { medianMs, spread } = this.#model;
        this.lastAcceptedAt = Math.max(this.lastAcceptedAt, Date.now());
        await wait(medianMs * Math.exp(spread * randomNormal()));
        this.delivered++;
        this.lastDeliveredAt = Math.max(this.lastDeliveredAt, Date.now());
        return 'delivered';
      },
      isOpen: async () => {
        await wait(THROTTLED_MS);
        if (!this.takeToken()) throw new TransientError('throttled', { throttled: true });
        return true;
      },
      close: async () => true,
    };
  }
}
