import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeRoom } from '../../bin/demo.ts';
import type { FallibleCall } from '../../local/faults.ts';
import { said, typed } from '../support/chat.ts';
import { databaseOf, newRoom } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { type ConnectOptions, connect, type WsClient } from '../support/ws-client.ts';

let stack: TestStack;
let port: string;
let killsHttp = false;

beforeAll(async () => {
  const call = ({ functionName }: FallibleCall) =>
    killsHttp && functionName.startsWith('Http') ? 'killed before' : undefined;
  stack = await startTestStack({ faults: { call } });
  port = new URL(stack.stack.edgeUrl).port;
});

afterAll(() => stack.stop());

/** Opens a socket, and waits for its `welcome`, which tries for ten seconds to reach a socket that closes before. */
async function open(path: string, options: ConnectOptions = {}, host = 'localhost'): Promise<WsClient> {
  const client = await connect(`ws://${host}:${port}${path}`, options);
  await stack.settled();
  return client;
}

const bearer = async (username: string): Promise<ConnectOptions> => ({
  headers: { Authorization: `Bearer ${await stack.token(username)}` },
});

const history = (client: WsClient) => client.next(Array.isArray) as Promise<Record<string, unknown>[]>;

describe('connects with the documented URLs:', () => {
  test('contract S0: the room in the path, the token in the Authorization header', async () => {
    const client = await open('/ws/chat/1/', await bearer('alice'));
    expect(await history(client)).toEqual(expect.any(Array));
    await client.close();
  });

  test('contract S1: two users and a trailing slash in the query, the token in the subprotocols', async () => {
    const path = '/ws/chat/?firts_user=1&second_user=2/';
    const [alice, bob] = await Promise.all(
      ['alice', 'bob'].map(async (name) =>
        open(path, { protocols: ['Bearer', await stack.token(name)] }, '127.0.0.1'),
      ),
    );
    expect(alice?.protocol).toBe('Bearer');
    alice?.send({ action: 'send', message: 'between us' });
    expect(await bob?.next(said('between us'))).toMatchObject({ type: 'chat_message' });
    await Promise.all([alice?.close(), bob?.close()]);
  });

  test('contract S2: the room in the path, the cookie of a sign-in', async () => {
    const response = await fetch(`http://localhost:${port}/api/login/`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: `http://localhost:${port}` },
      body: JSON.stringify({ username: 'alice', password: 'alice' }),
    });
    expect(response.status).toBe(200);
    const [cookie = ''] = response.headers.getSetCookie().map((each) => each.split(';', 1)[0]);
    expect(cookie).toMatch(/^sessionid=./);
    const headers = { Cookie: cookie, Origin: `http://localhost:${port}` };
    const client = await open('/ws/chat/1/', { headers });
    client.send({ content: 'by cookie' });
    expect(await client.next(typed('message'))).toMatchObject({ type: 'message' });
    await client.close();
  });

  test('S1, with the subprotocols in two header lines', async () => {
    const token = await stack.token('alice');
    const request = httpRequest(`http://localhost:${port}/ws/chat/1/`, {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': Buffer.alloc(16, 1).toString('base64'),
        'Sec-WebSocket-Protocol': ['Bearer', token],
      },
    });
    const [answer, socket] = await new Promise<[IncomingMessage, Duplex]>((resolve, reject) => {
      request.once('upgrade', (...opened) => resolve(opened.slice(0, 2) as [IncomingMessage, Duplex]));
      request.once('response', ({ statusCode }) => reject(new Error(`Handshake refused with ${statusCode}`)));
      request.once('error', reject).end();
    });
    expect(answer.headers['sec-websocket-protocol']).toBe('Bearer');
    socket.destroy();
  });

  test('S2, with the cookie of another app before its own', async () => {
    const Cookie = `sessionid=other-app; sessionid=${await stack.token('alice')}`;
    const client = await open('/ws/chat/1/', { headers: { Cookie, Origin: `http://localhost:${port}` } });
    await client.close();
    const response = await fetch(`http://localhost:${port}/api/chats/1/`, { headers: { Cookie } });
    expect(response.status).toBe(200);
  });

  test('S3, with a token in the query', async () => {
    const room = await newRoom(stack, 'alice');
    const client = await open(`/ws/chat/${room}/?token=${await stack.token('alice')}`);
    expect(await client.next()).toMatchObject({ type: 'connection_established' });
    await client.close();
  });
});

