import { expect, test } from 'vitest';
import { ok, startGateway } from './test-gateway.ts';

const minute = 60_000;
const kilobyte = 1024;

test('a frame of 32 KB is taken, one byte more closes with 1009', async () => {
  const { open, calls } = await startGateway();
  const { client } = await open();
  client.send('x'.repeat(32 * kilobyte));
  expect((await calls.next('fallback')).event.body).toHaveLength(32 * kilobyte);
  client.send('x'.repeat(32 * kilobyte + 1));
  expect(await client.closed).toMatchObject({ code: 1009 });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1009 });
  expect(calls.all.filter(({ functionName }) => functionName === 'fallback')).toHaveLength(1);
});

test('a message of 128 KB in frames of 32 KB is taken, one byte more closes with 1009', async () => {
  const { open, calls } = await startGateway();
  const { client } = await open();
  const part = 'x'.repeat(32 * kilobyte);
  for (let index = 0; index < 4; index += 1) client.socket.send(part, { fin: index === 3 });
  expect((await calls.next('fallback')).event.body).toHaveLength(128 * kilobyte);
  for (let index = 0; index < 4; index += 1) client.socket.send(part, { fin: false });
  client.socket.send('x', { fin: true });
  expect(await client.closed).toMatchObject({ code: 1009 });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1009 });
});

test('a binary frame closes the connection with 1003', async () => {
  const { open, calls } = await startGateway();
  const { client } = await open();
  client.socket.send(Buffer.from('{"action":"send"}'));
  expect(await client.closed).toMatchObject({ code: 1003 });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1003 });
  expect(calls.all.map(({ functionName }) => functionName)).toEqual(['connect', 'disconnect']);
});

test('a text that is no UTF-8 closes the connection with 1007', async () => {
  const { open, calls } = await startGateway();
  const { client } = await open();
  client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
  expect(await client.closed).toMatchObject({ code: 1007 });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1007 });
});

test('a connection that is idle for 10 minutes is closed with 1001', async () => {
  const { open, calls, clock, gateway } = await startGateway();
  const { client } = await open();
  clock.advance(10 * minute - 1);
  expect(gateway.connectionCount()).toBe(1);
  clock.advance(1);
  expect(gateway.connectionCount()).toBe(0);
  expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1001, disconnectReason: 'Going away' });
});

test('a message in either direction keeps a connection for 10 minutes more', async () => {
  const { open, calls, clock, gateway, post } = await startGateway();
  const { client, id } = await open();
  clock.advance(9 * minute);
  client.send('hi');
  await calls.next('fallback');
  clock.advance(9 * minute);
  await post(id, 'hi');
  clock.advance(10 * minute - 1);
  expect(gateway.connectionCount()).toBe(1);
  clock.advance(1);
  expect(await client.closed).toMatchObject({ code: 1001 });
});

test('a ping is answered, and does not keep a connection', async () => {
  const { open, clock } = await startGateway();
  const { client } = await open();
  clock.advance(9 * minute);
  const pong = new Promise((resolve) => client.socket.once('pong', resolve));
  client.socket.ping();
  await pong;
  clock.advance(minute);
  expect(await client.closed).toMatchObject({ code: 1001 });
});

test('a busy connection is closed after 2 hours', async () => {
  const { open, calls, clock, gateway } = await startGateway();
  const { client } = await open();
  for (let passed = 9; passed < 120; passed += 9) {
    clock.advance(9 * minute);
    client.send('busy');
    await calls.next('fallback');
  }
  clock.advance(3 * minute - 1);
  expect(gateway.connectionCount()).toBe(1);
  clock.advance(1);
  expect(await client.closed).toMatchObject({ code: 1001 });
});

test('a frame that comes after the gateway began to close is not handled', async () => {
  const { open, calls, remove } = await startGateway();
  const { client, id } = await open();
  const { client: other, id: otherId } = await open();
  client.socket.pause();
  await remove(id);
  client.send('too late');
  client.socket.resume();
  await client.closed;
  await calls.next('disconnect');
  other.send('marker');
  const { event } = await calls.next('fallback');
  expect(event.requestContext.connectionId).toBe(otherId);
});

test('inbound messages over the account rate are answered with Too Many Requests', async () => {
  const { open, clock, calls } = await startGateway({ limits: { requestsPerSecond: 10, requestBurst: 2 } });
  const { client, id } = await open();
  for (const text of ['1', '2', '3']) client.send(text);
  expect(await client.next()).toMatchObject({ message: 'Too Many Requests', connectionId: id });
  expect(calls.all.filter(({ functionName }) => functionName === 'fallback')).toHaveLength(2);
  clock.advance(100);
  client.send('4');
  await calls.next('fallback');
  await calls.next('fallback');
  expect((await calls.next('fallback')).event.body).toBe('4');
});

test('inbound messages and @connections calls share one rate', async () => {
  const { open, calls, post } = await startGateway({ limits: { requestBurst: 2 } });
  const { client, id } = await open();
  await post(id, 'one');
  client.send('two');
  await calls.next('fallback');
  await expect(post(id, 'three')).rejects.toMatchObject({ name: 'LimitExceededException' });
});

test('new connections over the rate are refused with 429', async () => {
  const { connect, clock } = await startGateway({
    limits: { connectsPerSecond: 2 },
    functions: { connect: ok },
  });
  await connect();
  await connect();
  await expect(connect()).rejects.toMatchObject({ status: 429, body: '{"message":"Too Many Requests"}' });
  clock.advance(500);
  await connect();
});
