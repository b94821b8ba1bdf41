import type { Delivery } from './deliver.ts';
import type { Tally } from './context.ts';

/** A delivery in numbers. */
export const tallyOf = ({ taken, gone, failed, full, ms }: Delivery): Tally => ({
  taken: taken.length,
  gone: gone.length,
  failed: failed.length + full.length,
  closed: full.length,
  ms,
});
