import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { type DynamoDb, signedDynamoDb } from '../../../functions/aws/dynamodb.ts';
import { openDatabase, queryAll, type Table } from '../../../functions/store/database.ts';
import { sdkDynamoDb } from '../../../functions/store/sdk-dynamodb.ts';
import { answering } from '../../support/answering.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { developer, useAwsHost } from '../aws-host.ts';
import { serve } from '../dynamodb-host.ts';

const key = { room: '1', item: 'log#0001' };
const numbered = (number: number) => ({ room: '1', item: `log#000${number}`, user: 'odd' });

const clients: Readonly<Record<'signed' | 'sdk', (endpoint: string) => DynamoDb>> = {
  signed: (endpoint) =>
    signedDynamoDb({
      endpoint,
      region: 'us-east-1',
      credentials: () => ({ ...developer, sessionToken: undefined }),
    }),
  sdk: (endpoint) =>
    sdkDynamoDb(new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: developer })),
};

const tableOf = (client: DynamoDb, name = 'rooms'): Table =>
  openDatabase(client, { chat: name, connections: '' }).chat;

useAwsHost();

describe.each(['signed', 'sdk'] as const)('with the client %s, a table', (name) => {
  let client: DynamoDb;
  let table: Table;
  beforeEach(async () => {
    client = clients[name](await serve(await openTestDatabase()));
    table = tableOf(client);
  });

  test('stores an item with values of all types', async () => {
    const item = {
      ...key,
      text: 'Grüße 👋 "quoted"\n',
      edits: new Set([1, 2]),
      files: new Set(['a']),
      list: [true, null, { B: 'no bytes', price: 1.5 }],
    };
    expect(await table.put(item)).toBe(true);
    expect(await table.get(key)).toEqual(item);
  });

  test('returns undefined for a missing item', async () => {
    expect(await table.get(key)).toBeUndefined();
    expect(await table.remove(key)).toBeUndefined();
  });

  test('refuses undefined values unless they are to be removed', async () => {
    await expect(table.put({ ...key, text: undefined })).rejects.toThrow('removeUndefinedValues');
    await table.put({ ...key, text: undefined }, { removeUndefined: true });
    expect(await table.get(key)).toEqual(key);
  });

  test('returns a result, and throws nothing, if a condition does not hold', async () => {
    const condition = 'attribute_exists(#n)';
    expect(await table.put(key, { condition })).toBe(false);
    const update = { update: 'SET #n = :n', condition, values: { ':n': 1 } };
    expect(await table.update(key, update)).toBeUndefined();
    expect(await table.get(key)).toBeUndefined();
    await table.put(key);
    expect(await table.remove(key, { condition })).toBeUndefined();
    expect(await table.get(key)).toEqual(key);
  });

  test('updates an item, and returns it if asked to', async () => {
    const update = { update: 'ADD seq :one', values: { ':one': 1 } } as const;
    expect(await table.update(key, update)).toEqual({});
    expect(await table.update(key, { ...update, returns: 'ALL_OLD' })).toEqual({ ...key, seq: 1 });
    expect(await table.update(key, { ...update, returns: 'ALL_NEW' })).toEqual({ ...key, seq: 3 });
  });

  test('accepts a placeholder for an attribute whose name has special characters', async () => {
    const update = { update: 'SET #a = :a', names: { '#a': 'reaction#1#👍' }, values: { ':a': { seq: 1 } } };
    await table.update(key, update);
    expect(await table.get(key)).toEqual({ ...key, 'reaction#1#👍': { seq: 1 } });
    const again = { ...update, condition: '#a.#seq < :n', values: { ...update.values, ':n': 1 } };
    expect(await table.update(key, again)).toBeUndefined();
  });

  test('queries page by page, in both directions', async () => {
    for (const number of [1, 2, 3]) await table.put(numbered(number));
    const query = { where: '#room = :room', values: { ':room': '1' } };
    const first = await table.query({ ...query, limit: 2 });
    expect(first.items).toEqual([numbered(1), numbered(2)]);
    const rest = await table.query({ ...query, limit: 2, start: first.next });
    expect(rest).toEqual({ items: [numbered(3)], next: undefined });
    const latest = await table.query({ ...query, forward: false, consistent: true, limit: 1 });
    expect(latest.items).toEqual([numbered(3)]);
    const all = await queryAll(table, query);
    expect(all).toEqual({ items: [1, 2, 3].map(numbered), next: undefined });
    const two = await queryAll(table, query, 2);
    expect(two.items).toEqual([numbered(1), numbered(2)]);
    expect(two.next).toBeDefined();
  });

  test('reads more than a hundred items, without the missing ones', async () => {
    await Promise.all([1, 2].map((number) => table.put(numbered(number))));
    const keys = Array.from({ length: 150 }, (_, index) => ({
      room: '1',
      item: `log#${String(index).padStart(4, '0')}`,
    }));
    for (const options of [undefined, { consistent: true }]) {
      const items = await table.batchGet(keys, options);
      expect(items.toSorted((a, b) => (a['item'] < b['item'] ? -1 : 1))).toEqual([1, 2].map(numbered));
    }
  });

  test('removes an item, and returns it', async () => {
    await table.put(numbered(1));
    expect(await table.remove(key)).toEqual(numbered(1));
    expect(await table.get(key)).toBeUndefined();
  });

  test('throws the error of DynamoDB by its name', async () => {
    await expect(tableOf(client, 'none').get(key)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      // The second text is DynamoDB Local's.
      message: expect.stringMatching(/not found|non-existent table/),
      $fault: 'client',
    });
  });
});

