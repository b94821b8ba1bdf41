/**
 * Waits for everybody's turn before it tells of a fault: one that cannot be served keeps no other from it.
 * @throws what the first that failed threw
 */
export async function settleAll<T extends readonly unknown[] | []>(turns: T) {
  await Promise.allSettled(turns);
  return Promise.all(turns);
}
