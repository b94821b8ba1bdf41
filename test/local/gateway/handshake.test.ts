import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { Gateway } from '../../../local/gateway/open-gateway.ts';
import { connect, RefusedUpgrade } from '../../support/ws-client.ts';
import { dialUpgrade, upgradeHeaders } from './dial-upgrade.ts';
import { api, gate, rejection, startGateway } from './test-gateway.ts';

/** The status of a request made by hand, 101 for an upgrade that was accepted. */
function status(url: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const made = request(url.replace('ws:', 'http:'), { method, headers, agent: false });
    made.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    made.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    made.on('error', reject);
    made.end();
  });
}

function refused(promise: Promise<unknown>): Promise<RefusedUpgrade> {
  return rejection(promise).then((error) => {
    if (error instanceof RefusedUpgrade) return error;
    throw error;
  });
}

test('the upgrade stays pending until $connect has returned', async () => {
  const connected = gate();
  const {
    connect: open,
    calls,
    gateway,
  } = await startGateway({
    functions: { connect: () => connected.passed.then(() => ({ statusCode: 200 })) },
  });
  let opened = false;
  const opening = open().then((client) => {
    opened = true;
    return client;
  });
  await calls.next('connect');
  await new Promise((resolve) => setImmediate(resolve));
  expect(opened).toBe(false);
  expect(gateway.connectionCount()).toBe(0);
  connected.open();
  await opening;
  expect(gateway.connectionCount()).toBe(1);
});

test.each(['/', '/other', '/prod/', '/prod/room/1', '/prodx', '/prod%2F'])(
  'the path %s is refused with 403 and nothing is called',
  async (path) => {
    const { port, calls } = await startGateway();
    const error = await refused(connect(`ws://127.0.0.1:${port}${path}`));
    expect(error.status).toBe(403);
    expect(JSON.parse(error.body)).toEqual({ message: 'Forbidden' });
    expect(calls.all).toEqual([]);
  },
);

test('a query may follow the stage', async () => {
  const { port } = await startGateway();
  const client = await connect(`ws://127.0.0.1:${port}/prod?room=1`);
  expect(client.socket.readyState).toBe(client.socket.OPEN);
});

test('a request to the stage that is no upgrade is answered with 426', async () => {
  const { http, calls } = await startGateway();
  const response = await fetch(http);
  expect(response.status).toBe(426);
  expect(calls.all).toEqual([]);
});

test('any other plain request is answered with 403', async () => {
  const { port } = await startGateway();
  for (const path of ['/', '/other', '/prod/x', '/prod/@connections', '/%']) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ message: 'Forbidden' });
  }
});

test.each<[string, Record<string, string>]>([
  ['another protocol', { Upgrade: 'h2c' }],
  ['another version', { 'Sec-WebSocket-Version': '8' }],
  ['a key that is no key', { 'Sec-WebSocket-Key': 'short' }],
])('an upgrade to %s is refused with 400 and nothing is called', async (_what, headers) => {
  const { url, calls } = await startGateway();
  expect(await status(url, { ...upgradeHeaders, ...headers })).toBe(400);
  expect(calls.all).toEqual([]);
  expect(await status(url, upgradeHeaders)).toBe(101);
});

test.each([301, 400, 401, 403, 404, 429, 500, 503])(
  'a $connect that returns %i refuses with it',
  async (statusCode) => {
    const { connect: open, gateway } = await startGateway({ functions: { connect: () => ({ statusCode }) } });
    expect((await refused(open())).status).toBe(statusCode);
    expect(gateway.connectionCount()).toBe(0);
  },
);

test('a $connect that throws refuses with 502', async () => {
  const { connect: open, lines } = await startGateway({
    functions: {
      connect() {
        throw new Error('secret');
      },
    },
  });
  const error = await refused(open());
  expect(error.status).toBe(502);
  expect(JSON.parse(error.body)).toMatchObject({ message: 'Internal server error' });
  expect(lines).toEqual(['Route $connect failed: connect threw; see its log']);
});

