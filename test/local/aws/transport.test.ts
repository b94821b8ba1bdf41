import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NoResponse } from '../../../functions/aws/errors.ts';
import { type HttpRequest, Transport, type TransportOptions } from '../../../functions/aws/transport.ts';
import { answering, listening } from '../../support/answering.ts';

function transportTo(url: string, options: TransportOptions = {}): Transport {
  const transport = new Transport(new URL(url), { maxSockets: 2, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

const request = (text = 'hi', method = 'POST'): HttpRequest => ({
  method,
  path: '/',
  headers: ['host', 'x', 'content-length', String(Buffer.byteLength(text))],
  body: Buffer.from(text),
});

/** A server that responds to each chunk with raw bytes, and resolves to its URL. */
async function rawServer(respond: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('data', () => respond(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('gives each of many concurrent requests its own response', async () => {
  const { url } = await answering((response, { body }) => response.end(`re: ${body}`));
  const transport = transportTo(url);
  const texts = Array.from({ length: 200 }, (_, index) => `Grüße ${index}`);
  const responses = await Promise.all(texts.map((text) => transport.send(request(text))));
  expect(responses.map(({ body }) => body.toString())).toEqual(texts.map((text) => `re: ${text}`));
});

test.each([
  ['maxSockets', 3, { maxSockets: 3 }],
  ['50 by default', 50, { maxSockets: undefined }],
])(
  'sends at most as many requests at once as %s, in the order of the calls',
  async (_what, most, options) => {
    const held: ServerResponse[] = [];
    const { url, came } = await answering((response) => {
      held.push(response);
      if (held.length === most) for (const each of held.splice(0)) each.end();
    });
    const transport = new Transport(
      new URL(url),
      options.maxSockets ? { maxSockets: options.maxSockets } : {},
    );
    onTestFinished(() => transport.close());
    const texts = Array.from({ length: 4 * most }, (_, index) => String(index));
    await Promise.all(texts.map((text) => transport.send(request(text))));
    // Requests of one round arrive in the order in which their connections open.
    for (const [index, { body }] of came.entries()) {
      expect(Math.floor(Number(body) / most)).toBe(Math.floor(index / most));
    }
    expect(new Set(came.map(({ socket }) => socket.remotePort)).size).toBe(most);
  },
);

test('reads a large response in chunks', async () => {
  const large = 'ä'.repeat(300_000);
  const { url } = await answering((response) => {
    response.write(large);
    response.end(large);
  });
  const { body } = await transportTo(url).send(request());
  expect(body.toString()).toBe(large + large);
});

test('sends a large request', async () => {
  const large = 'ä'.repeat(2_000_000);
  const { url, came } = await answering((response) => response.end());
  await transportTo(url).send(request(large));
  expect(came[0]?.body).toBe(large);
});

test('reads status and headers, and no body after HEAD', async () => {
  const { url } = await answering((response) =>
    response.writeHead(410, { 'X-Amzn-ErrorType': 'GoneException', 'content-length': 1234 }).end(),
  );
  const response = await transportTo(url).send(request('', 'HEAD'));
  expect(response).toMatchObject({
    status: 410,
    headers: { 'x-amzn-errortype': 'GoneException', 'content-length': '1234' },
  });
  expect(response.body).toHaveLength(0);
});

test('reads a response without a length until the connection ends', async () => {
  const url = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'));
  const { body } = await transportTo(url).send(request());
  expect(body.toString()).toBe('all of it');
});

test('does not follow a redirect', async () => {
  const { url, came } = await answering((response) =>
    response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
  );
  expect((await transportTo(url).send(request())).status).toBe(307);
  expect(came).toHaveLength(1);
});

test('resends a request when the service had closed the kept-alive connection', async () => {
  const { url, came, server } = await answering((response) => response.end());
  const transport = transportTo(url);
  await transport.send(request('first'));
  // The client sends before it sees the close, as after Lambda froze the function.
  const closed = once(came[0]?.socket ?? server, 'close');
  came[0]?.socket.destroy();
  const second = transport.send(request('second'));
  await closed;
  expect((await second).status).toBe(200);
  expect(came.map(({ body }) => body)).toEqual(['first', 'second']);
});

test('does not use kept-alive connections that the service has closed', async () => {
  const { url, came } = await answering((response) => response.end());
  const transport = transportTo(url);
  await Promise.all([transport.send(request('first')), transport.send(request('first'))]);
  const sockets = came.map(({ socket }) => socket);
  const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
  for (const socket of sockets) socket.end();
  // The server's socket closes when the client has closed its side.
  await closed;
  expect((await transport.send(request('second'))).status).toBe(200);
  expect(new Set(came.map(({ socket }) => socket)).size).toBe(3);
});

test('closes an idle connection on which bytes arrive, instead of reading them as a response', async () => {
  const sockets: Socket[] = [];
  const answer = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
  const url = await rawServer((socket) => {
    sockets.push(socket);
    socket.write(answer('asked'));
  });
  const transport = transportTo(url, { idleMs: 600_000 });
  await transport.send(request());
  const [first] = sockets;
  if (!first) throw new Error('the server got no request');
  const closed = once(first, 'close');
  first.write(answer('stray'));
  await closed;
  expect((await transport.send(request())).body.toString()).toBe('asked');
  expect(new Set(sockets).size).toBe(2);
});

test('does not keep the last response of an idle connection in memory', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const { url } = await answering((response) => response.end('x'.repeat(100_000)));
  const transport = transportTo(url);
  const body = new WeakRef((await transport.send(request())).body);
  await vi.waitFor(() => {
    collectGarbage();
    // If `expect` got the body itself, a failed assertion would keep a reference to it.
    expect(body.deref() === undefined).toBe(true);
  });
});

test('does not resend a request on a new connection, because the service may have executed it', async () => {
  const { url, came } = await answering((_, { socket }) => socket.destroy());
  await expect(transportTo(url).send(request())).rejects.toBeInstanceOf(NoResponse);
  expect(came).toHaveLength(1);
});

test('resends a request only once', async () => {
  const { url, came } = await answering((response, { body, socket }) => {
    if (body === 'first') response.end();
    else socket.destroy();
  });
  const transport = transportTo(url);
  // Two kept-alive connections, so that the resent request could use the second.
  await Promise.all([transport.send(request('first')), transport.send(request('first'))]);
  await expect(transport.send(request('second'))).rejects.toBeInstanceOf(NoResponse);
  expect(came.map(({ body }) => body)).toEqual(['first', 'first', 'second', 'second']);
});

test('does not resend a request once a byte of the response has arrived', async () => {
  let requests = 0;
  const url = await rawServer((socket) => {
    requests++;
    if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    else socket.end('HTTP/1.1 2');
  });
  const transport = transportTo(url);
  await transport.send({ ...request(''), method: 'GET' });
  await expect(transport.send({ ...request(''), method: 'GET' })).rejects.toBeInstanceOf(NoResponse);
  expect(requests).toBe(2);
});

test.each([
  ['a length', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'],
  ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf'],
])('rejects a response with %s that ends early', async (_what, bytes) => {
  const url = await rawServer((socket) => socket.end(bytes));
  await expect(transportTo(url).send(request())).rejects.toBeInstanceOf(NoResponse);
});

test('opens another connection for waiting requests when one breaks', async () => {
  const { url } = await answering((response, { body, socket }) => {
    if (body === 'bad') socket.destroy();
    else response.end();
  });
  const transport = transportTo(url, { maxSockets: 1 });
  const sent = ['bad', 'good', 'bad', 'good'].map((text) => transport.send(request(text)));
  const settled = await Promise.allSettled(sent);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
});

test('rejects with the cause when nothing listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await expect(transportTo(`http://127.0.0.1:${port}`).send(request())).rejects.toMatchObject({
    name: 'NoResponse',
    message: 'Request failed: the connection broke. Try again.',
    cause: { code: 'ECONNREFUSED' },
  });
});

test('times out when the service stays silent, and does not resend', async () => {
  const held = Promise.withResolvers<void>();
  const { url, came } = await answering(async (response, { body }) => {
    if (body === 'second') await held.promise;
    response.end();
  });
  const transport = transportTo(url, { silenceMs: 1_000, idleMs: 600_000 });
  await transport.send(request('first'));
  await expect(transport.send(request('second'))).rejects.toThrow('the service sent nothing for 1 s');
  held.resolve();
  expect(came).toHaveLength(2);
});

test('times out when a response stops halfway', async () => {
  const url = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'));
  await expect(transportTo(url, { silenceMs: 50 }).send(request())).rejects.toThrow(
    'sent nothing for 0.05 s',
  );
});

test.each([
  ['that is not HTTP', '220 mail.example.com ESMTP\r\n\r\n'],
  ['with a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nwhat?\r\n\r\n'],
  ['with endless headers', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}`],
])('rejects a response %s, and closes its connection', async (_what, bytes) => {
  const closed = Promise.withResolvers<void>();
  const url = await rawServer((socket) => {
    socket.once('close', () => closed.resolve());
    socket.write(bytes);
  });
  await expect(transportTo(url).send(request())).rejects.toMatchObject({
    name: 'NoResponse',
    cause: { code: expect.stringMatching(/^HPE_/) },
  });
  await closed.promise;
});

test('does not reuse a connection that is about to close or was idle for too long', async () => {
  const { url, came } = await answering((response, { body }) => {
    if (body === 'first') response.setHeader('connection', 'close');
    response.end();
  });
  const transport = transportTo(url, { idleMs: 20 });
  await transport.send(request('first'));
  await transport.send(request('second'));
  const [, second] = came;
  if (second) await once(second.socket, 'close');
  await transport.send(request('third'));
  expect(new Set(came.map(({ socket }) => socket)).size).toBe(3);
});

const certificate = readFileSync(new URL('localhost.pem', import.meta.url), 'utf8');

test('checks the host of a TLS certificate, and resumes the TLS session', async () => {
  const trusted = getCACertificates('default');
  const server = createTlsServer({ key: certificate, cert: certificate }, (_, response) =>
    response.setHeader('connection', 'close').end('safe'),
  );
  const port = await listening(server);
  let resumed = 0;
  server.on('secureConnection', (socket) => {
    if (socket.isSessionReused()) resumed++;
  });
  const transport = transportTo(`https://localhost:${port}`);
  await expect(transport.send(request())).rejects.toMatchObject({
    cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  });
  setDefaultCACertificates([...trusted, certificate]);
  onTestFinished(() => setDefaultCACertificates(trusted));
  const first = await transport.send(request());
  expect(first.body.toString()).toBe('safe');
  await transport.send(request());
  expect(resumed).toBe(1);
  await expect(transportTo(`https://127.0.0.1:${port}`).send(request())).rejects.toMatchObject({
    cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  });
});
