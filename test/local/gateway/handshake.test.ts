import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { connect, RefusedUpgrade } from '../../support/ws-client.ts';
import {
  api,
  blockedFunction,
  dialUpgrade,
  rejection,
  startGateway,
  upgradeHeaders,
} from './test-gateway.ts';

/** Sends a request with these headers and returns the status: 101 for an accepted upgrade. */
function status(url: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url.replace('ws:', 'http:'), { method, headers, agent: false });
    outgoing.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    outgoing.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function rejectedUpgrade(promise: Promise<unknown>): Promise<RefusedUpgrade> {
  return rejection(promise).then((error) => {
    if (error instanceof RefusedUpgrade) return error;
    throw error;
  });
}

/** Returns the server's end of the next TCP connection to this process. */
function nextServerSocket(): Promise<Socket> {
  return new Promise((resolve) => {
    const take = (message: unknown) => {
      unsubscribe('net.server.socket', take);
      resolve((message as { readonly socket: Socket }).socket);
    };
    subscribe('net.server.socket', take);
  });
}

/** Resolves when the server has noticed that the client ended or reset the socket. */
function endOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close']) socket.once(event, () => resolve());
  });
}

test('keeps the upgrade pending until $connect has returned', async () => {
  const blocked = blockedFunction();
  const {
    connect: open,
    calls,
    gateway,
  } = await startGateway({
    functions: { connect: blocked.handler },
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
  blocked.release();
  await opening;
  expect(gateway.connectionCount()).toBe(1);
});

test.each(['/', '/other', '/prod/', '/prod/room/1', '/prodx', '/prod%2F'])(
  'rejects the path %s with 403 without a function call',
  async (path) => {
    const { port, calls } = await startGateway();
    const error = await rejectedUpgrade(connect(`ws://127.0.0.1:${port}${path}`));
    expect(error.status).toBe(403);
    expect(JSON.parse(error.body)).toEqual({ message: 'Forbidden' });
    expect(calls.all).toEqual([]);
  },
);

test('accepts a query string after the stage', async () => {
  const { port } = await startGateway();
  const client = await connect(`ws://127.0.0.1:${port}/prod?room=1`);
  expect(client.socket.readyState).toBe(client.socket.OPEN);
});

test('answers 426 to a request to the stage without an upgrade', async () => {
  const { http, calls } = await startGateway();
  const response = await fetch(http);
  expect(response.status).toBe(426);
  expect(calls.all).toEqual([]);
});

test('answers 403 to any other request without an upgrade', async () => {
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
  ['a malformed key', { 'Sec-WebSocket-Key': 'short' }],
])('rejects an upgrade with %s: status 400 and no function call', async (_what, headers) => {
  const { url, calls } = await startGateway();
  expect(await status(url, { ...upgradeHeaders, ...headers })).toBe(400);
  expect(calls.all).toEqual([]);
  expect(await status(url, upgradeHeaders)).toBe(101);
});

test.each([301, 400, 401, 403, 404, 429, 500, 503])(
  'rejects with the status %i that $connect returned',
  async (statusCode) => {
    const { connect: open, gateway } = await startGateway({ functions: { connect: () => ({ statusCode }) } });
    expect((await rejectedUpgrade(open())).status).toBe(statusCode);
    expect(gateway.connectionCount()).toBe(0);
  },
);

test('rejects with 502 when $connect throws', async () => {
  const { connect: open, lines } = await startGateway({
    functions: {
      connect() {
        throw new Error('secret');
      },
    },
  });
  const error = await rejectedUpgrade(open());
  expect(error.status).toBe(502);
  expect(JSON.parse(error.body)).toMatchObject({ message: 'Internal server error' });
  expect(lines).toEqual(["Route $connect failed: connect threw. See the function's log."]);
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
])('rejects with 502 when $connect returns %j', async (result) => {
  const { connect: open } = await startGateway({ functions: { connect: () => result } });
  expect((await rejectedUpgrade(open())).status).toBe(502);
});

test('rejects with 504 when $connect takes longer than 29 s', async () => {
  const {
    connect: open,
    calls,
    clock,
  } = await startGateway({
    functions: { connect: () => new Promise(() => {}) },
  });
  const rejected = rejectedUpgrade(open());
  await calls.next('connect');
  clock.advance(29_000);
  expect((await rejected).status).toBe(504);
});

test('does not call $disconnect after a rejecting $connect', async () => {
  let answer = 403;
  const {
    connect: open,
    calls,
    gateway,
  } = await startGateway({
    functions: { connect: () => ({ statusCode: answer }) },
  });
  await rejectedUpgrade(open());
  answer = 200;
  const client = await open();
  await client.close();
  await calls.next('disconnect');
  await gateway.close();
  expect(calls.all.filter(({ functionName }) => functionName === 'disconnect')).toHaveLength(1);
});

test('sends the subprotocol that $connect returned unchanged', async () => {
  const { connect: open } = await startGateway({
    functions: { connect: () => ({ statusCode: 200, headers: { 'sec-websocket-PROTOCOL': 'Bearer' } }) },
  });
  const client = await open({ protocols: ['Bearer', 'a.b.c'] });
  expect(client.protocol).toBe('Bearer');
});

test('sends no subprotocol if $connect returned none, and a client that offered subprotocols then drops the connection', async () => {
  const { connect: open, calls } = await startGateway();
  const error = await rejection(open({ protocols: ['Bearer', 'a.b.c'] }));
  expect(String(error)).toContain('Server sent no subprotocol');
  await calls.next('disconnect');
});

test('rejects with 502 when $connect returns a subprotocol with a line break', async () => {
  const { connect: open } = await startGateway({
    functions: { connect: () => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'a\r\nX: y' } }) },
  });
  expect((await rejectedUpgrade(open({ protocols: ['a'] }))).status).toBe(502);
});

