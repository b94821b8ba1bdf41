import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asking, ask, askingAs } from '../support/http.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

let stack: TestStack;
let alice: Asking;

beforeAll(async () => {
  stack = await sharedTestStack();
  alice = await askingAs(stack, 'alice');
});

afterAll(() => stack.stop());

const signIn = (username: unknown, password: unknown, headers = {}) =>
  ask(stack, 'POST /login/', { body: { username, password }, headers });

const cookieOf = async (username: string) => {
  const { headers } = await signIn(username, username);
  return headers.getSetCookie()[0]?.split(';')[0] ?? '';
};

const ownOrigin = () => stack.stack.edgeUrl;
const said = async () => ((await alice('GET /chats/1/messages/')).body['messages'] as unknown[]).length;

describe('signing in', () => {
  test('returns a token, the user and an HttpOnly cookie', async () => {
    const { status, body, headers } = await signIn('alice', 'alice');
    expect(status).toBe(200);
    expect(body).toEqual({
      token: expect.stringMatching(/^ey/),
      user: {
        id: 1,
        username: 'alice',
        email: 'alice@example.com',
        user_type: 'student',
        name: 'alice',
        avatar_url: null,
      },
      expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
      refresh_token: expect.stringMatching(/^ey/),
    });
    const [cookie = '', ...others] = headers.getSetCookie();
    expect(others).toEqual([]);
    const [value, ...attributes] = cookie.split('; ');
    expect(value).toBe(`sessionid=${String(body['token'])}`);
    expect(attributes.sort()).toEqual([
      'HttpOnly',
      expect.stringMatching(/^Max-Age=3(5\d\d|600)$/),
      'Path=/',
      'SameSite=Lax',
    ]);
  });

  test('a refresh token gets further tokens until its user signs out', async () => {
    const { body } = await signIn('bob', 'bob');
    const { refresh_token } = body;
    const refresh = () => ask(stack, 'POST /login/refresh/', { body: { refresh_token } });
    expect(await refresh()).toMatchObject({ status: 200, body: { user: { id: 2, username: 'bob' } } });
    const headers = { Authorization: `Bearer ${String(body['token'])}` };
    expect((await ask(stack, 'POST /logout/', { body: { refresh_token }, headers })).status).toBe(204);
    expect(await refresh()).toMatchObject({ status: 401, body: { error: 'SESSION_ENDED' } });
  });

  test('answers the same 401 to a wrong password and to an unknown user', async () => {
    const wrong = await signIn('alice', 'bob');
    expect(wrong).toMatchObject({ status: 401, body: { error: 'WRONG_PASSWORD' } });
    expect((await signIn('eve', 'eve')).body).toEqual(wrong.body);
    expect(wrong.headers.getSetCookie()).toEqual([]);
  });

  test.each([
    ['without a password', { username: 'alice' }],
    ['with a number for a name', { username: 1, password: 'alice' }],
    ['with an empty password', { username: 'alice', password: '' }],
    ['with an array', []],
    ['with text that is not JSON', '{"username":'],
  ])('%s is malformed', async (_how, body) => {
    const answer = await ask(stack, 'POST /login/', { body });
    expect(answer).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
  });

  test('rejects a form with 415, so that other sites cannot post one', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const answer = await ask(stack, 'POST /login/', { body: 'username=alice&password=alice', headers });
    expect(answer).toMatchObject({ status: 415, body: { error: 'NOT_JSON' } });
  });

  test('works for a signed-in user from any Origin', async () => {
    const Cookie = await cookieOf('alice');
    expect((await signIn('bob', 'bob', { Cookie })).status).toBe(200);
  });

  test.each([
    ['through the edge', () => stack.stack.edgeUrl],
    ['at the API itself', () => stack.stack.httpUrl],
  ])('is throttled %s, whatever addresses the client writes', async (where, urlOf) => {
    const guess = async (name: string, attempt: number) => {
      const response = await fetch(`${urlOf()}/api/login/`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'X-Forwarded-For': `10.0.0.${attempt}, 10.1.0.${attempt}`,
          'X-Parley-Edge': 'guess',
        },
        body: JSON.stringify({ username: name, password: 'wrong' }),
      });
      return { status: response.status, retry: Number(response.headers.get('retry-after')) };
    };
    let answer = await guess(where, 0);
    // Twice the limit, since a new window may start meanwhile.
    for (let attempt = 1; answer.status === 401 && attempt <= 20; attempt++)
      answer = await guess(where, attempt);
    expect(answer.status).toBe(429);
    expect(answer.retry).toBeGreaterThan(0);
    expect((await guess(`${where}, another name`, 99)).status).toBe(401);
  });

  test('signing out clears the cookie', async () => {
    const headers = { Cookie: await cookieOf('alice'), Origin: ownOrigin() };
    const answer = await ask(stack, 'POST /logout/', { headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie()).toEqual(['sessionid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
    const foreign = { ...headers, Origin: 'https://evil.example' };
    expect((await ask(stack, 'POST /logout/', { headers: foreign })).status).toBe(403);
  });
});

describe('a credential', () => {
  test.each(['Bearer a.b.c', 'Basic YTpi', ''])('that is invalid gets 401: %j', async (Authorization) => {
    const answer = await ask(stack, 'GET /chats/', { headers: { Authorization } });
    expect(answer).toMatchObject({ status: 401, body: { error: 'UNAUTHENTICATED' } });
  });

  test('that has expired gets 401', async () => {
    const Authorization = `Bearer ${await stack.token('alice', { expiresInSeconds: -10 })}`;
    expect((await ask(stack, 'GET /chats/', { headers: { Authorization } })).status).toBe(401);
  });

  test('in the query string is ignored', async () => {
    expect((await ask(stack, `GET /chats/?token=${await stack.token('alice')}`)).status).toBe(401);
  });

  test('in a cookie can read from any Origin', async () => {
    const Cookie = await cookieOf('alice');
    expect((await ask(stack, 'GET /chats/1/messages/', { headers: { Cookie } })).status).toBe(200);
  });

  test('in a cookie can make changes from an allowed Origin', async () => {
    const headers = { Cookie: await cookieOf('alice'), Origin: ownOrigin() };
    const body = { content: 'from the page' };
    expect((await ask(stack, 'POST /chats/1/send_message/', { headers, body })).status).toBe(201);
  });

  test.each([
    ['another Origin', { Origin: 'https://evil.example' }],
    ['the Origin null', { Origin: 'null' }],
    ['no Origin', {}],
  ])('in a cookie cannot make changes from %s', async (_which, origin) => {
    const before = await said();
    const headers = { Cookie: await cookieOf('alice'), ...origin };
    const answer = await ask(stack, 'POST /chats/1/send_message/', { headers, body: { content: 'forged' } });
    expect(answer).toMatchObject({ status: 403, body: { error: 'FORBIDDEN_ORIGIN' } });
    expect(await said()).toBe(before);
  });
});

describe('a path', () => {
  test('that does not exist is 404', async () => {
    expect(await alice('GET /nothing/')).toMatchObject({ status: 404, body: { error: 'NOT_FOUND' } });
    const outside = await fetch(`${stack.stack.httpUrl}/elsewhere`);
    expect([outside.status, await outside.json()]).toEqual([404, { message: 'Not Found' }]);
  });

  test('with an unsupported method gets a 405 that lists the supported methods', async () => {
    const answer = await alice('PUT /chats/', {});
    expect(answer).toMatchObject({ status: 405, body: { error: 'METHOD_NOT_ALLOWED' } });
    expect(answer.headers.get('Allow')).toBe('GET, HEAD, POST');
  });

  test('works without its trailing slash', async () => {
    expect((await alice('GET /chats/1')).body).toEqual((await alice('GET /chats/1/')).body);
  });

  test('gets an answer that must not be cached or sniffed', async () => {
    for (const asked of ['GET /chats/', 'GET /nothing/', 'GET /openapi.json']) {
      const { headers } = await alice(asked);
      expect(headers.get('Cache-Control')).toBe('no-store');
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    }
  });
});

test('answers 413 to a body of 300 KB', async () => {
  const answer = await alice('POST /chats/', { name: 'x'.repeat(300_000) });
  expect(answer).toMatchObject({ status: 413, body: { error: 'BODY_TOO_LARGE' } });
});

test('logs contain no password, token, text or query string', async () => {
  await alice('POST /chats/1/send_message/', { content: 'a very secret word' });
  await ask(stack, 'POST /login/', { body: { username: 'alice', password: 'very-wrong-password' } });
  await ask(stack, 'POST /login/refresh/', { body: { refresh_token: 'very-wrong-refresh-token' } });
  const reset = { username: 'alice', code: 'very-wrong-code', password: 'A very-wrong-passw0rd' };
  await ask(stack, 'POST /password/', { body: reset });
  await alice('GET /chats/1/messages/?before=secretquery');
  const log = stack.lines.join('\n');
  for (const secret of ['secret word', 'very-wrong', 'secretquery', 'eyJ']) {
    expect(log).not.toContain(secret);
  }
});
