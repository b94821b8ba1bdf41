import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDb, Operation } from '../aws/dynamodb.ts';

/** An item as a plain object. DynamoDB's sets are `Set`s. */
export type Item = ReturnType<typeof unmarshall>;

export type Key = Readonly<Record<string, string>>;

/** The position at which a query continues. */
export type Cursor = Record<string, AttributeValue>;

/** In an expression, `#name` stands for the attribute `name`, and `:value` for the entry `:value` of `values`. */
interface Placeholders {
  readonly values?: Readonly<Record<string, unknown>>;
  /** Maps a `#` placeholder to its attribute, if their names differ. */
  readonly names?: Readonly<Record<string, string>>;
}

export interface Condition extends Placeholders {
  readonly condition?: string;
}

export interface Update extends Condition {
  readonly update: string;
  /** Whether to return the item as it is after the update, or as it was before. If absent, an update returns `{}`. */
  readonly returns?: 'ALL_NEW' | 'ALL_OLD';
}

export interface Query extends Placeholders {
  /** The key condition. */
  readonly where: string;
  readonly index?: 'by-user';
  readonly consistent?: boolean;
  /** Ascending by sort key unless false. */
  readonly forward?: boolean;
  readonly limit?: number;
  readonly start?: Cursor | undefined;
  /** The attributes to return, as a projection expression. By default all of them. */
  readonly select?: string;
}

export interface Page {
  readonly items: Item[];
  /** Absent when the query has no more items. */
  readonly next?: Cursor | undefined;
}

/** A DynamoDB table. If the condition of a write is false, the write changes nothing and does not throw. */
export interface Table {
  readonly name: string;
  /** Reads an item. Consistent by default. */
  get(key: Key, options?: { readonly consistent: boolean }): Promise<Item | undefined>;
  /** Stores an item. Returns false if the condition is false. */
  put(item: object, options?: Condition & { readonly removeUndefined?: boolean }): Promise<boolean>;
  /** Updates an item, or creates it. Returns undefined if the condition is false, or if there is no item to return. */
  update(key: Key, update: Update): Promise<Item | undefined>;
  /** Deletes an item and returns it. Returns undefined if there is no item, or if the condition is false. */
  remove(key: Key, condition?: Condition): Promise<Item | undefined>;
  query(query: Query): Promise<Page>;
  /** Returns the items that exist, in any order. Keys must differ. Eventually consistent by default. */
  batchGet(keys: readonly Key[], options?: { readonly consistent: boolean }): Promise<Item[]>;
}

export interface Database {
  /** The durable table: rooms, members, logs, profiles. */
  readonly chat: Table;
  /** The ephemeral table: open connections. */
  readonly connections: Table;
}

/** Opens both tables through a client for DynamoDB. */
export const openDatabase = (
  client: DynamoDb,
  { chat, connections }: { readonly chat: string; readonly connections: string },
): Database => ({
  chat: new DynamoDbTable(client, chat),
  connections: new DynamoDbTable(client, connections),
});

/** The maximum limit of one query. DynamoDB ends a page after 1 MB in any case (AWS: Query). */
const MAX_PAGE = 10_000;

/** Reads the pages of a query until it has `limit` items that `isListed` accepts, or ends. */
export async function queryAll(
  table: Table,
  query: Omit<Query, 'limit' | 'start'>,
  limit = Number.POSITIVE_INFINITY,
  isListed: (item: Item) => boolean = () => true,
): Promise<Page> {
  const items: Item[] = [];
  let next: Cursor | undefined;
  do {
    const rest = Math.min(limit - items.length, MAX_PAGE);
    const page = await table.query({ ...query, ...(limit < Infinity && { limit: rest }), start: next });
    items.push(...page.items.filter(isListed));
    next = page.next;
  } while (next && items.length < limit);
  return { items, next };
}

/** An output of any operation: each field belongs to some of them. */
interface Output {
  readonly Item?: Cursor;
  readonly Attributes?: Cursor;
  readonly Items?: readonly Cursor[];
  readonly LastEvaluatedKey?: Cursor;
  readonly Responses?: Readonly<Record<string, readonly Cursor[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys?: readonly Cursor[] }>>;
}

/** The maximum number of items in a BatchGetItem call. */
const BATCH = 100;
const BATCH_ATTEMPTS = 5;
const FIRST_BACKOFF_MS = 50;

/** Waits with full jitter. AWS: "If you immediately retry the batch operation, the requests can still fail". */
const backOff = (attempt: number): Promise<void> =>
  new Promise((resume) => setTimeout(resume, Math.random() * FIRST_BACKOFF_MS * 2 ** attempt));