describe.each(['signed', 'sdk'] as const)('the client %s', (name) => {
  const refuse = (status: number, type: string) =>
    ({
      status,
      body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type }),
    }) as const;

  test.each([
    ['an internal error', refuse(500, 'InternalServerError'), true],
    ['an unavailable service', { status: 503, body: '' }, true],
    ['a throttled table', refuse(400, 'ProvisionedThroughputExceededException'), true],
    ['a broken connection', undefined, true],
    ['a missing grant', refuse(400, 'AccessDeniedException'), false],
    ['an invalid request', refuse(400, 'ValidationException'), false],
    ['a condition that does not hold', refuse(400, 'ConditionalCheckFailedException'), false],
  ])('decides whether to retry after %s', async (_what, response, retries) => {
    const { url, came } = await answering((sent, { socket }) => {
      if (response) sent.writeHead(response.status).end(response.body);
      else socket.destroy();
    });
    await expect(clients[name](url)('GetItem', { TableName: 'rooms', Key: {} })).rejects.toThrow();
    // Both retry, but the SDK chooses the number of attempts for DynamoDB by itself.
    expect(came.length > 1).toBe(retries);
  });

  test('reads items again that a batch left unprocessed, five times at most', async () => {
    const left = { rooms: { Keys: [{ room: { S: '1' }, item: { S: 'x' } }] } };
    const { url, came } = await answering((sent) => {
      const done = came.length < 3 ? left : {};
      sent.end(JSON.stringify({ Responses: { rooms: [] }, UnprocessedKeys: done }));
    });
    expect(await tableOf(clients[name](url)).batchGet([{ room: '1', item: 'x' }])).toEqual([]);
    expect(came).toHaveLength(3);
    const busy = await answering((sent) => {
      sent.end(JSON.stringify({ Responses: {}, UnprocessedKeys: left }));
    });
    const read = tableOf(clients[name](busy.url)).batchGet([{ room: '1', item: 'x' }]);
    await expect(read).rejects.toThrow('Items not read: the table is throttled. Try again.');
    expect(busy.came).toHaveLength(5);
  });
});

test('the signing client refuses bytes, because JSON would turn them into an object', async () => {
  const client = clients.signed('http://127.0.0.1:1');
  const Item = { bytes: { B: Buffer.from('hi') } };
  await expect(client('PutItem', { TableName: 'rooms', Item })).rejects.toThrow(
    'Item not written: it contains bytes. Store them as text.',
  );
});
