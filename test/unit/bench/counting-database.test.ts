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
  database.client('PutItem', {
    TableName: 'chat',
    Item: marshall(fields),
    ...(condition !== undefined && { ConditionExpression: condition }),
  });

test('bills a write by the kilobyte', async () => {
  await put({ room: 'a', item: '1', text: 'x'.repeat(1_500) });
  expect(database.counts()).toMatchObject({ writeUnits: 2, readUnits: 0 });
});

test('bills an index only when an item enters or leaves it', async () => {
  await put({ room: 'a', item: '2', user: 'u' });
  expect(database.counts().writeUnits).toBe(2);
  await put({ room: 'a', item: '2', user: 'u', more: 1 });
  expect(database.counts().writeUnits).toBe(3);
  await database.client('DeleteItem', { TableName: 'chat', Key: marshall({ room: 'a', item: '2' }) });
  expect(database.counts().writeUnits).toBe(5);
});

test('bills a write whose condition does not hold', async () => {
  await put({ room: 'a', item: '3', text: 'x'.repeat(1_500) });
  database.restart();
  await expect(put({ room: 'a', item: '3' }, 'attribute_not_exists(room)')).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
  });
  expect(database.counts().writeUnits).toBe(2);
});

test('bills a read without a result, and a consistent read twice as much', async () => {
  const Key = marshall({ room: 'b', item: 'none' });
  await database.client('GetItem', { TableName: 'chat', Key });
  expect(database.counts().readUnits).toBe(0.5);
  await database.client('Query', {
    TableName: 'chat',
    KeyConditionExpression: 'room = :room',
    ExpressionAttributeValues: marshall({ ':room': 'b' }),
    ConsistentRead: true,
  });
  expect(database.counts().readUnits).toBe(1.5);
});

test('counts concurrent calls as one round trip', async () => {
  await Promise.all([put({ room: 'a', item: '4' }), put({ room: 'a', item: '5' })]);
  await put({ room: 'a', item: '6' });
  expect(database.counts().trips).toEqual([['PutItem', 'PutItem'], ['PutItem']]);
});