test.each(['two words', 'café', '👍', 'a+b', 'a&room=2', '50%', '%25'])(
  'accepts the room name %s',
  async (id) => {
    const members = [{ user: '1', role: 'owner' as const }];
    await makeRoom(databaseOf(stack), { id, name: id, kind: 'group', access: 'members', members });
    const client = await open(`/ws/chat/${encodeURIComponent(id)}/`, await bearer('alice'));
    await history(client);
    client.send({ action: 'send', message: `in ${id}` });
    await client.next(said(`in ${id}`));
    const direct = await connect(`${stack.socketUrl}?room=${encodeURIComponent(id)}`, await bearer('alice'));
    expect(await history(direct)).toMatchObject([{ text: `in ${id}` }]);
    await Promise.all([client.close(), direct.close()]);
  },
);

describe('passes on the API’s refusal of a handshake:', () => {
  const refusalOf = (opening: Promise<WsClient>) =>
    opening.then(
      () => 'opened',
      ({ status, body }) => [status, Object.keys(JSON.parse(body)).sort()],
    );

  test.each([
    ['401 for an invalid token', '/ws/chat/1/', 'prod?room=1', { Authorization: 'Bearer none' }],
    ['401 without a token', '/ws/chat/1/', 'prod?room=1', {}],
  ])('%s', async (_what, path, direct, headers) => {
    const api = new URL(stack.socketUrl).origin.replace(/^http/, 'ws');
    const expected = await refusalOf(connect(`${api}/${direct}`, { headers }));
    expect(expected).toEqual([401, expect.any(Array)]);
    expect(await refusalOf(open(path, { headers }))).toEqual(expected);
  });

  test('403 for a room of other users, for no room, and for an invalid room name', async () => {
    const dave = await bearer('dave');
    const answers = await Promise.all(
      ['/ws/chat/1/', '/ws/chat/none/', '/ws/chat/%23/', '/ws/chat/?room='].map((path) =>
        refusalOf(open(path, dave)),
      ),
    );
    for (const answer of answers) expect(answer).toEqual([403, expect.any(Array)]);
  });

  test('403 for the room in the path, even if the query names the user’s own room', async () => {
    const room = await newRoom(stack, 'dave');
    for (const name of ['room', '%72oom']) {
      const opening = open(`/ws/chat/1/?${name}=${room}`, await bearer('dave'));
      await expect(opening).rejects.toMatchObject({ status: 403 });
    }
  });

  test.each(['http://evil.example.com', undefined])('403 for a cookie from the origin %s', async (origin) => {
    const cookie = `sessionid=${await stack.token('alice')}`;
    const headers = { Cookie: cookie, ...(origin !== undefined && { Origin: origin }) };
    await expect(open('/ws/chat/1/', { headers })).rejects.toMatchObject({ status: 403 });
    const allowed = { Cookie: cookie, Origin: `http://127.0.0.1:${port}` };
    await (await open('/ws/chat/1/', { headers: allowed })).close();
  });

  test('404 for any other path under /ws/', async () => {
    const alice = await bearer('alice');
    for (const path of ['/ws//', '/ws/chats/1/', '/ws/chat/1/2/', '/ws/prod?room=1', '/ws/chat/%E9/']) {
      await expect(open(path, alice)).rejects.toMatchObject({
        status: 404,
        body: '{"message":"Not Found"}',
      });
    }
  });
});

test('frames of more than 100 KB arrive complete', async () => {
  const room = await newRoom(stack, 'alice', 'bob');
  const alice = await open(`/ws/chat/${room}/`, await bearer('alice'));
  const texts = Array.from({ length: 7 }, (_, index) => `${index}${'é'.repeat(7_990)}`);
  for (const text of texts) {
    alice.send({ action: 'send', message: text });
    await alice.next(said(text));
  }
  const bob = await open(`/ws/chat/${room}/`, await bearer('bob'));
  const messages = await history(bob);
  expect(Buffer.byteLength(JSON.stringify(messages))).toBeGreaterThan(100 * 1024);
  expect(messages.map(({ text }) => text)).toEqual(texts.toReversed());
  await Promise.all([alice.close(), bob.close()]);
});

