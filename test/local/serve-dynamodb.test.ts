import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../local/dynamodb/embedded.ts';
import { openForward } from '../../local/dynamodb/forward.ts';
import { serveDynamodb } from '../../local/dynamodb/serve-dynamodb.ts';
import { createTables } from '../../local/dynamodb/tables.ts';
import { listen } from '../../local/http-server.ts';
import { Access } from '../../local/iam/access.ts';
import {
  arn,
  calls,
  closeHost,
  closers,
  functionClient,
  item,
  lines,
  openHost,
  rooms,
  serve,
} from './dynamodb-host.ts';
import { allow, removeTemporaryDirectories } from './mini-assembly.ts';

beforeEach(openHost);
afterEach(closeHost);
afterAll(removeTemporaryDirectories);

describe('a function may touch what its role grants, and nothing else', () => {
  test('a granted call gets its answer', async () => {
    const client = functionClient(await serve(await openEmbedded(null)), allow('dynamodb:PutItem', arn));
    const { $metadata } = await client.send(new PutItemCommand({ TableName: 'rooms', Item: item(1) }));
    expect($metadata.httpStatusCode).toBe(200);
  });

  test('a call that is not granted is an AccessDeniedException that names function, action and resource', async () => {
    const client = functionClient(await serve(await openEmbedded(null)), allow('dynamodb:GetItem', arn));
    const put = client.send(new PutItemCommand({ TableName: 'rooms', Item: item(1) }));
    await expect(put).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /assumed-role\/SendRole\/send is not authorized to perform: dynamodb:PutItem on resource: .*table\/rooms/,
      ),
    });
    expect(lines).toEqual([
      'AccessDenied: function send may not dynamodb:PutItem on table rooms; grant it in lib/',
    ]);
  });

  test('a query of an index needs a grant on the index', async () => {
    const url = await serve(await openEmbedded(null));
    const query = new QueryCommand({
      TableName: 'rooms',
      IndexName: 'by-user',
      KeyConditionExpression: '#u = :u',
      ExpressionAttributeNames: { '#u': 'user' },
      ExpressionAttributeValues: { ':u': { S: 'odd' } },
    });
    const denied = functionClient(url, allow('dynamodb:Query', arn)).send(query);
    await expect(denied).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const allowed = functionClient(url, allow('dynamodb:Query', `${arn}/index/by-user`)).send(query);
    await expect(allowed).resolves.toMatchObject({ Count: 0 });
  });

  test('a batch needs a grant on every table in it', async () => {
    const client = functionClient(
      await serve(await openEmbedded(null)),
      allow('dynamodb:BatchWriteItem', arn),
    );
    const put = [{ PutRequest: { Item: item(1) } }];
    await client.send(new BatchWriteItemCommand({ RequestItems: { rooms: put } }));
    const both = client.send(new BatchWriteItemCommand({ RequestItems: { rooms: put, others: put } }));
    await expect(both).rejects.toThrow(/on resource: .*table\/others/);
    const get = client.send(new BatchGetItemCommand({ RequestItems: { rooms: { Keys: [] } } }));
    await expect(get).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('a call about no table needs a grant on everything', async () => {
    const client = functionClient(await serve(await openEmbedded(null)), allow('dynamodb:*', arn));
    await expect(client.send(new ListTablesCommand({}))).rejects.toThrow(/on resource: \*/);
  });
});

describe('another DynamoDB', () => {
  test('gets its tables created and every granted call, all under one name', async () => {
    const authorizations = new Set<string | undefined>();
    const behind = await openEmbedded(null);
    closers.push(behind.close);
    const server = await listen(
      0,
      { name: 'Other', variable: 'PORT' },
      (request, response) => {
        authorizations.add(request.headers.authorization);
        return serveDynamodb(request, response, {
          database: behind,
          access: new Access(() => {}),
          trace: () => {},
        });
      },
      () => {},
    );
    closers.push(server.close);
    const url = await serve(openForward(`http://127.0.0.1:${server.port}`));
    const client = functionClient(url, allow(['dynamodb:PutItem', 'dynamodb:DescribeTable'], arn));
    await client.send(new PutItemCommand({ TableName: 'rooms', Item: item(1) }));
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'rooms' }));
    expect(Table?.KeySchema).toEqual(rooms.keySchema);
    expect(authorizations.size).toBe(1);
    const key = { room: item(1).room, item: item(1).item };
    await expect(client.send(new GetItemCommand({ TableName: 'rooms', Key: key }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test('that does not answer is an error that says what to do', async () => {
    const database = openForward('http://127.0.0.1:9');
    closers.push(database.close);
    await expect(createTables(database, [rooms])).rejects.toThrow(/did not answer: .*; start it or unset/);
  });

  test('at something that is no URL is refused', () => {
    expect(() => openForward('localhost:8000')).toThrow(
      /DYNAMODB_ENDPOINT "localhost:8000" is no http URL; /,
    );
  });
});

test('every call is traced, its answer after its request', async () => {
  const client = functionClient(await serve(await openEmbedded(null)), allow('dynamodb:PutItem', arn));
  await client.send(new PutItemCommand({ TableName: 'rooms', Item: item(1) }));
  const call = { functionName: 'send', service: 'dynamodb', action: 'dynamodb:PutItem', resource: arn };
  expect(calls).toEqual([
    { ...call, id: calls[0]?.id, phase: 'request' },
    { ...call, id: calls[0]?.id, phase: 'response' },
  ]);
});
