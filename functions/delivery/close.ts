import type { Poster } from './poster.ts';
import { retryTransient } from './retry.ts';

/** Milliseconds for which a close is tried again. */
export const CLOSE_BUDGET_MS = 1_000;

/**
 * Closes a connection, trying again while the gateway is too busy.
 * @returns whether it is closed now
 * @throws what no retry mends, such as a missing grant
 */
export async function close(connection: string, poster: Pick<Poster, 'close'>): Promise<boolean> {
  const closing = async () => {
    await poster.close(connection);
    return true;
  };
  return (await retryTransient(closing, CLOSE_BUDGET_MS)) ?? false;
}
