import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { NoAnswer } from '../../../functions/aws/errors.ts';
import type { WireRequest } from '../../../functions/aws/line.ts';
import { Pool, type PoolOptions } from '../../../functions/aws/transport.ts';
import { answering, listening } from '../../support/answering.ts';

function poolOf(url: string, options: Partial<PoolOptions> = {}): Pool {
  const pool = new Pool(new URL(url), { lines: 2, ...options });
  onTestFinished(() => pool.end());
  return pool;
}

const request = (text = 'hi', path = '/'): WireRequest => ({
  method: 'POST',
  head: `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n`,
  body: Buffer.from(text),
});

/** A promise that a test settles. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

test('each request gets its own answer, however many there are', async () => {
  const { url } = await answering((response, { body }) => response.end(`re: ${body}`));
  const pool = poolOf(url);
  const texts = Array.from({ length: 200 }, (_, index) => `Grüße ${index}`);
  const answers = await Promise.all(texts.map((text) => pool.ask(request(text))));
  expect(answers.map(({ body }) => body.toString())).toEqual(texts.map((text) => `re: ${text}`));
});

test('no more requests are under way than there are lines, and they are served in their order', async () => {
  const held: ServerResponse[] = [];
  const { url, came } = await answering((response) => {
    held.push(response);
    if (held.length === 3) for (const each of held.splice(0)) each.end();
  });
  const pool = poolOf(url, { lines: 3 });
  await Promise.all(Array.from({ length: 30 }, (_, index) => pool.ask(request(String(index)))));
  // Each three came at once, in whatever order their connections brought them.
  for (const [index, { body }] of came.entries()) {
    expect(Math.floor(Number(body) / 3)).toBe(Math.floor(index / 3));
  }
  expect(pool.size).toBe(3);
  expect(new Set(came.map(({ socket }) => socket.remotePort)).size).toBe(3);
});

test('a large answer in chunks is read whole', async () => {
  const large = 'ä'.repeat(300_000);
  const { url } = await answering((response) => {
    response.write(large);
    response.end(large);
  });
  const { body } = await poolOf(url).ask(request());
  expect(body.toString()).toBe(large + large);
});

test('a large request arrives whole', async () => {
  const large = 'ä'.repeat(2_000_000);
  const { url, came } = await answering((response) => response.end());
  await poolOf(url).ask(request(large));
  expect(came[0]?.body).toBe(large);
});

test('a kept connection that was closed meanwhile costs no request', async () => {
  const { url, came, server } = await answering((response) => response.end());
  const pool = poolOf(url);
  await pool.ask(request('first'));
  // The close and the next request cross on the way, as when Lambda froze the function in between.
  const closed = once(came[0]?.socket ?? server, 'close');
  came[0]?.socket.destroy();
  const second = pool.ask(request('second'));
  await closed;
  expect((await second).status).toBe(200);
  expect(came.map(({ body }) => body)).toEqual(['first', 'second']);
});

test('a request on a new connection that breaks is not sent again: it may have been served', async () => {
  const { url, came } = await answering((_, { socket }) => socket.destroy());
  await expect(poolOf(url).ask(request())).rejects.toBeInstanceOf(NoAnswer);
  expect(came).toHaveLength(1);
});

test('a request that breaks on a kept connection is sent once more, not for ever', async () => {
  const { url, came } = await answering((response, { body, socket }) => {
    if (body === 'first') response.end();
    else socket.destroy();
  });
  const pool = poolOf(url);
  await pool.ask(request('first'));
  await expect(pool.ask(request('second'))).rejects.toBeInstanceOf(NoAnswer);
  expect(came.map(({ body }) => body)).toEqual(['first', 'second', 'second']);
});

test('when a connection breaks, those who wait get another', async () => {
  const { url } = await answering((response, { body, socket }) => {
    if (body === 'bad') socket.destroy();
    else response.end();
  });
  const pool = poolOf(url, { lines: 1 });
  const asked = ['bad', 'good', 'bad', 'good'].map((text) => pool.ask(request(text)));
  const ended = await Promise.allSettled(asked);
  expect(ended[1]?.status).toBe('fulfilled');
  expect(ended[3]?.status).toBe('fulfilled');
  expect(ended[0]?.status).toBe('rejected');
});

test('nobody there is an error that says so, with its cause', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await expect(poolOf(`http://127.0.0.1:${port}`).ask(request())).rejects.toMatchObject({
    name: 'NoAnswer',
    message: 'Request not answered: the connection broke; try again',
    cause: { code: 'ECONNREFUSED' },
  });
});

test('who answers nothing is given up, and is not asked again', async () => {
  const held = gate();
  const { url, came } = await answering(async (response, { body }) => {
    if (body === 'second') await held.opened;
    response.end();
  });
  const pool = poolOf(url, { silenceMs: 50 });
  await pool.ask(request('first'));
  await expect(pool.ask(request('second'))).rejects.toThrow('nothing came for 0.05 s');
  held.open();
  expect(came).toHaveLength(2);
});

test('what is no HTTP is an error, and its connection is given up', async () => {
  const server = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const pool = poolOf(`http://127.0.0.1:${port}`);
  await expect(pool.ask(request())).rejects.toThrow('what came is no HTTP');
  await expect.poll(() => pool.size).toBe(0);
});

test('a connection that was idle too long is not used again', async () => {
  const { url, came } = await answering((response) => response.end());
  const pool = poolOf(url, { idleMs: -1 });
  await pool.ask(request('first'));
  await pool.ask(request('second'));
  expect(new Set(came.map(({ socket }) => socket)).size).toBe(2);
});

const certificate = readFileSync(new URL('localhost.pem', import.meta.url), 'utf8');

test('over TLS the host is checked, and a later connection resumes the session', async () => {
  const trusted = getCACertificates('default');
  const server = createTlsServer({ key: certificate, cert: certificate }, (_, response) =>
    response.end('safe'),
  );
  const port = await listening(server);
  let resumed = 0;
  server.on('secureConnection', (socket) => {
    if (socket.isSessionReused()) resumed++;
  });
  const pool = poolOf(`https://localhost:${port}`, { idleMs: -1 });
  await expect(pool.ask(request())).rejects.toMatchObject({ cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
  setDefaultCACertificates([...trusted, certificate]);
  onTestFinished(() => setDefaultCACertificates(trusted));
  expect((await pool.ask(request())).body.toString()).toBe('safe');
  await pool.ask(request());
  expect(resumed).toBe(1);
  await expect(poolOf(`https://127.0.0.1:${port}`).ask(request())).rejects.toMatchObject({
    cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  });
});