class DynamoDbTable implements Table {
  readonly name: string;
  readonly #client: DynamoDb;

  constructor(client: DynamoDb, name: string) {
    this.#client = client;
    this.name = name;
  }

  async get(key: Key, { consistent } = { consistent: true }): Promise<Item | undefined> {
    const { Item } = await this.#call('GetItem', { Key: marshall(key), ConsistentRead: consistent });
    return Item && unmarshall(Item);
  }

  async put(
    item: object,
    { removeUndefined = false, ...condition }: Condition & { readonly removeUndefined?: boolean } = {},
  ): Promise<boolean> {
    const Item = marshall(item, { removeUndefinedValues: removeUndefined });
    return (await this.#write('PutItem', { Item }, condition)) !== undefined;
  }

  async update(key: Key, { update, returns, ...condition }: Update): Promise<Item | undefined> {
    const input = {
      Key: marshall(key),
      UpdateExpression: update,
      ...(returns && { ReturnValues: returns }),
    };
    const output = await this.#write('UpdateItem', input, condition, update);
    const item = returns ? output?.Attributes : output && {};
    return item && unmarshall(item);
  }

  async remove(key: Key, condition: Condition = {}): Promise<Item | undefined> {
    const input = { Key: marshall(key), ReturnValues: 'ALL_OLD' };
    const output = await this.#write('DeleteItem', input, condition);
    return output?.Attributes && unmarshall(output.Attributes);
  }

  async query(query: Query): Promise<Page> {
    const { where, index, consistent, forward, limit, start, select, ...placeholders } = query;
    const { Items = [], LastEvaluatedKey: next } = await this.#call('Query', {
      ...(index && { IndexName: index }),
      KeyConditionExpression: where,
      ...(select && { ProjectionExpression: select }),
      ...placeholdersIn(`${where} ${select ?? ''}`, placeholders),
      ...(forward !== undefined && { ScanIndexForward: forward }),
      ...(consistent && { ConsistentRead: true }),
      ...(limit !== undefined && { Limit: limit }),
      ...(start && { ExclusiveStartKey: start }),
    });
    return { items: Items.map((item) => unmarshall(item)), next };
  }

  async batchGet(keys: readonly Key[], { consistent } = { consistent: false }): Promise<Item[]> {
    const batches = Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, index) =>
      this.#getBatch(keys.slice(index * BATCH, (index + 1) * BATCH), consistent),
    );
    return (await Promise.all(batches)).flat();
  }

  async #getBatch(keys: readonly Key[], consistent: boolean): Promise<Item[]> {
    const items: Item[] = [];
    let left: readonly Cursor[] | undefined = keys.map((key) => marshall(key));
    // Keys come back unprocessed when a response would exceed 16 MB, or when the table is throttled.
    for (let attempt = 0; left && left.length > 0; attempt++) {
      if (attempt === BATCH_ATTEMPTS) throw new Error('Items not read: the table is throttled. Try again.');
      const input = { RequestItems: { [this.name]: { Keys: left, ConsistentRead: consistent } } };
      const output: Output = await this.#client('BatchGetItem', input);
      items.push(...(output.Responses?.[this.name] ?? []).map((item) => unmarshall(item)));
      left = output.UnprocessedKeys?.[this.name]?.Keys;
      if (left && left.length > 0 && attempt + 1 < BATCH_ATTEMPTS) await backOff(attempt);
    }
    return items;
  }

  #call(operation: Operation, input: object): Promise<Output> {
    return this.#client(operation, { TableName: this.name, ...input });
  }

  /** Returns undefined if the condition is false. */
  async #write(
    operation: Operation,
    input: object,
    { condition, ...placeholders }: Condition,
    update = '',
  ): Promise<Output | undefined> {
    try {
      return await this.#call(operation, {
        ...input,
        ...(condition && { ConditionExpression: condition }),
        ...placeholdersIn(`${update} ${condition ?? ''}`, placeholders),
      });
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return undefined;
      throw error;
    }
  }
}

function placeholdersIn(expressions: string, { names = {}, values }: Placeholders) {
  const used = new Set(expressions.match(/#\w+/g));
  const attributes = Array.from(used, (name) => [name, names[name] ?? name.slice(1)]);
  return {
    ...(used.size > 0 && { ExpressionAttributeNames: Object.fromEntries(attributes) }),
    ...(values && { ExpressionAttributeValues: marshall(values) }),
  };
}
