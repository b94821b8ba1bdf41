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

interface From {
  readonly table: string;
  /** Whether every write that has ended shows. */
  readonly consistent: boolean;
}

async function getBatch(db: Database, keys: readonly Key[], from: From): Promise<Item[]> {
  const { table, consistent } = from;
  const items: Item[] = [];
  let left: Record<string, AttributeValue>[] | undefined = keys.map((key) => marshall(key));
  // What one answer has no room for, 16 MB, comes back as unprocessed.
  for (let tried = 0; left && left.length > 0; tried++) {
    if (tried === TRIES) throw new Error('Items were not read: the table is too busy; try again');
    const answer: BatchGetItemCommandOutput = await db.client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: left, ConsistentRead: consistent } } }),
    );
    items.push(...(answer.Responses?.[table] ?? []).map((item) => unmarshall(item)));
    left = answer.UnprocessedKeys?.[table]?.Keys;
  }
  return items;
}

/**
 * Items by their keys, in no order; those that are not there are left out. Keys must differ.
 * @param from the table, `chat` where it is not said, and whether every write that has ended must show
 */
export async function getItems(
  db: Database,
  keys: readonly Key[],
  from: Partial<From> = {},
): Promise<Item[]> {
  const source = { table: db.chat, consistent: false, ...from };
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, index) =>
    getBatch(db, keys.slice(index * BATCH, (index + 1) * BATCH), source),
  );
  return (await Promise.all(batches)).flat();
}
