import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { expect, test } from 'vitest';
import { type GatewayOptions, openGateway } from '../../../local/gateway/open-gateway.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { connect } from '../../support/ws-client.ts';
import { upgradeRequest } from './dial-upgrade.ts';
import { api, gate, ok, startGateway } from './test-gateway.ts';

function unopened(more: Partial<GatewayOptions> = {}) {
  return openGateway({
    api: () => api,
    invoke: async () => ({ statusCode: 200 }),
    permit: () => undefined,
    clock: new ManualClock(),
    log: () => {},
    ...more,
  });
}

test('a taken port is one clear line that names the variable to set', async () => {
  const { port } = await startGateway();
  const why = `port ${port} is taken; stop what uses it or set`;
  await expect(unopened().listen(port)).rejects.toThrow(
    new Error(`Gateway did not start: ${why} PARLEY_SOCKET_PORT`),
  );
  await expect(unopened({ portVariable: 'OTHER' }).listen(port)).rejects.toThrow(
    new Error(`Gateway did not start: ${why} OTHER`),
  );
});

test('it listens on the loopback address only', async () => {
  const { port, url } = await startGateway();
  expect(port).toBeGreaterThan(0);
  await connect(url);
  await expect(connect(`ws://[::1]:${port}/prod`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('close ends every socket with 1001 and calls $disconnect for each', async () => {
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

test('close waits for a $disconnect function', async () => {
  const finish = gate();
  const { open, calls, gateway } = await startGateway({
    functions: { disconnect: () => finish.passed.then(() => ({ statusCode: 200 })) },
    limits: { closeMs: 60_000 },
  });
  await open();
  let closed = false;
  const closing = gateway.close().then(() => {
    closed = true;
  });
  await calls.next('disconnect');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(closed).toBe(false);
  finish.open();
  await closing;
});

test('an upgrade that comes while the gateway closes does not open', async () => {
  const finish = gate();
  const { open, calls, gateway, port } = await startGateway({
    functions: { disconnect: () => finish.passed.then(() => ({ statusCode: 200 })) },
    limits: { closeMs: 60_000 },
  });
  await open();
  const socket = dial(port, '127.0.0.1');
  await once(socket, 'connect');
  // The server has to have taken the connection, too, before it stops to listen.
  await fetch(`http://127.0.0.1:${port}/prod`);
  const closing = gateway.close();
  await calls.next('disconnect');
  socket.write(upgradeRequest());
  await once(socket, 'close');
  finish.open();
  await closing;
  expect(gateway.connectionCount()).toBe(0);
});

test('close answers what functions that still run ask of it', async () => {
  const finish = gate();
  const { open, calls, gateway, post } = await startGateway({
    functions: { fallback: () => finish.passed.then(() => ({ statusCode: 200 })) },
    limits: { closeMs: 60_000 },
  });
  const { client, id } = await open();
  client.send({ action: 'anything' });
  await calls.next('fallback');
  const closing = gateway.close();
  await client.closed;
  await expect(post(id, 'late')).rejects.toMatchObject({ name: 'GoneException' });
  finish.open();
  await closing;
});

test('close does not wait for ever, neither for a function nor for a client', async () => {
  const { open, gateway } = await startGateway({
    functions: { disconnect: () => new Promise(() => {}) },
    limits: { closeMs: 50 },
  });
  const { client } = await open();
  client.socket.pause();
  await gateway.close();
  expect(gateway.connectionCount()).toBe(0);
});

test('what throws beneath a request is a 500 and a line in the log, and the gateway lives', async () => {
  const lines: string[] = [];
  const gateway = unopened({
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

test('a port is free again after close', async () => {
  const first = await startGateway();
  await first.gateway.close();
  await expect(connect(first.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('close is harmless when repeated, or before anything listened', async () => {
  const { gateway } = await startGateway();
  await Promise.all([gateway.close(), gateway.close()]);
  await gateway.close();
  await unopened().close();
});

test('a $disconnect that throws is one line in the log', async () => {
  const { open, calls, lines, gateway } = await startGateway({
    functions: {
      connect: ok,
      disconnect() {
        throw new Error('secret');
      },
    },
  });
  const { client } = await open();
  await client.close();
  await calls.next('disconnect');
  await gateway.close();
  expect(lines).toEqual(['Route $disconnect failed: disconnect threw; see its log']);
});

test('no line of the log has a text, a query or a header of a client', async () => {
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
