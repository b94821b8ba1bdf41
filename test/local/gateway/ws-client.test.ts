import { expect, test } from 'vitest';
import { startGateway } from './test-gateway.ts';

test('next takes the first frame that satisfies, and leaves the others', async () => {
  const { open, post } = await startGateway();
  const { client, id } = await open();
  for (const frame of ['1', '2', '3']) await post(id, frame);
  expect(await client.next((frame) => frame === 3)).toBe(3);
  expect(await client.next()).toBe(1);
  expect(await client.next()).toBe(2);
  expect(client.frames()).toEqual([1, 2, 3]);
});

test('two who wait get one frame each', async () => {
  const { open, post } = await startGateway();
  const { client, id } = await open();
  const both = Promise.all([client.next(), client.next()]);
  await post(id, '"a"');
  await post(id, '"b"');
  expect(await both).toEqual(['a', 'b']);
});

test('frames that come in one chunk are all kept', async () => {
  const { open, post } = await startGateway();
  const { client, id } = await open();
  client.socket.pause();
  for (const frame of ['1', '2', '3']) await post(id, frame);
  const first = client.next();
  client.socket.resume();
  expect([await first, await client.next(), await client.next()]).toEqual([1, 2, 3]);
});

test('a frame that does not come is an error that tells what came instead', async () => {
  const { open, post } = await startGateway();
  const { client, id } = await open();
  await post(id, '{"type":"pong"}');
  await client.next();
  const why = /^Frame did not come: none in 1 ms; waited for .*, frames so far: \{"type":"pong"\}$/;
  await expect(client.next(() => false, 1)).rejects.toThrow(why);
});

test('waiting on a socket that closes, or is closed, is an error at once', async () => {
  const { open, remove } = await startGateway();
  const { client, id } = await open();
  const waiting = expect(client.next()).rejects.toThrow('the socket closed with 1000');
  await remove(id);
  await waiting;
  await expect(client.next()).rejects.toThrow('the socket closed with 1000');
});
