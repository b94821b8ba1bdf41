import { type Poster, TransientError } from '../functions/delivery/poster.ts';

export const wait = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms));

export interface GatewayModel {
  /** Requests a second of the account, and how many may come at once. Infinity for none. */
  readonly rate: number;
  readonly burst: number;
  /** Of a post, in milliseconds: half of them are faster. */
  readonly medianMs: number;
  /** Of the logarithm of a post's time: 0.5 makes one in a hundred three times as long as the median. */
  readonly spread: number;
}

/** A refusal costs no more than the way there and back, in milliseconds. */
const REFUSED_MS = 4;

/** Normally distributed, by Box and Muller. */
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

/** API Gateway as a fan-out meets it: a token bucket of the account, and posts that take their time. */
export class ModelledGateway {
  readonly #model: GatewayModel;
  #tokens: number;
  #filledAt = Date.now();
  /** When a fan-out asked for its first post, and the last was let in; how many were and were not. */
  firstAt = Number.POSITIVE_INFINITY;
  lastAt = 0;
  deliveredAt = 0;
  taken = 0;
  refused = 0;

  constructor(model: GatewayModel) {
    this.#model = model;
    this.#tokens = model.burst;
  }

  /** Takes a request, if there is a token for it. */
  admit(): boolean {
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

  /** The way to it from one function, whose posts share its part of a CPU. @param counts whether it is a fan-out */
  posterOf(cpuMs: number, counts: boolean): Poster {
    let busyUntil = 0;
    const compute = async () => {
      busyUntil = Math.max(busyUntil, Date.now()) + cpuMs;
      await wait(busyUntil - Date.now());
    };
    return {
      post: async () => {
        if (counts) this.firstAt = Math.min(this.firstAt, Date.now());
        await compute();
        if (!this.admit()) {
          this.refused++;
          await wait(REFUSED_MS);
          throw new TransientError('too fast', { throttled: true });
        }
        const { medianMs, spread } = this.#model;
        this.lastAt = Math.max(this.lastAt, Date.now());
        await wait(medianMs * Math.exp(spread * normal()));
        this.taken++;
        this.deliveredAt = Math.max(this.deliveredAt, Date.now());
        return 'delivered';
      },
      isOpen: async () => {
        await wait(REFUSED_MS);
        if (!this.admit()) throw new TransientError('too fast', { throttled: true });
        return true;
      },
      close: async () => true,
    };
  }
}
