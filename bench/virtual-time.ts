interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

const before = (one: Timer, other: Timer): boolean =>
  one.due < other.due || (one.due === other.due && one.order < other.order);

/** Timers by the time at which they are due; of equal ones the one that was set first. */
class Timers {
  readonly #heap: Timer[] = [];

  push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(timer, heap[parent] as Timer)) break;
      heap[at] = heap[parent] as Timer;
      at = parent;
    }
    heap[at] = timer;
  }

  pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const next = child + 1;
      if (next < heap.length && before(heap[next] as Timer, heap[child] as Timer)) child = next;
      if (!before(heap[child] as Timer, last)) break;
      heap[at] = heap[child] as Timer;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

/** A 32-bit generator (mulberry32): the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const settled = () => new Promise<void>((resume) => setImmediate(resume));

/**
 * Runs something by a clock of its own, which stands still while code runs and leaps to the next timer: `Date.now`,
 * `setTimeout` and `Math.random` are its own meanwhile. So a result depends on nothing but the seed. It waits for no
 * input or output.
 */
export async function inVirtualTime<T>(seed: number, run: () => Promise<T>): Promise<T> {
  const { setTimeout: realTimeout } = globalThis;
  const { now: realNow } = Date;
  const { random: realRandom } = Math;
  const timers = new Timers();
  let now = Date.UTC(2030, 0, 1);
  let order = 0;
  const virtualTimeout = (resume: () => void, ms = 0) =>
    timers.push({ due: now + Math.max(0, ms), order: order++, run: resume });
  Object.assign(globalThis, { setTimeout: virtualTimeout });
  Date.now = () => now;
  Math.random = randomFrom(seed);
  try {
    let ended = false;
    const running = run().finally(() => {
      ended = true;
    });
    running.catch(() => undefined);
    for (await settled(); !ended; await settled()) {
      const next = timers.pop();
      if (!next) throw new Error('Run stands still: it waits for something that is no timer; model that too');
      now = next.due;
      next.run();
    }
    return await running;
  } finally {
    Object.assign(globalThis, { setTimeout: realTimeout });
    Date.now = realNow;
    Math.random = realRandom;
  }
}
