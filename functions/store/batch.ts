import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Database } from './database.ts';

/** AWS: BatchGetItem, at most 100 items a call. */
const BATCH = 100;
const TRIES = 5;

type Item = ReturnType<typeof unmarshall>;
type Key = Readonly<Record<string, string>>;

async function getBatch(db: Database, keys: readonly Key[], ConsistentRead: boolean): Promise<Item[]> {
  const items: Item[] = [];
  let left: Record<string, AttributeValue>[] | undefined = keys.map((key) => marshall(key));
  // What one answer has no room for, 16 MB, comes back as unprocessed.
  for (let tried = 0; left && left.length > 0; tried++) {
    if (tried === TRIES) throw new Error('Items were not read: the table is too busy; try again');
    const answer: BatchGetItemCommandOutput = await db.client.send(
      new BatchGetItemCommand({ RequestItems: { [db.chat]: { Keys: left, ConsistentRead } } }),
    );
    items.push(...(answer.Responses?.[db.chat] ?? []).map((item) => unmarshall(item)));
    left = answer.UnprocessedKeys?.[db.chat]?.Keys;
  }
  return items;
}

/**
 * Items of the table `chat` by their keys, in no order; those that are not there are left out. Keys must differ.
 * @param consistent whether what was written just now must be seen, which costs twice as much
 */
export async function getItems(db: Database, keys: readonly Key[], consistent = false): Promise<Item[]> {
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, index) =>
    getBatch(db, keys.slice(index * BATCH, (index + 1) * BATCH), consistent),
  );
  return (await Promise.all(batches)).flat();
}
