import type { Poster } from './poster.ts';
import { retryTransient } from './retry.ts';

/** Milliseconds for which a lookup is tried again. */
const LOOKUP_BUDGET_MS = 1_000;

/**
 * Whether a connection is open, as far as the gateway tells: one that it does not answer for in that time may be.
 * @throws what no retry mends, such as a missing grant
 */
export const isOpen = async (connection: string, poster: Pick<Poster, 'isOpen'>): Promise<boolean> =>
  (await retryTransient(() => poster.isOpen(connection), LOOKUP_BUDGET_MS)) ?? true;
