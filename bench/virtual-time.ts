import { createRandom } from '../test/torture/random.ts';

const promisesSettled = () => new Promise<void>((resume) => setImmediate(resume));

/**
 * Runs a function in virtual time. The clock stops while code runs, and then jumps to the next timer. `Date.now`,
 * `setTimeout` and `Math.random` are replaced meanwhile, so the result depends only on the seed. The function must not
 * wait for input or output.
 * @throws Error if the function waits and no timer is set
 */
export async function inVirtualTime<T>(seed: number, run: () => Promise<T>): Promise<T> {
  const { setTimeout: realTimeout } = globalThis;
  const { now: realNow } = Date;
  const { random: realRandom } = Math;
  /** Sorted by `due`. Timers that are due at the same time run in the order in which they were set. */
  const timers: { readonly due: number; readonly run: () => void }[] = [];
  let now = Date.UTC(2030, 0, 1);
  const virtualTimeout = (run: () => void, ms = 0) => {
    const due = now + Math.max(0, ms);
    let index = 0;
    for (let end = timers.length; index < end; ) {
      const middle = (index + end) >> 1;
      if ((timers[middle]?.due ?? 0) > due) end = middle;
      else index = middle + 1;
    }
    timers.splice(index, 0, { due, run });
  };
  Object.assign(globalThis, { setTimeout: virtualTimeout });
  Date.now = () => now;
  Math.random = createRandom(seed).next;
  try {
    let ended = false;
    const running = run().finally(() => {
      ended = true;
    });
    running.catch(() => undefined);
    for (await promisesSettled(); !ended; await promisesSettled()) {
      const next = timers.shift();
      if (!next)
        throw new Error(
          'Virtual time stopped: the run waits, but no timer is set. Replace input and output by timers.',
        );
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
