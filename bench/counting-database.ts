import { itemSize } from 'dynalite/db/index.js';
import type { DynamoDb } from '../functions/aws/dynamodb.ts';
import { type Database, openDatabase } from '../functions/store/database.ts';
import type { Database as Embedded } from '../local/dynamodb/database.ts';
import { openEmbedded } from '../local/dynamodb/embedded.ts';
import { createTables } from '../local/dynamodb/tables.ts';
import { isObject } from '../local/object.ts';

/** Calls of DynamoDB, and the units that it bills for them. */
export interface DatabaseCounts {
  /** The operations of each round trip. Concurrent operations are one round trip. */
  readonly trips: readonly (readonly string[])[];
  readonly writeUnits: number;
  readonly readUnits: number;
}

/** Both tables in an embedded DynamoDB, called without a network. Counts the calls. */
export interface CountingDatabase {
  readonly client: DynamoDb;
  readonly db: Database;
  /** Returns the number of round trips since the last `restart`. */
  trips(): number;
  counts(): DatabaseCounts;
  restart(): void;
  /** Puts marshalled items into a table without counting. */
  fill(table: 'chat' | 'connections', items: Iterable<object>): Promise<void>;
  close(): Promise<void>;
}

type Fields = Readonly<Record<string, unknown>>;

const text = (name: string) => ({ AttributeName: name, AttributeType: 'S' });
const keys = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' },
  { AttributeName: sort, KeyType: 'RANGE' },
];
const byUser = (sort: string) => [
  { IndexName: 'by-user', KeySchema: keys('user', sort), Projection: { ProjectionType: 'KEYS_ONLY' } },
];

/** The keys of `lib/chat-tables.ts`. A test compares them. */
export const tables = [
  { name: 'chat', sort: 'item', indexes: byUser('room') },
  { name: 'connections', sort: 'connection', indexes: byUser('connection') },
].map(({ name, sort, indexes }) => ({
  logicalId: name,
  name,
  arn: name,
  attributeDefinitions: ['room', sort, 'user'].map(text),
  keySchema: keys('room', sort),
  indexes,
}));

const outputOf = (body: string | Buffer): Fields => {
  const output: unknown = JSON.parse(String(body));
  return isObject(output) ? output : {};
};

/** Only items with a `user` are in an index. Its keys never change, so it is written only with the first or last write. */
const indexed = (item: unknown): boolean => isObject(item) && item['user'] !== undefined;

const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/** Returns the units of an output (AWS: "DynamoDB read and write operations"). dynalite omits those of empty results. */
function unitsOf(output: Fields): number {
  const consumed = output['ConsumedCapacity'];
  return (Array.isArray(consumed) ? consumed : [consumed]).reduce(
    (sum: number, each: unknown) => sum + Number(isObject(each) ? each['CapacityUnits'] : 0),
    0,
  );
}

class Meter {
  trips: string[][] = [];
  writeUnits = 0;
  readUnits = 0;
  readonly #embedded: Embedded;
  #open = 0;

  constructor(embedded: Embedded) {
    this.#embedded = embedded;
  }

  async send(operation: string, input: Fields): Promise<Fields> {
    if (this.#open === 0) this.trips.push([]);
    this.trips.at(-1)?.push(operation);
    this.#open++;
    // One turn of the event loop, like a network call, so that independent calls are concurrent.
    await new Promise((resume) => setImmediate(resume));
    try {
      return await (writes.has(operation) ? this.#write(operation, input) : this.#read(operation, input));
    } finally {
      this.#open--;
    }
  }

  async #read(operation: string, input: Fields): Promise<Fields> {
    const output = await this.#ask(operation, { ...input, ReturnConsumedCapacity: 'TOTAL' });
    const least = input['ConsistentRead'] === true ? 1 : 0.5;
    this.readUnits += Math.max(least, unitsOf(output));
    return output;
  }

  async #write(operation: string, input: Fields): Promise<Fields> {
    const before = await this.#item(input);
    try {
      const output = await this.#ask(operation, { ...input, ReturnConsumedCapacity: 'TOTAL' });
      this.writeUnits += unitsOf(output);
      const after = await this.#item(input);
      if (indexed(before) !== indexed(after)) this.writeUnits += 1;
      return output;
    } catch (error) {
      // AWS bills a write whose condition does not hold by the size of the existing item.
      this.writeUnits += before === undefined ? 1 : Math.ceil(itemSize(before) / 1024);
      throw error;
    }
  }

  async #item({ TableName, Key, Item }: Fields): Promise<object | undefined> {
    const { keySchema = [] } = tables.find(({ name }) => name === TableName) ?? {};
    const from = isObject(Key) ? Key : isObject(Item) ? Item : {};
    const key = keySchema.map(({ AttributeName: name }) => [name, from[name]]);
    const output = await this.#ask('GetItem', {
      TableName,
      Key: Object.fromEntries(key),
      ConsistentRead: true,
    });
    return isObject(output['Item']) ? output['Item'] : undefined;
  }

  async #ask(operation: string, input: Fields): Promise<Fields> {
    const { status, body } = await this.#embedded.send({ operation, input: { ...input }, body: Buffer.of() });
    const output = outputOf(body);
    if (status === 200) return output;
    const name = String(output['__type']).split('#').at(-1) ?? '';
    const message = String(output['message'] ?? output['Message'] ?? '');
    throw Object.assign(new Error(message), { name });
  }
}

/** AWS: BatchWriteItem, at most 25 items a call. */
const BATCH = 25;

async function fill(embedded: Embedded, table: string, items: Iterable<object>): Promise<void> {
  const putAll = async (batch: readonly object[]) => {
    const requests = batch.map((Item) => ({ PutRequest: { Item } }));
    const input = { RequestItems: { [table]: requests } };
    const { status, body } = await embedded.send({ operation: 'BatchWriteItem', input, body: Buffer.of() });
    if (status !== 200) throw new Error(`Table not filled: ${body}. Check the items.`);
  };
  let batch: object[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length === BATCH) {
      await putAll(batch);
      batch = [];
    }
  }
  if (batch.length > 0) await putAll(batch);
}

export async function openCountingDatabase(): Promise<CountingDatabase> {
  const embedded = await openEmbedded(null);
  await createTables(embedded, tables);
  const meter = new Meter(embedded);
  const client: DynamoDb = (operation, input) => meter.send(operation, input as Fields);
  return {
    client,
    db: openDatabase(client, { chat: 'chat', connections: 'connections' }),
    trips: () => meter.trips.length,
    counts: () => ({ trips: meter.trips, writeUnits: meter.writeUnits, readUnits: meter.readUnits }),
    restart() {
      meter.trips = [];
      meter.writeUnits = 0;
      meter.readUnits = 0;
    },
    fill: (table, items) => fill(embedded, table, items),
    close: () => embedded.close(),
  };
}
