import { expect, test } from 'vitest';
import { connect } from '../../support/ws-client.ts';
import { authorizedApi, dialUpgrade, policy, startGateway, type TestGatewayOptions } from './test-gateway.ts';

const idForm = /^[\w-]{15}=$/;

function start(options: TestGatewayOptions = {}) {
  const context = { user: 'alice', age: 42, admin: true };
  const functions = { authorize: () => policy('Allow', { context }) };
  return startGateway({ api: authorizedApi, ...options, functions });
}

function sharedContext(routeKey: string, eventType: string) {
  return {
    routeKey,
    eventType,
    extendedRequestId: expect.stringMatching(idForm),
    requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
    messageDirection: 'IN',
    stage: 'prod',
    connectedAt: expect.any(Number),
    requestTimeEpoch: expect.any(Number),
    identity: { sourceIp: '127.0.0.1', userAgent: 'test/1' },
    requestId: expect.stringMatching(idForm),
    domainName: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    connectionId: expect.stringMatching(idForm),
    apiId: 'abc123def4',
  };
}

const authorizer = {
  principalId: '1',
  user: 'alice',
  // Functions get context values as strings.
  age: '42',
  admin: 'true',
  integrationLatency: expect.any(Number),
};

const headers = { 'User-Agent': 'test/1', 'X-Twice': 'a' };

test('the authorizer gets a REQUEST event', async () => {
  const { url, calls } = await start();
  await connect(`${url}?room=1&room=2&name=a%20b`, { headers });
  const { event } = await calls.next('authorize');
  expect(event).toEqual({
    type: 'REQUEST',
    methodArn: 'arn:aws:execute-api:us-east-1:000000000000:abc123def4/prod/$connect',
    headers: expect.objectContaining({ 'X-Twice': 'a', 'X-Forwarded-For': '127.0.0.1' }),
    multiValueHeaders: expect.objectContaining({ 'X-Twice': ['a'] }),
    queryStringParameters: { room: '2', name: 'a b' },
    multiValueQueryStringParameters: { room: ['1', '2'], name: ['a b'] },
    stageVariables: {},
    requestContext: sharedContext('$connect', 'CONNECT'),
  });
});

test('$connect gets headers, query string and the authorizer context, with its values as texts', async () => {
  const { url, calls } = await start();
  await connect(`${url}?room=1&room=2`, { headers });
  const { event } = await calls.next('connect');
  expect(event).toEqual({
    headers: expect.objectContaining({ Host: expect.any(String), 'User-Agent': 'test/1' }),
    multiValueHeaders: expect.objectContaining({ 'User-Agent': ['test/1'] }),
    queryStringParameters: { room: '2' },
    multiValueQueryStringParameters: { room: ['1', '2'] },
    requestContext: { ...sharedContext('$connect', 'CONNECT'), authorizer },
    isBase64Encoded: false,
  });
});

test('without a query string, the events have no query parameters', async () => {
  const { url, calls } = await start();
  await connect(url, { headers });
  for (const name of ['authorize', 'connect']) {
    const { event } = await calls.next(name);
    expect(Object.keys(event)).not.toContain('queryStringParameters');
    expect(Object.keys(event)).not.toContain('multiValueQueryStringParameters');
  }
});

test('a message event has no headers and no query string, only context and body', async () => {
  const { url, calls } = await start();
  const client = await connect(`${url}?room=1`, { headers });
  client.send({ action: 'send', message: 'hi' });
  const { event } = await calls.next('send');
  expect(event).toEqual({
    requestContext: {
      ...sharedContext('send', 'MESSAGE'),
      messageId: expect.stringMatching(idForm),
      authorizer,
    },
    body: '{"action":"send","message":"hi"}',
    isBase64Encoded: false,
  });
});

test('$disconnect gets code and reason, and only principalId of the authorizer context', async () => {
  const { url, calls } = await start();
  const client = await connect(url, { headers });
  await client.close(4000, 'bye');
  const { event } = await calls.next('disconnect');
  expect(event).toEqual({
    headers: { Host: expect.any(String), 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    multiValueHeaders: {
      Host: [expect.any(String)],
      'x-api-key': [''],
      'X-Forwarded-For': [''],
      'x-restapi': [''],
    },
    requestContext: {
      ...sharedContext('$disconnect', 'DISCONNECT'),
      disconnectStatusCode: 4000,
      disconnectReason: 'bye',
      authorizer: { principalId: '1' },
    },
    isBase64Encoded: false,
  });
});

test('$disconnect gets 1005 for a client that closes without a code', async () => {
  const { connect: open, calls } = await start();
  await (await open()).close();
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({
    disconnectStatusCode: 1005,
    disconnectReason: 'Client-side close frame status not set',
  });
});

test('$disconnect gets 1006 for a client that breaks the connection', async () => {
  const { connect: open, calls, gateway } = await start();
  (await open()).socket.terminate();
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1006 });
  expect(gateway.connectionCount()).toBe(0);
});

test('all events of a connection share connectedAt and connectionId, and have their own request ids', async () => {
  const { connect: open, calls, clock } = await start();
  const startedAt = clock.now();
  const client = await open();
  for (const text of ['one', 'two']) {
    clock.advance(1000);
    client.send(text);
    await calls.next('fallback');
  }
  await client.close();
  await calls.next('disconnect');
  const contexts = calls.all.map(({ event }) => event.requestContext);
  expect(contexts.map(({ routeKey }) => routeKey)).toEqual([
    '$connect',
    '$connect',
    '$default',
    '$default',
    '$disconnect',
  ]);
  expect(new Set(contexts.map(({ connectionId }) => connectionId)).size).toBe(1);
  expect(new Set(contexts.map(({ connectedAt }) => connectedAt))).toEqual(new Set([startedAt]));
  expect(new Set(contexts.map(({ requestId }) => requestId)).size).toBe(5);
  expect(contexts.map(({ requestTimeEpoch }) => requestTimeEpoch)).toEqual(
    [0, 0, 1000, 2000, 2000].map((ms) => startedAt + ms),
  );
  expect(contexts[2]?.['requestTime']).toBe('01/Jan/2030:00:00:01 +0000');
});

test('without an authorizer, no event has an authorizer context', async () => {
  const { connect: open, calls } = await startGateway();
  const client = await open();
  client.send('hi');
  await calls.next('fallback');
  await client.close();
  await calls.next('disconnect');
  expect(calls.all).toHaveLength(3);
  for (const { event } of calls.all) expect(Object.keys(event.requestContext)).not.toContain('authorizer');
});

test('a repeated header has its last value, and both values in multiValueHeaders', async () => {
  const { port, calls } = await start();
  const socket = dialUpgrade(port, '/prod?__proto__=x', [
    ['X-Twice', 'a'],
    ['x-twice', 'b'],
    ['X-Forwarded-For', '10.0.0.1'],
  ]);
  const { event } = await calls.next('connect');
  expect(event.headers).toMatchObject({ 'X-Twice': 'b', 'X-Forwarded-For': '10.0.0.1, 127.0.0.1' });
  expect(event).toMatchObject({ multiValueHeaders: { 'X-Twice': ['a', 'b'] } });
  expect(JSON.stringify(event)).toContain('"queryStringParameters":{"__proto__":"x"}');
  socket.destroy();
});