describe('a close', () => {
  test.each([
    ['1003 after a binary frame', 1003, Buffer.from('x')],
    ['1009 after a frame over 32 KB', 1009, 'x'.repeat(33 * 1024)],
  ])('of the API reaches the client: %s', async (_what, code, frame) => {
    const client = await open('/ws/chat/1/', await bearer('alice'));
    client.socket.send(frame);
    expect(await client.closed).toMatchObject({ code });
  });

  test('of a client reaches the API with its code, and a vanished socket is cleaned up', async () => {
    const room = await newRoom(stack, 'alice');
    const before = [stack.stack.tunnelCount, stack.stack.connectionCount];
    const [closing, vanishing] = await Promise.all(
      [1, 2].map(async () => open(`/ws/chat/${room}/`, await bearer('alice'))),
    );
    expect(await closing?.close(4000, 'bye')).toEqual({ code: 4000, reason: 'bye' });
    vanishing?.socket.terminate();
    await vi.waitFor(() => expect([stack.stack.tunnelCount, stack.stack.connectionCount]).toEqual(before));
  });
});

describe('beside sockets', () => {
  const url = (path: string) => `${stack.stack.edgeUrl}${path}`;

  test('/api/ is forwarded to the HTTP API', async () => {
    expect((await fetch(url('/api/chats/'))).status).toBe(401);
    const headers = { Authorization: `Bearer ${await stack.token('alice')}` };
    const response = await fetch(url('/api/chats/?limit=1'), { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('via')).toContain('CloudFront');
  });

  test('a failed request to /api/ is not repeated to other users', async () => {
    const chatsOf = async (username: string) => {
      const headers = { Authorization: `Bearer ${await stack.token(username)}` };
      return (await fetch(url('/api/chats/'), { headers })).status;
    };
    killsHttp = true;
    expect(await chatsOf('alice')).toBe(500);
    killsHttp = false;
    expect(await chatsOf('bob')).toBe(200);
  });

  const builtPage = readFileSync(new URL('../../dist/web/index.html', import.meta.url), 'utf8');

  test('everything else serves the built page with its security headers', async () => {
    for (const path of ['/', '/index.html', '/?any=query']) {
      const response = await fetch(url(path));
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(builtPage);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'text/html',
        'content-security-policy': expect.stringMatching(/^default-src 'none'; /),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    }
    expect((await fetch(url('/missing.js'))).status).toBe(404);
    expect((await fetch(url('/'), { method: 'POST', body: 'x' })).status).toBe(403);
  });

  test('index.html is revalidated with 304, and hashed files are cached', async () => {
    const page = await fetch(url('/'));
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const etag = page.headers.get('etag') ?? '';
    const again = await fetch(url('/'), { headers: { 'If-None-Match': etag } });
    expect([again.status, again.headers.get('etag')]).toEqual([304, etag]);
    const names = [...builtPage.matchAll(/"\.(\/[^"]+)"/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThanOrEqual(2);
    for (const name of names) {
      const { status, headers } = await fetch(url(name));
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
      expect(headers.get('content-type')).toMatch(
        /^(text\/(javascript|css)|image\/(svg\+xml|png)|application\/manifest\+json)$/,
      );
    }
  });

  test('source maps are not served', async () => {
    const [script = ''] = /main-\w+\.js/.exec(builtPage) ?? [];
    expect((await fetch(url(`/${script}`))).status).toBe(200);
    expect((await fetch(url(`/${script}.map`))).status).toBe(404);
  });

  test('the template’s output Url is this address', () => {
    expect(stack.stack.outputs['Url']).toBe(stack.stack.edgeUrl);
  });

  test('logs contain no query string', () => {
    expect(stack.lines.join('\n')).not.toMatch(/token=|room=|eyJ/);
  });
});

test('closes the edge’s sockets with 1001 when the stack stops', async () => {
  const own = await startTestStack();
  const client = await connect(`${own.stack.edgeUrl.replace('http', 'ws')}/ws/chat/1/`, {
    headers: { Authorization: `Bearer ${await own.token('alice')}` },
  });
  await history(client);
  await own.stop();
  expect(await client.closed).toMatchObject({ code: 1001 });
  await expect(fetch(own.stack.edgeUrl)).rejects.toThrow();
});
