import { join } from 'node:path';
import {
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { openEmbedded } from '../../local/dynamodb/embedded.ts';
import { withTableSettings } from '../../local/dynamodb/table-settings.ts';
import { createTables } from '../../local/dynamodb/tables.ts';
import { closers, useAwsHost } from './aws-host.ts';
import { clientOf, item, rooms, serve } from './dynamodb-host.ts';
import { temporaryDirectory } from './mini-assembly.ts';

useAwsHost();

describe('the embedded DynamoDB', () => {
  test('counts every one of 50 concurrent increments', async () => {
    const client = clientOf(await serve(await openEmbedded(null)));
    const increment = () =>
      client.send(
        new UpdateItemCommand({
          TableName: 'rooms',
          Key: { room: { S: '1' }, item: { S: 'room' } },
          UpdateExpression: 'ADD seq :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
          ReturnValues: 'ALL_NEW',
        }),
      );
    const answers = await Promise.all(Array.from({ length: 50 }, increment));
    const numbers = answers.map(({ Attributes }) => Number(Attributes?.['seq']?.N));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  test('fails one of two concurrent conditional puts of the same item', async () => {
    const client = clientOf(await serve(await openEmbedded(null)));
    const put = () =>
      client.send(
        new PutItemCommand({
          TableName: 'rooms',
          Item: item(1),
          ConditionExpression: 'attribute_not_exists(room)',
        }),
      );
    const outcomes = await Promise.allSettled([put(), put()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const failure = outcomes.find(({ status }) => status === 'rejected');
    expect(failure).toMatchObject({ reason: { name: 'ConditionalCheckFailedException' } });
  });

  test('pages backwards through a query with a limit, and returns each item once', async () => {
    const client = clientOf(await serve(await openEmbedded(null)));
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    await Promise.all(
      numbers.map((number) => client.send(new PutItemCommand({ TableName: 'rooms', Item: item(number) }))),
    );
    const seen: (string | undefined)[] = [];
    let startKey: Record<string, { S: string }> | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName: 'rooms',
          KeyConditionExpression: 'room = :r AND begins_with(#i, :p)',
          ExpressionAttributeNames: { '#i': 'item' },
          ExpressionAttributeValues: { ':r': { S: '1' }, ':p': { S: 'log#' } },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: 25,
          ExclusiveStartKey: startKey,
        }),
      );
      seen.push(...(page.Items ?? []).map((found) => found['item']?.S));
      startKey = page.LastEvaluatedKey as typeof startKey;
    } while (startKey !== undefined);
    expect(seen).toEqual(numbers.map((number) => item(number).item.S).reverse());
  });

  test('rejects operations and parameters that it does not support', async () => {
    const client = clientOf(await serve(await openEmbedded(null)));
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName: 'rooms', Item: item(1) } }],
    });
    await expect(client.send(transaction)).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('TransactWriteItems'),
    });
    const put = new PutItemCommand({
      TableName: 'rooms',
      Item: item(1),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(client.send(put)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('ReturnValuesOnConditionCheckFailure'),
    });
  });

  test.each([
    ['ConditionExpression', 'a = :v', { ':v': { L: [{ N: '1' }] } }],
    ['ConditionExpression', 'a IN (:v)', { ':v': { M: {} } }],
  ])('rejects the %s "%s", because dynalite would evaluate it wrongly', async (name, expression, values) => {
    const client = clientOf(await serve(await openEmbedded(null)));
    const put = { TableName: 'rooms', Item: item(1), [name]: expression, ExpressionAttributeValues: values };
    await expect(client.send(new PutItemCommand(put as PutItemCommandInput))).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        'Invalid ConditionExpression: Comparing lists and maps is not supported by the embedded DynamoDB',
    });
  });

  test('refuses to change the settings of a table that does not exist', async () => {
    const database = withTableSettings(await openEmbedded(null));
    for (const operation of ['UpdateTable', 'UpdateTimeToLive', 'UpdateContinuousBackups']) {
      const input = { TableName: 'missing', DeletionProtectionEnabled: true };
      const { status, body } = await database.send({ operation, input, body: Buffer.from('{}') });
      expect([operation, status, String(body)]).toEqual([
        operation,
        400,
        expect.stringContaining('ResourceNotFoundException'),
      ]);
    }
    await database.close();
  });

  test('stores its items in a directory', async () => {
    const directory = join(temporaryDirectory(), 'dynamodb');
    const first = await openEmbedded(directory);
    await createTables(first, [rooms]);
    const input = { TableName: 'rooms', Item: item(7) };
    await first.send({ operation: 'PutItem', input, body: Buffer.from('') });
    await first.close();

    const client = clientOf(await serve(await openEmbedded(directory)));
    const { Item } = await client.send(
      new GetItemCommand({ TableName: 'rooms', Key: { room: item(7).room, item: item(7).item } }),
    );
    expect(Item).toEqual(item(7));
  });

  test('refuses a directory that another stack uses', async () => {
    const directory = temporaryDirectory();
    const first = await openEmbedded(directory);
    closers.push(first.close);
    await expect(openEmbedded(directory)).rejects.toThrow(
      /another stack uses .*\. Stop it or choose another/,
    );
  });

  test('refuses a stored table whose keys or indexes differ from the template’s', async () => {
    const database = await openEmbedded(null);
    closers.push(database.close);
    await createTables(database, [rooms]);
    const other = { ...rooms, keySchema: rooms.keySchema.slice(0, 1) };
    await expect(createTables(database, [other])).rejects.toThrow(
      /Could not open table rooms: .*Delete \.local\//,
    );
    await expect(createTables(database, [{ ...rooms, indexes: [] }])).rejects.toThrow(/Delete \.local\//);
    await expect(createTables(database, [rooms])).resolves.toBeUndefined();
  });
});
