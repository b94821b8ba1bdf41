import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { expect, test } from 'vitest';
import type { GatewayOptions } from '../../../local/gateway/gateway-state.ts';
import { openGateway } from '../../../local/gateway/open-gateway.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { connect } from '../../support/ws-client.ts';
import { api, blockedFunction, ok, startConnected, startGateway, upgradeRequest } from './test-gateway.ts';

function createGateway(more: Partial<GatewayOptions> = {}) {
  return openGateway({
    api: () => api,
    invoke: async () => ({ statusCode: 200 }),
    permit: () => undefined,
    clock: new ManualClock(),
    log: () => {},
    ...more,
  });
}

test('names the variable to set when the port is in use', async () => {
  const { port } = await startGateway();
  await expect(createGateway().listen(port)).rejects.toThrow(
    new Error(
      `Gateway did not start: port ${port} is already in use. Stop the process that uses it or set PARLEY_SOCKET_PORT.`,
    ),
  );
});

test('listens on the loopback address only', async () => {
  const { port, url } = await startGateway();
  expect(port).toBeGreaterThan(0);
  await connect(url);
  await expect(connect(`ws://[::1]:${port}/prod`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('close() closes every socket with 1001 and calls $disconnect for each', async () => {
  const { open, calls, gateway } = await startGateway();
  const clients = [await open(), await open()];
  await gateway.close();
  for (const { client } of clients) expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  const ended = calls.all.filter(({ functionName }) => functionName === 'disconnect');
  expect(ended.map(({ event }) => event.requestContext)).toMatchObject(
    clients.map(({ id }) => ({
      connectionId: id,
      disconnectStatusCode: 1001,
      disconnectReason: 'Going away',
    })),
  );
  expect(gateway.connectionCount()).toBe(0);
});

test('close() waits for $disconnect functions', async () => {
  const blocked = blockedFunction();
  const { open, calls, gateway } = await startGateway({
    functions: { disconnect: blocked.handler },
    limits: { closeMs: 60_000 },
  });
  const { client } = await open();
  let closed = false;
  const closing = gateway.close().then(() => {
    closed = true;
  });
  await calls.next('disconnect');
  await client.closed;
  expect(closed).toBe(false);
  blocked.release();
  await closing;
});

test('does not open an upgrade that arrives while the gateway closes', async () => {
  const blocked = blockedFunction();
  const { open, calls, gateway, port } = await startGateway({
    functions: { disconnect: blocked.handler },
    limits: { closeMs: 60_000 },
  });
  await open();
  const socket = dial(port, '127.0.0.1');
  await once(socket, 'connect');
  // After this answer, the server has accepted the connection above, too.
  await fetch(`http://127.0.0.1:${port}/prod`);
  const closing = gateway.close();
  await calls.next('disconnect');
  socket.write(upgradeRequest());
  await once(socket, 'close');
  blocked.release();
  await closing;
  expect(gateway.connectionCount()).toBe(0);
});

test('close() answers @connections calls of functions that still run', async () => {
  const blocked = blockedFunction();
  const { client, id, calls, gateway, post } = await startConnected({
    functions: { fallback: blocked.handler },
    limits: { closeMs: 60_000 },
  });
  client.send({ action: 'anything' });
  await calls.next('fallback');
  const closing = gateway.close();
  await client.closed;
  await expect(post(id, 'late')).rejects.toMatchObject({ name: 'GoneException' });
  blocked.release();
  await closing;
});

test('close() waits for a function or a client only for a limited time', async () => {
  const { client, gateway } = await startConnected({
    functions: { disconnect: () => new Promise(() => {}) },
    limits: { closeMs: 50 },
  });
  client.socket.pause();
  await gateway.close();
  expect(gateway.connectionCount()).toBe(0);
});

test('answers 500 and logs a line when a request fails, and keeps running', async () => {
  const lines: string[] = [];
  const gateway = createGateway({
    api() {
      throw new Error('Nothing is deployed');
    },
    log: (line) => lines.push(line),
  });
  const port = await gateway.listen(0);
  const response = await fetch(`http://127.0.0.1:${port}/prod/@connections/x`);
  expect(response.status).toBe(500);
  await expect(connect(`ws://127.0.0.1:${port}/prod`)).rejects.toMatchObject({ status: 500 });
  expect(lines).toEqual([
    'Request failed: Error: Nothing is deployed',
    'Handshake failed: Error: Nothing is deployed',
  ]);
  await gateway.close();
});

test('frees its port after close()', async () => {
  const first = await startGateway();
  await first.gateway.close();
  await expect(connect(first.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('close() has no effect when repeated, or before listen()', async () => {
  const { gateway } = await startGateway();
  await Promise.all([gateway.close(), gateway.close()]);
  await gateway.close();
  await createGateway().close();
});

test('logs one line when $disconnect throws', async () => {
  const { client, calls, lines, gateway } = await startConnected({
    functions: {
      connect: ok,
      disconnect() {
        throw new Error('secret');
      },
    },
  });
  await client.close();
  await calls.next('disconnect');
  await gateway.close();
  expect(lines).toEqual(["Route $disconnect failed: disconnect threw. See the function's log."]);
});

test('writes no message text, query string or header to the log', async () => {
  const broken = () => {
    throw new Error('hush-error');
  };
  const { url, calls, lines, gateway } = await startGateway({
    functions: { send: broken, fallback: broken, disconnect: broken },
  });
  const client = await connect(`${url}?token=hush-query`, {
    headers: { Authorization: 'Bearer hush-token' },
  });
  client.send({ action: 'send', message: 'hush-text' });
  client.send('hush-broken');
  await client.next();
  await client.next();
  await client.close();
  await calls.next('disconnect');
  await gateway.close();
  expect(lines).toHaveLength(3);
  expect(lines.join('\n')).not.toContain('hush');
});
