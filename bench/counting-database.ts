import { itemSize } from 'dynalite/db/index.js';
import type { DynamoDb } from '../functions/aws/dynamodb.ts';
import { type Database, openDatabase } from '../functions/store/database.ts';
import type { Database as Embedded } from '../local/dynamodb/database.ts';
import { openEmbedded } from '../local/dynamodb/embedded.ts';
import { createTables } from '../local/dynamodb/tables.ts';
import { isObject } from '../local/object.ts';

/** The requests to DynamoDB since the last `restart`, and the units that DynamoDB bills for them. */
export interface DatabaseCounts {
  /** The operations of each round trip. Operations that overlap belong to the same round trip. */
  readonly trips: readonly (readonly string[])[];
  readonly writeUnits: number;
  readonly readUnits: number;
  /** The read units of each partition, by the table's name and the partition key. */
  readonly partitions: ReadonlyMap<string, number>;
}

const noCounts = () => ({
  trips: [] as string[][],
  writeUnits: 0,
  readUnits: 0,
  partitions: new Map<string, number>(),
});

type Fields = Readonly<Record<string, unknown>>;

const text = (name: string) => ({ AttributeName: name, AttributeType: 'S' });
const keys = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' },
  { AttributeName: sort, KeyType: 'RANGE' },
];
const byUser = (sort: string) => [
  { IndexName: 'by-user', KeySchema: keys('user', sort), Projection: { ProjectionType: 'KEYS_ONLY' } },
];

/** The same keys and indexes as in `lib/chat-tables.ts`. A test compares them. */
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

/** Whether an index contains the item. Index keys never change, so only puts and deletes of items update an index. */
const isIndexed = (item: unknown): boolean => isObject(item) && item['user'] !== undefined;

const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/** Returns the capacity units that a response reports. dynalite reports none for a read that finds nothing. */
function consumedUnits(output: Fields): number {
  const consumed = output['ConsumedCapacity'];
  return (Array.isArray(consumed) ? consumed : [consumed]).reduce(
    (sum: number, each: unknown) => sum + Number(isObject(each) ? each['CapacityUnits'] : 0),
    0,
  );
}

const textIn = (value: unknown): string[] =>
  isObject(value) && typeof value['S'] === 'string' ? [value['S']] : [];

/** Returns the partitions of the tables that a request reads, once for each item of a batch. */
function partitionsIn({
  TableName,
  IndexName,
  Key,
  ExpressionAttributeValues,
  RequestItems,
}: Fields): string[] {
  if (isObject(RequestItems)) {
    return Object.entries(RequestItems).flatMap(([table, request]) => {
      const keys = isObject(request) && Array.isArray(request['Keys']) ? request['Keys'] : [];
      return keys.flatMap((key) => partitionsIn({ TableName: table, Key: key }));
    });
  }
  if (IndexName !== undefined) return [];
  const values = isObject(ExpressionAttributeValues) ? ExpressionAttributeValues : {};
  const partition = isObject(Key) ? Key['room'] : values[':room'];
  return textIn(partition).map((name) => `${TableName} ${name}`);
}

/** DynamoDB's limit for the items of a BatchWriteItem request. */
const BATCH = 25;

/** An embedded DynamoDB with both tables, called without a network, that counts its requests. */
export class CountingDatabase {
  readonly client: DynamoDb;
  readonly db: Database;
  readonly #embedded: Embedded;
  #counts = noCounts();
  #inFlight = 0;

  static async open(): Promise<CountingDatabase> {
    const embedded = await openEmbedded(null);
    await createTables(embedded, tables);
    return new CountingDatabase(embedded);
  }

  private constructor(embedded: Embedded) {
    this.#embedded = embedded;
    this.client = (operation, input) => this.#send(operation, input as Fields);
    this.db = openDatabase(this.client, { chat: 'chat', connections: 'connections' });
  }

  counts(): DatabaseCounts {
    return this.#counts;
  }

  restart(): void {
    this.#counts = noCounts();
  }

  /** Puts items into a table without counting. */
  async fill(table: 'chat' | 'connections', items: readonly object[]): Promise<void> {
    for (let from = 0; from < items.length; from += BATCH) {
      const requests = items.slice(from, from + BATCH).map((Item) => ({ PutRequest: { Item } }));
      await this.#request('BatchWriteItem', { RequestItems: { [table]: requests } });
    }
  }

  /** Returns the number of items in both tables, at most 1 MB of each, without counting. */
  async countItems(): Promise<number> {
    const pages = await Promise.all(
      tables.map(({ name: TableName }) => this.#request('Scan', { TableName, Select: 'COUNT' })),
    );
    return pages.reduce((sum, { Count }) => sum + Number(Count), 0);
  }

  close(): Promise<void> {
    return this.#embedded.close();
  }

  async #send(operation: string, input: Fields): Promise<Fields> {
    if (this.#inFlight === 0) this.#counts.trips.push([]);
    this.#counts.trips.at(-1)?.push(operation);
    this.#inFlight++;
    // Requests of the same turn of the event loop overlap, as they do over a network.
    await new Promise((resume) => setImmediate(resume));
    try {
      return await (writes.has(operation) ? this.#write(operation, input) : this.#read(operation, input));
    } finally {
      this.#inFlight--;
    }
  }

  async #read(operation: string, input: Fields): Promise<Fields> {
    const output = await this.#request(operation, { ...input, ReturnConsumedCapacity: 'TOTAL' });
    const minimum = input['ConsistentRead'] === true ? 1 : 0.5;
    const units = Math.max(minimum, consumedUnits(output));
    this.#counts.readUnits += units;
    const read = partitionsIn(input);
    const { partitions } = this.#counts;
    for (const each of read) partitions.set(each, (partitions.get(each) ?? 0) + units / read.length);
    return output;
  }

  async #write(operation: string, input: Fields): Promise<Fields> {
    const before = await this.#getItem(input);
    try {
      const output = await this.#request(operation, { ...input, ReturnConsumedCapacity: 'TOTAL' });
      this.#counts.writeUnits += consumedUnits(output);
      const after = await this.#getItem(input);
      if (isIndexed(before) !== isIndexed(after)) this.#counts.writeUnits += 1;
      return output;
    } catch (error) {
      // DynamoDB bills a write whose condition fails by the size of the existing item.
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
      this.#counts.writeUnits += before === undefined ? 1 : Math.ceil(itemSize(before) / 1024);
      throw error;
    }
  }

  async #getItem({ TableName, Key, Item }: Fields): Promise<object | undefined> {
    const { keySchema = [] } = tables.find(({ name }) => name === TableName) ?? {};
    const fields = isObject(Key) ? Key : isObject(Item) ? Item : {};
    const key = keySchema.map(({ AttributeName: name }) => [name, fields[name]]);
    const output = await this.#request('GetItem', {
      TableName,
      Key: Object.fromEntries(key),
      ConsistentRead: true,
    });
    return isObject(output['Item']) ? output['Item'] : undefined;
  }

  async #request(operation: string, input: Fields): Promise<Fields> {
    const { status, body } = await this.#embedded.send({ operation, input: { ...input }, body: Buffer.of() });
    const parsed: unknown = JSON.parse(String(body));
    const output: Fields = isObject(parsed) ? parsed : {};
    if (status === 200) return output;
    const name = String(output['__type']).split('#').at(-1) ?? '';
    const message = String(output['message'] ?? output['Message'] ?? '');
    throw Object.assign(new Error(message), { name });
  }
}
