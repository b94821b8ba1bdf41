/** Calls to a table that are under way at once; more would only wait for one of the SDK's 50 sockets. */
const WIDTH = 25;

/** Does something with each item, with a few of them at a time. The results are in the items' order. */
export async function mapLimited<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const work = async () => {
    for (const [index, item] of left) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, items.length) }, work));
  return results;
}