test('does not reject a subprotocol that is offered twice', async () => {
  const { url } = await startGateway();
  expect(await status(url, { ...upgradeHeaders, 'Sec-WebSocket-Protocol': 'Bearer, Bearer' })).toBe(101);
});

test('does not negotiate compression', async () => {
  const { connect: open } = await startGateway();
  const client = await open();
  expect(client.extensions).toBe('');
});

test('opens the socket if the API has no $connect route', async () => {
  const { connect: open } = await startGateway({
    api: { ...api, routes: new Map([['$default', 'fallback']]) },
  });
  const client = await open();
  await client.close();
});

const departures: [string, (socket: Socket) => void][] = [
  ['ends', (socket) => socket.end()],
  ['resets', (socket) => socket.resetAndDestroy()],
];

test.each(departures)(
  'calls $disconnect for a client that %s its socket while the upgrade is pending',
  async (_how, leave) => {
    const blocked = blockedFunction();
    const { calls, gateway, port } = await startGateway({
      functions: { connect: blocked.handler },
    });
    const accepted = nextServerSocket();
    const socket = dialUpgrade(port);
    const { event } = await calls.next('connect');
    const ended = endOf(await accepted);
    leave(socket);
    await ended;
    blocked.release();
    const { event: end } = await calls.next('disconnect');
    expect(end.requestContext).toMatchObject({
      connectionId: event.requestContext.connectionId,
      disconnectStatusCode: 1006,
    });
    expect(gateway.connectionCount()).toBe(0);
  },
);

test('calls $disconnect for an upgrade that was pending when the gateway closed', async () => {
  const blocked = blockedFunction();
  const { calls, gateway, port } = await startGateway({
    functions: { connect: blocked.handler },
  });
  dialUpgrade(port);
  await calls.next('connect');
  const closing = gateway.close();
  blocked.release();
  await calls.next('disconnect');
  await closing;
});
