import * as sdk from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import * as thin from '../../../functions/aws/dynamodb.ts';
import { openEmbedded } from '../../../local/dynamodb/embedded.ts';
import { closers, developer, useAwsHost } from '../aws-host.ts';
import { item, serve } from '../dynamodb-host.ts';

const key = { room: { S: '1' }, item: { S: 'log#0001' } };
const TableName = 'rooms';

/** What the two have in common, as `store` uses it. */
interface Client {
  send(command: unknown): Promise<Record<string, unknown>>;
  destroy(): void;
}
type Package = Record<
  `${'Get' | 'Put' | 'Update' | 'Delete' | 'BatchGet'}ItemCommand` | 'QueryCommand',
  new (
    input: never,
  ) => object
> & { readonly DynamoDBServiceException: new (...given: never[]) => Error };

let endpoint: string;

useAwsHost();
beforeEach(async () => {
  endpoint = await serve(await openEmbedded(null));
});

const made = {
  sdk: () =>
    new sdk.DynamoDBClient({ endpoint, region: 'us-east-1', credentials: developer }) as unknown as Client,
  thin: () =>
    new thin.DynamoDBClient({
      endpoint,
      region: 'us-east-1',
      credentials: () => ({ ...developer, sessionToken: undefined }),
    }) as unknown as Client,
};

describe.each([
  ['sdk', sdk as unknown as Package],
  ['thin', thin as unknown as Package],
] as const)('DynamoDB by the client %s', (name, commands) => {
  let client: Client;
  beforeEach(() => {
    client = made[name]();
    closers.push(() => client.destroy());
  });

  const send = async (command: keyof typeof commands & `${string}Command`, input: object) => {
    const { $metadata: _, ...answer } = await client.send(new commands[command](input as never));
    return answer;
  };

  test('stores what it is given, and gives it back', async () => {
    const Item = {
      ...key,
      text: { S: 'Grüße 👋 "quoted"\n' },
      edits: { NS: ['1', '2'] },
      list: { L: [{ BOOL: true }, { NULL: true }, { M: { B: { S: 'no bytes' } } }] },
    };
    expect(await send('PutItemCommand', { TableName, Item })).toEqual({});
    expect(await send('GetItemCommand', { TableName, Key: key, ConsistentRead: true })).toEqual({ Item });
  });

  test('finds nothing where nothing is', async () => {
    expect(await send('GetItemCommand', { TableName, Key: key })).toEqual({});
  });

  test('says of a condition that does not hold that it does not, by the error’s name', async () => {
    const update = {
      TableName,
      Key: key,
      UpdateExpression: 'SET #n = :n',
      ConditionExpression: 'attribute_exists(#n)',
      ExpressionAttributeNames: { '#n': 'n' },
      ExpressionAttributeValues: { ':n': { N: '1' } },
    };
    const error = await send('UpdateItemCommand', update).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(commands.DynamoDBServiceException);
    expect(error).toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      $fault: 'client',
    });
  });

  test('updates, and tells what the item is now', async () => {
    const update = {
      TableName,
      Key: key,
      UpdateExpression: 'ADD seq :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValues: 'ALL_NEW',
    };
    expect(await send('UpdateItemCommand', update)).toEqual({ Attributes: { ...key, seq: { N: '1' } } });
    expect(await send('UpdateItemCommand', update)).toEqual({ Attributes: { ...key, seq: { N: '2' } } });
  });

  test('queries page by page', async () => {
    for (const number of [1, 2, 3]) await send('PutItemCommand', { TableName, Item: item(number) });
    const query = {
      TableName,
      KeyConditionExpression: '#room = :room',
      ExpressionAttributeNames: { '#room': 'room' },
      ExpressionAttributeValues: { ':room': { S: '1' } },
      Limit: 2,
    };
    const first = await send('QueryCommand', query);
    expect(first).toMatchObject({ Count: 2, Items: [item(1), item(2)] });
    const rest = await send('QueryCommand', { ...query, ExclusiveStartKey: first['LastEvaluatedKey'] });
    expect(rest).toMatchObject({ Count: 1, Items: [item(3)] });
    expect(rest).not.toHaveProperty('LastEvaluatedKey');
  });

  test('gets a batch, and deletes what it then returns', async () => {
    await send('PutItemCommand', { TableName, Item: item(1) });
    const batch = await send('BatchGetItemCommand', { RequestItems: { rooms: { Keys: [key] } } });
    expect(batch).toEqual({ Responses: { rooms: [item(1)] }, UnprocessedKeys: {} });
    const deleted = await send('DeleteItemCommand', { TableName, Key: key, ReturnValues: 'ALL_OLD' });
    expect(deleted).toEqual({ Attributes: item(1) });
  });

  test('reports a table that is not there', async () => {
    await expect(send('GetItemCommand', { TableName: 'none', Key: key })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $fault: 'client',
    });
  });
});

test('bytes, which the protocol has in base64, are refused rather than garbled', async () => {
  const client = made.thin();
  closers.push(() => client.destroy());
  const Item = { ...key, bytes: { B: Buffer.from('hi') } };
  await expect(client.send(new thin.PutItemCommand({ TableName, Item }))).rejects.toThrow(
    'Item not written: it holds bytes; store them as text',
  );
});
