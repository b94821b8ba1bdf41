import { expect, test } from 'vitest';
import { startConnected } from './test-gateway.ts';

test('next() returns the first matching frame and keeps the other frames', async () => {
  const { client, id, post } = await startConnected();
  for (const frame of ['1', '2', '3']) await post(id, frame);
  expect(await client.next((frame) => frame === 3)).toBe(3);
  expect(await client.next()).toBe(1);
  expect(await client.next()).toBe(2);
  expect(client.frames()).toEqual([1, 2, 3]);
});

test('gives one frame to each of two waiting calls', async () => {
  const { client, id, post } = await startConnected();
  const both = Promise.all([client.next(), client.next()]);
  await post(id, '"a"');
  await post(id, '"b"');
  expect(await both).toEqual(['a', 'b']);
});

test('keeps all frames that arrive in one chunk', async () => {
  const { client, id, post } = await startConnected();
  client.socket.pause();
  for (const frame of ['1', '2', '3']) await post(id, frame);
  const first = client.next();
  client.socket.resume();
  expect([await first, await client.next(), await client.next()]).toEqual([1, 2, 3]);
});

test('rejects when no frame arrives, and lists the frames that arrived', async () => {
  const { client, id, post } = await startConnected();
  await post(id, '{"type":"pong"}');
  await client.next();
  const why = /^Frame did not come: none in 1 ms; waited for .*, frames so far: \{"type":"pong"\}$/;
  await expect(client.next(() => false, 1)).rejects.toThrow(why);
});

test('rejects at once when the socket closes or is closed', async () => {
  const { client, id, remove } = await startConnected();
  const waiting = expect(client.next()).rejects.toThrow('the socket closed with 1000');
  await remove(id);
  await waiting;
  await expect(client.next()).rejects.toThrow('the socket closed with 1000');
});
