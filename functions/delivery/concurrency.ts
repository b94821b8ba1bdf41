/** Maximum number of concurrent calls to a table. The SDK opens 50 sockets, so more calls would only queue for one. */
const CONCURRENT_CALLS = 25;

/** Maps items with a limited number of concurrent calls. Results keep the order of the items. */
export async function mapLimited<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const remaining = items.entries();
  const work = async () => {
    for (const [index, item] of remaining) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_CALLS, items.length) }, work));
  return results;
}

/**
 * Waits until all promises have settled, so that no work stays in progress. Then throws the first rejection, if any.
 */
export async function settleAll<T extends readonly unknown[] | []>(promises: T) {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