test.each([
  undefined,
  null,
  'ok',
  200,
  [],
  {},
  { statusCode: 'x' },
  { statusCode: 200, data: 1 },
  { statusCode: 101 },
])('a $connect that returns %j refuses with 502', async (result) => {
  const { connect: open } = await startGateway({ functions: { connect: () => result } });
  expect((await refused(open())).status).toBe(502);
});

test('a $connect that takes longer than 29 s refuses with 504', async () => {
  const {
    connect: open,
    calls,
    clock,
  } = await startGateway({
    functions: { connect: () => new Promise(() => {}) },
  });
  const refusal = refused(open());
  await calls.next('connect');
  clock.advance(29_000);
  expect((await refusal).status).toBe(504);
});

test('no $disconnect follows a $connect that refused', async () => {
  let answer = 403;
  const {
    connect: open,
    calls,
    gateway,
  } = await startGateway({
    functions: { connect: () => ({ statusCode: answer }) },
  });
  await refused(open());
  answer = 200;
  const client = await open();
  await client.close();
  await calls.next('disconnect');
  await gateway.close();
  expect(calls.all.filter(({ functionName }) => functionName === 'disconnect')).toHaveLength(1);
});

test('the subprotocol that $connect echoes is sent as it is', async () => {
  const { connect: open } = await startGateway({
    functions: { connect: () => ({ statusCode: 200, headers: { 'sec-websocket-PROTOCOL': 'Bearer' } }) },
  });
  const client = await open({ protocols: ['Bearer', 'a.b.c'] });
  expect(client.protocol).toBe('Bearer');
});

test('without an echo none is sent, and a client that offered some drops the connection', async () => {
  const { connect: open, calls } = await startGateway();
  const error = await rejection(open({ protocols: ['Bearer', 'a.b.c'] }));
  expect(String(error)).toContain('Server sent no subprotocol');
  await calls.next('disconnect');
});

test('an echo that breaks the line is a malformed result', async () => {
  const { connect: open } = await startGateway({
    functions: { connect: () => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'a\r\nX: y' } }) },
  });
  expect((await refused(open({ protocols: ['a'] }))).status).toBe(502);
});

test("a subprotocol that is offered twice is the function's business", async () => {
  const { url } = await startGateway();
  expect(await status(url, { ...upgradeHeaders, 'Sec-WebSocket-Protocol': 'Bearer, Bearer' })).toBe(101);
});

test('compression is not negotiated', async () => {
  const { connect: open } = await startGateway();
  const client = await open();
  expect(client.extensions).toBe('');
});

test('without a $connect route the socket opens', async () => {
  const { connect: open } = await startGateway({
    api: { ...api, routes: new Map([['$default', 'fallback']]) },
  });
  const client = await open();
  await client.close();
});

const leave: [string, (socket: ReturnType<typeof dialUpgrade>) => void][] = [
  ['ends', (socket) => socket.end()],
  ['resets', (socket) => socket.resetAndDestroy()],
];

test.each(leave)(
  'a client that %s its socket while the upgrade is pending gets a $disconnect',
  async (_how, drop) => {
    const connected = gate();
    const { calls, gateway, port } = await startGateway({
      functions: { connect: () => connected.passed.then(() => ({ statusCode: 200 })) },
    });
    const socket = dialUpgrade(port);
    const { event } = await calls.next('connect');
    drop(socket);
    await new Promise((resolve) => setTimeout(resolve, 50));
    connected.open();
    const { event: end } = await calls.next('disconnect');
    expect(end.requestContext).toMatchObject({
      connectionId: event.requestContext.connectionId,
      disconnectStatusCode: 1006,
    });
    expect(gateway.connectionCount()).toBe(0);
  },
);

test('a gateway that closes while an upgrade is pending lets its $connect end with a $disconnect', async () => {
  const connected = gate();
  const { calls, gateway, port } = await startGateway({
    functions: { connect: () => connected.passed.then(() => ({ statusCode: 200 })) },
  });
  dialUpgrade(port);
  await calls.next('connect');
  const closing: ReturnType<Gateway['close']> = gateway.close();
  connected.open();
  await calls.next('disconnect');
  await closing;
});
