import { type AttributeValue, ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Operation } from '../functions/aws/dynamodb.ts';
import type { Connection } from '../functions/domain/connection.ts';
import type { Room } from '../functions/domain/room.ts';
import { connectionExpiry, toItem } from '../functions/store/connections.ts';
import { type Database, openDatabase } from '../functions/store/database.ts';
import { logKey, memberKey, profileKey, roomKey } from '../functions/store/keys.ts';

type Item = Record<string, AttributeValue>;
type Values = Record<string, unknown>;

/** The fields of the store's requests that the model supports. */
interface Input {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeValues?: Item;
  readonly ExclusiveStartKey?: Item;
  readonly Limit?: number;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Item[] }>>;
}

export interface ModelledTablesOptions {
  /** Resolves after the duration of one call. */
  readonly latency: () => Promise<void>;
  /** The number of connection rows in a page of a query. Default: rows of 300 bytes in 1 MB, DynamoDB's limit. */
  readonly rowsPerPage?: number;
}

const conditionFailed = () =>
  new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });

const sortKeyOf = (item: Item): string => String(item['item']?.S ?? item['connection']?.S);

/**
 * Both tables in memory, for one room. Supports the requests of a send, a fan-out and a change of the number of shards,
 * with a latency, and counts them. Throws on all other requests.
 */
export class ModelledTables {
  readonly #options: ModelledTablesOptions;
  readonly #partitions = new Map<string, Map<string, Item>>();
  /** The operations so far, in order. */
  readonly calls: string[] = [];
  /** The number of rows that queries have returned so far. */
  rowsRead = 0;

  constructor(options: ModelledTablesOptions) {
    this.#options = options;
  }

  get database(): Database {
    const tables = { chat: 'chat', connections: 'connections' };
    return openDatabase((operation, input) => this.#send(operation, input as Input), tables);
  }

  putRoom(room: string, shards = 1, access: Room['access'] = 'members'): void {
    const fields = { name: 'room', kind: 'group', access, seq: 0, shards };
    this.#put('chat', marshall({ ...roomKey(room), ...fields }));
  }

  putMember(room: string, user: string): void {
    this.#put('chat', marshall({ ...memberKey(room, user), user, role: 'member', readTo: 0, mutedUntil: 0 }));
  }

  /** Puts a connection, and lists it as open in its user's profile. */
  putConnection(connection: Connection): void {
    this.#put('connections', marshall(toItem(connection)));
    const key = profileKey(connection.user.id);
    const open = `${connectionExpiry(connection)} ${connection.id}`;
    const before = unmarshall(this.#get('chat', marshall(key)) ?? {})['online'] ?? [];
    this.#put('chat', marshall({ ...key, online: new Set([...before, open]) }));
  }

  /** Returns a room's item. */
  room(id: string): Values {
    return unmarshall(this.#get('chat', marshall(roomKey(id))) ?? {});
  }

  /** Returns the log entry with a sequence number, if there is one. */
  entry(room: string, seq: number): Values | undefined {
    const item = this.#get('chat', marshall(logKey(room, seq)));
    return item && unmarshall(item);
  }

  async #send(name: Operation, input: Input): Promise<object> {
    this.calls.push(name);
    await this.#options.latency();
    if (name === 'Query') return this.#query(input);
    if (name === 'GetItem') return { Item: this.#get(input.TableName, input.Key ?? {}) };
    if (name === 'BatchGetItem') return { Responses: this.#getBatch(input.RequestItems ?? {}) };
    if (name === 'PutItem') return this.#put(input.TableName, input.Item ?? {}, input.ConditionExpression);
    if (name === 'DeleteItem') return this.#delete(input);
    if (name === 'UpdateItem') return { Attributes: this.#update(input) };
    throw new Error(`Request not modelled: ${name}. Add it to bench/modelled-tables.ts.`);
  }

  #partition(table: string, key: Item): Map<string, Item> {
    const name = `${table}/${key['room']?.S}`;
    const partition = this.#partitions.get(name) ?? new Map<string, Item>();
    this.#partitions.set(name, partition);
    return partition;
  }

  #get(table: string, key: Item): Item | undefined {
    return this.#partition(table, key).get(sortKeyOf(key));
  }

  #getBatch(requests: NonNullable<Input['RequestItems']>): Record<string, Item[]> {
    const found = Object.entries(requests).map(([table, { Keys }]) => [
      table,
      Keys.map((key) => this.#get(table, key)).filter((item) => item !== undefined),
    ]);
    return Object.fromEntries(found);
  }

  #put(table: string, item: Item, condition?: string): object {
    if (condition !== undefined && this.#get(table, item)) throw conditionFailed();
    this.#partition(table, item).set(sortKeyOf(item), item);
    return {};
  }

  #delete({ TableName, Key = {} }: Input): object {
    const before = this.#get(TableName, Key);
    this.#partition(TableName, Key).delete(sortKeyOf(Key));
    return before ? { Attributes: before } : {};
  }

  #query({ TableName, ExpressionAttributeValues: values = {}, ExclusiveStartKey: start, Limit }: Input) {
    const items = [...this.#partition(TableName, { room: values[':room'] ?? { S: '' } }).values()];
    const from = start ? items.findIndex((item) => sortKeyOf(item) === sortKeyOf(start)) + 1 : 0;
    const page = items.slice(from, from + (Limit ?? this.#options.rowsPerPage ?? 3_300));
    const last = page.at(-1);
    this.rowsRead += page.length;
    return { Items: page, ...(last && from + page.length < items.length && { LastEvaluatedKey: last }) };
  }

  #update({ TableName, Key = {}, UpdateExpression = '', ExpressionAttributeValues = {} }: Input): Item {
    const item = unmarshall(this.#get(TableName, Key) ?? {});
    const changed = this.#evaluate(item, UpdateExpression, unmarshall(ExpressionAttributeValues));
    const next = marshall({ ...unmarshall(Key), ...item, ...changed });
    this.#put(TableName, next);
    return next;
  }

  #evaluate(item: Values, expression: string, values: Values): Values {
    if (expression.includes('ADD seq')) return { seq: Number(item['seq']) + 1, lastAt: values[':now'] };
    if (expression.startsWith('SET shards')) {
      const since = item['shardsSince'];
      const settled = since === undefined || Number(since) <= Number(values[':settled']);
      if (item['shards'] !== values[':from'] || !settled) throw conditionFailed();
      return { shards: values[':to'], shardsBefore: values[':from'], shardsSince: values[':now'] };
    }
    if (expression.includes('#status')) {
      const lower = Object.entries(values).filter(([name]) => name.startsWith(':lower'));
      if (!lower.some(([, status]) => status === item['status'])) throw conditionFailed();
      return { status: values[':status'] };
    }
    return {};
  }
}
