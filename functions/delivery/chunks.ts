import type { Connection } from '../domain/connection.ts';
import type { Status } from '../domain/message.ts';
import type { FanOutBatch } from './context.ts';

/** Up to this many connections one function posts to by itself, and as many are in a chunk. */
export const DIRECT_POSTS = 250;

/**
 * Bytes of JSON in a chunk. Lambda takes 1 MB (AWS: Lambda quotas, asynchronous invocation); what failed for good goes
 * on to a queue, with as much around it, whose messages have the same limit.
 */
export const MAX_CHUNK_BYTES = 800_000;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Cuts an audience into shares that one invocation can take, however long the event and the users' names are. */
export function chunksOf(
  head: Pick<FanOutBatch, 'event' | 'room'> & { readonly foreseen: Status },
  audience: readonly Connection[],
): FanOutBatch[] {
  const room = MAX_CHUNK_BYTES - bytesOf(head);
  const chunks: Connection[][] = [];
  let left = 0;
  for (const connection of audience) {
    const bytes = bytesOf(connection) + 1;
    const last = chunks.at(-1);
    if (last && last.length < DIRECT_POSTS && bytes <= left) {
      last.push(connection);
      left -= bytes;
    } else {
      chunks.push([connection]);
      left = room - bytes;
    }
  }
  return chunks.map((chunk) => ({ ...head, audience: chunk }));
}
