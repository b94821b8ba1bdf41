import type { DeliveryStats } from './context.ts';
import type { Delivery } from './deliver.ts';

/** A delivery in numbers. */
export const statsOf = ({ taken, gone, failed, full, ms }: Delivery): DeliveryStats => ({
  taken: taken.length,
  gone: gone.length,
  failed: failed.length + full.length,
  closed: full.length,
  ms,
});
