import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { openRemote } from '../../local/dynamodb/database.ts';
import { serveDynamodb } from '../../local/dynamodb/serve-dynamodb.ts';
import { createTables } from '../../local/dynamodb/tables.ts';
import { Access } from '../../local/iam/access.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { calls, closers, lines, listenLocally, useAwsHost } from './aws-host.ts';
import { arn, functionClient, item, rooms, serve } from './dynamodb-host.ts';
import { allow } from './mini-assembly.ts';

useAwsHost();

describe('a function’s role limits its calls', () => {
  test('executes a call that the role grants', async () => {
    const client = functionClient(await serve(await openTestDatabase()), allow('dynamodb:PutItem', arn));
    const { $metadata } = await client.send(new PutItemCommand({ TableName: 'rooms', Item: item(1) }));
    expect($metadata.httpStatusCode).toBe(200);
  });

  test('denies a call that the role does not grant, and names function, action and resource', async () => {
    const client = functionClient(await serve(await openTestDatabase()), allow('dynamodb:GetItem', arn));
    const put = client.send(new PutItemCommand({ TableName: 'rooms', Item: item(1) }));
    await expect(put).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /assumed-role\/SendRole\/send is not authorized to perform: dynamodb:PutItem on resource: .*table\/rooms/,
      ),
    });
    expect(lines).toEqual([
      'AccessDenied: function send may not call dynamodb:PutItem on table rooms. Grant it in lib/.',
    ]);
  });

  test('requires a grant on the index for a query of an index', async () => {
    const url = await serve(await openTestDatabase());
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

  test('requires a grant on every table of a batch', async () => {
    const client = functionClient(
      await serve(await openTestDatabase()),
      allow('dynamodb:BatchWriteItem', arn),
    );
    const put = [{ PutRequest: { Item: item(1) } }];
    await client.send(new BatchWriteItemCommand({ RequestItems: { rooms: put } }));
    const both = client.send(new BatchWriteItemCommand({ RequestItems: { rooms: put, others: put } }));
    await expect(both).rejects.toThrow(/on resource: .*table\/others/);
    const get = client.send(new BatchGetItemCommand({ RequestItems: { rooms: { Keys: [] } } }));
    await expect(get).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('requires a grant on * for a call without a table', async () => {
    const client = functionClient(await serve(await openTestDatabase()), allow('dynamodb:*', arn));
    await expect(client.send(new ListTablesCommand({}))).rejects.toThrow(/on resource: \*/);
  });
});

describe('a remote DynamoDB', () => {
  test('gets all calls with the same credentials, after the check of the caller’s role', async () => {
    const authorizations = new Set<string | undefined>();
    const database = await openTestDatabase();
    closers.push(database.close);
    const options = { database, access: new Access(() => {}), trace: () => {} };
    const remote = await listenLocally((request, response) => {
      authorizations.add(request.headers.authorization);
      return serveDynamodb(request, response, options);
    });
    const url = await serve(openRemote(remote));
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

  test('gets a user name in its URL as the access key', async () => {
    const authorizations: (string | undefined)[] = [];
    const remote = await listenLocally(async (request, response) => {
      authorizations.push(request.headers.authorization);
      response.end('{}');
    });
    const database = openRemote(remote.replace('http://', 'http://other@'));
    closers.push(database.close);
    await database.send({ operation: 'ListTables', input: {}, body: Buffer.from('{}') });
    expect(authorizations).toEqual([expect.stringContaining('Credential=other/')]);
  });

  test('fails with advice if it is not reachable', async () => {
    const database = openRemote('http://127.0.0.1:9');
    closers.push(database.close);
    await expect(createTables(database, [rooms])).rejects.toThrow(
      /Could not reach DynamoDB at .*: .*\. Start it or unset/,
    );
  });

  test('needs a valid URL', () => {
    expect(() => openRemote('localhost:8000')).toThrow(
      /DYNAMODB_ENDPOINT "localhost:8000" is not an HTTP URL\. /,
    );
  });
});

test('traces the request and the response of every call', async () => {
  const client = functionClient(await serve(await openTestDatabase()), allow('dynamodb:PutItem', arn));
  await client.send(new PutItemCommand({ TableName: 'rooms', Item: item(1) }));
  const call = { functionName: 'send', service: 'dynamodb', action: 'dynamodb:PutItem', resource: arn };
  expect(calls).toEqual([
    { ...call, id: calls[0]?.id, phase: 'request' },
    { ...call, id: calls[0]?.id, phase: 'response' },
  ]);
});
