import { DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';

let database: CountingDatabase;
beforeAll(async () => {
  database = await CountingDatabase.open();
});
beforeEach(() => database.restart());
afterAll(() => database.close());

const put = (fields: object, condition?: string) =>
  database.db.client.send(
    new PutItemCommand({
      TableName: 'chat',
      Item: marshall(fields),
      ...(condition !== undefined && { ConditionExpression: condition }),
    }),
  );

test('a write costs one unit for each kilobyte', async () => {
  await put({ room: 'a', item: '1', text: 'x'.repeat(1_500) });
  expect(database.counts()).toMatchObject({ writeUnits: 2, readUnits: 0 });
});

test('a write that adds an item to an index or removes it costs one unit more', async () => {
  await put({ room: 'a', item: '2', user: 'u' });
  expect(database.counts().writeUnits).toBe(2);
  await put({ room: 'a', item: '2', user: 'u', more: 1 });
  expect(database.counts().writeUnits).toBe(3);
  await database.db.client.send(
    new DeleteItemCommand({ TableName: 'chat', Key: marshall({ room: 'a', item: '2' }) }),
  );
  expect(database.counts().writeUnits).toBe(5);
});

test('a write whose condition fails costs as many units as the existing item', async () => {
  await put({ room: 'a', item: '3', text: 'x'.repeat(1_500) });
  database.restart();
  await expect(put({ room: 'a', item: '3' }, 'attribute_not_exists(room)')).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
  });
  expect(database.counts().writeUnits).toBe(2);
});

test('a read that finds nothing costs half a unit, or one unit if it is consistent', async () => {
  const Key = marshall({ room: 'b', item: 'none' });
  await database.db.client.send(new GetItemCommand({ TableName: 'chat', Key }));
  expect(database.counts().readUnits).toBe(0.5);
  await database.db.client.send(
    new QueryCommand({
      TableName: 'chat',
      KeyConditionExpression: 'room = :room',
      ExpressionAttributeValues: marshall({ ':room': 'b' }),
      ConsistentRead: true,
    }),
  );
  expect(database.counts().readUnits).toBe(1.5);
});

test('requests that overlap count as one round trip', async () => {
  await Promise.all([put({ room: 'a', item: '4' }), put({ room: 'a', item: '5' })]);
  await put({ room: 'a', item: '6' });
  expect(database.counts().trips).toEqual([['PutItem', 'PutItem'], ['PutItem']]);
});
