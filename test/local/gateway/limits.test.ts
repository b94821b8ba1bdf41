import { expect, test } from 'vitest';
import { ok, startConnected, startGateway } from './test-gateway.ts';

const minute = 60_000;
const kilobyte = 1024;

test('accepts a frame of 32 KB, and closes with 1009 on one more byte', async () => {
  const { client, calls } = await startConnected();
  client.send('x'.repeat(32 * kilobyte));
  expect((await calls.next('fallback')).event.body).toHaveLength(32 * kilobyte);
  client.send('x'.repeat(32 * kilobyte + 1));
  expect(await client.closed).toMatchObject({ code: 1009 });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1009 });
  expect(calls.all.filter(({ functionName }) => functionName === 'fallback')).toHaveLength(1);
});

test('accepts a message of 128 KB in frames of 32 KB, and closes with 1009 on one more byte', async () => {
  const { client, calls } = await startConnected();
  const part = 'x'.repeat(32 * kilobyte);
  for (let index = 0; index < 4; index += 1) client.socket.send(part, { fin: index === 3 });
  expect((await calls.next('fallback')).event.body).toHaveLength(128 * kilobyte);
  for (let index = 0; index < 4; index += 1) client.socket.send(part, { fin: false });
  client.socket.send('x', { fin: true });
  expect(await client.closed).toMatchObject({ code: 1009 });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1009 });
});

test('closes with 1003 on a binary frame', async () => {
  const { client, calls } = await startConnected();
  client.socket.send(Buffer.from('{"action":"send"}'));
  expect(await client.closed).toMatchObject({ code: 1003 });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1003 });
  expect(calls.all.map(({ functionName }) => functionName)).toEqual(['connect', 'disconnect']);
});

test('closes with 1007 on text that is not UTF-8', async () => {
  const { client, calls } = await startConnected();
  client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
  expect(await client.closed).toMatchObject({ code: 1007 });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1007 });
});

test('closes a connection with 1001 after 10 idle minutes', async () => {
  const { client, calls, clock, gateway } = await startConnected();
  clock.advance(10 * minute - 1);
  expect(gateway.connectionCount()).toBe(1);
  clock.advance(1);
  expect(gateway.connectionCount()).toBe(0);
  expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  const { event } = await calls.next('disconnect');
  expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1001, disconnectReason: 'Going away' });
});

test('restarts the 10 minutes after a message in either direction', async () => {
  const { client, id, calls, clock, gateway, post } = await startConnected();
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

test('answers a ping, which does not count as activity', async () => {
  const { client, clock } = await startConnected();
  clock.advance(9 * minute);
  const pong = new Promise((resolve) => client.socket.once('pong', resolve));
  client.socket.ping();
  await pong;
  clock.advance(minute);
  expect(await client.closed).toMatchObject({ code: 1001 });
});

test('closes a busy connection after 2 hours', async () => {
  const { client, calls, clock, gateway } = await startConnected();
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

test('ignores a frame that arrives after the gateway began to close the connection', async () => {
  const { client, id, open, calls, remove } = await startConnected();
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

test('answers inbound messages over the account rate with Too Many Requests', async () => {
  const { client, id, clock, calls } = await startConnected({
    limits: { requestsPerSecond: 10, requestBurst: 2 },
  });
  for (const text of ['1', '2', '3']) client.send(text);
  expect(await client.next()).toMatchObject({ message: 'Too Many Requests', connectionId: id });
  expect(calls.all.filter(({ functionName }) => functionName === 'fallback')).toHaveLength(2);
  clock.advance(100);
  client.send('4');
  await calls.next('fallback');
  await calls.next('fallback');
  expect((await calls.next('fallback')).event.body).toBe('4');
});

test('counts inbound messages and @connections calls against the same rate', async () => {
  const { client, id, calls, post } = await startConnected({ limits: { requestBurst: 2 } });
  await post(id, 'one');
  client.send('two');
  await calls.next('fallback');
  await expect(post(id, 'three')).rejects.toMatchObject({ name: 'LimitExceededException' });
});

test('rejects new connections over the rate with 429', async () => {
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
