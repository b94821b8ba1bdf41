import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AuthUnavailableError } from '../../../../functions/auth/function-verifier.ts';
import { KeysUnavailableError } from '../../../../functions/auth/token-verifier.ts';
import { ChatError } from '../../../../functions/domain/errors.ts';
import { mockHttpApp } from '../../../support/http-app.ts';
import { alice, NOON } from '../../../support/sample.ts';

afterEach(() => vi.restoreAllMocks());

const login = { username: 'alice', password: 'secret-password' };

describe('the session cookie', () => {
  test.each([
    ['is Secure on AWS', { 'X-Forwarded-Proto': 'https' }, true],
    ['is Secure if the protocol is unknown', {}, true],
    ['is not Secure over plain HTTP on loopback', { 'X-Forwarded-Proto': 'http' }, false],
  ])('%s', async (_name, headers, secure) => {
    const response = await mockHttpApp().ask('POST /login/', login, headers);
    const [cookie = ''] = response.headers.getSetCookie();
    expect(cookie).toContain('sessionid=good; Max-Age=3600; Path=/; HttpOnly');
    expect(cookie.includes('; Secure')).toBe(secure);
    expect(cookie).toContain('; SameSite=Lax');
  });
});

test('signing in answers 501 if the team has its own issuer', async () => {
  const response = await mockHttpApp({ passwordLogin: null }).ask('POST /login/', login);
  expect(response.status).toBe(501);
  expect(await response.json()).toMatchObject({ error: 'NO_PASSWORD_LOGIN' });
});

describe('signing out', () => {
  const signOut = (headers: Record<string, string>) => mockHttpApp().ask('POST /logout/', undefined, headers);
  const page = 'https://chat.example.com';

  test.each([
    ['a form of another site, whose request has no cookie', { Origin: 'https://evil.example.com' }],
    ['a form without a referrer', { Origin: 'null' }],
    ['another site with the cookie', { Origin: 'https://evil.example.com', Cookie: 'sessionid=good' }],
    ['a request without an Origin', {}],
  ])('is refused to %s', async (_who, headers) => {
    const response = await signOut({ Authorization: '', ...headers });
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test.each([
    ['the page', { Authorization: '', Origin: page }],
    ['the page with its cookie', { Authorization: '', Origin: page, Cookie: 'sessionid=good' }],
    ['a client with its token', {}],
  ])('clears the cookie for %s', async (_who, headers) => {
    const response = await signOut(headers);
    expect(response.status).toBe(204);
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^sessionid=; Max-Age=0/)]);
  });
});

describe('a page of another origin', () => {
  const allowed = { Origin: 'https://chat.example.com' };
  const preflight = { 'Access-Control-Request-Method': 'DELETE', Authorization: '' };

  test('may send any method and a token if its origin is allowed', async () => {
    const { ask, dynamodb } = mockHttpApp();
    const response = await ask('OPTIONS /chats/1/members/2/', undefined, { ...allowed, ...preflight });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': allowed.Origin,
      'access-control-allow-methods': 'GET,HEAD,POST,PUT,PATCH,DELETE',
      'access-control-allow-headers': 'Authorization,Content-Type',
    });
    expect(dynamodb.calls()).toEqual([]);
  });

  test.each([
    ['an answer', 'GET /openapi.json', {}, 200],
    ['a refusal', 'GET /chats/', { Authorization: '' }, 401],
    ['an unknown address', 'GET /nothing/', {}, 404],
    ['a failure', 'GET /chats/1/', {}, 500],
  ])('can read %s, without its cookie', async (_what, asked, headers, status) => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const { ask, dynamodb } = mockHttpApp();
    dynamodb.on(GetItemCommand).rejects(new Error('oops'));
    const response = await ask(asked, undefined, { ...allowed, ...headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe(allowed.Origin);
    expect(response.headers.get('vary')).toContain('Origin');
    expect(response.headers.has('access-control-allow-credentials')).toBe(false);
  });

  test.each(['https://evil.example.com', 'null'])('of %s can neither ask nor read', async (Origin) => {
    const { ask } = mockHttpApp();
    const answers = [
      await ask('OPTIONS /chats/', undefined, { Origin, ...preflight }),
      await ask('GET /openapi.json', undefined, { Origin }),
    ];
    for (const { headers } of answers) expect(headers.has('access-control-allow-origin')).toBe(false);
  });
});

test('every answer tells browsers to use HTTPS only', async () => {
  const { ask } = mockHttpApp();
  for (const asked of ['GET /openapi.json', 'GET /nothing/', 'POST /login/']) {
    const response = await ask(asked);
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
  }
});

test('answers 503 and logs it if the keys cannot be fetched', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const verify = async () => {
    throw new KeysUnavailableError('no keys');
  };
  const { ask, dynamodb } = mockHttpApp({ verify });
  for (const path of ['GET /chats/', 'GET /chats/1/messages/']) {
    const response = await ask(path);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: 'KEYS_UNAVAILABLE' });
  }
  expect(log).toHaveBeenCalledTimes(2);
  expect(dynamodb.calls()).toEqual([]);
});

test('answers 503 and logs the reason if the team’s function does not answer', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const verify = async () => {
    throw new AuthUnavailableError('invoking the function failed with TimeoutError');
  };
  const { ask, dynamodb } = mockHttpApp({ verify, sessionCookie: 'shop' });
  const response = await ask('GET /chats/');
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    error: 'AUTH_UNAVAILABLE',
    message:
      'Request not answered: the function that verifies credentials failed or took too long. Try again in a moment.',
  });
  expect(log).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({
      error: 'AuthUnavailableError',
      reason: expect.stringContaining('failed with TimeoutError'),
    }),
  );
  expect(dynamodb.calls()).toEqual([]);
});

describe('passes the source of a credential to its verification:', () => {
  const verified = async (headers: Record<string, string>, sourceIp: string) => {
    const verify = vi.fn(async () => ({ user: alice, expiresAt: NOON }));
    const { app } = mockHttpApp({ verify, sessionCookie: 'shop', edgeKey: 'E1' });
    const event = { requestContext: { http: { sourceIp } } };
    await app.request('https://api.example.com/api/session/', { headers }, { event });
    return verify.mock.calls;
  };

  test('a cookie of the team that comes through the edge', async () => {
    const headers = {
      Cookie: 'sessionid=a.b.c; shop=8f7c',
      Origin: 'https://chat.example.com',
      'X-Parley-Edge': 'E1',
      'X-Forwarded-For': '1.1.1.1, 2001:db8::7, 198.51.100.1',
    };
    expect(await verified(headers, '198.51.100.1')).toEqual([
      ['8f7c', { kind: 'cookie', origin: 'https://chat.example.com', sourceIp: '2001:db8::7' }],
    ]);
  });

  test('a token that comes to the API directly', async () => {
    const headers = { Authorization: 'Bearer 8f7c', 'X-Forwarded-For': '1.1.1.1', 'X-Parley-Edge': 'guess' };
    expect(await verified(headers, '203.0.113.7')).toEqual([
      ['8f7c', { kind: 'bearer', origin: null, sourceIp: '203.0.113.7' }],
    ]);
  });
});

test('answers with the signed-in user and the expiry of the credential', async () => {
  const { ask } = mockHttpApp();
  expect(await (await ask('GET /session/')).json()).toEqual({
    user: {
      id: 1,
      username: 'alice',
      email: 'alice@example.com',
      user_type: 'student',
      name: 'alice',
      avatar_url: null,
    },
    expires_at: new Date(NOON + 3_600_000).toISOString(),
  });
});

test('does not clear the cookie of the team when a user signs out', async () => {
  const headers = { Cookie: 'shop=8f7c', Origin: 'https://chat.example.com' };
  for (const [sessionCookie, cleared] of [
    ['shop', 0],
    [undefined, 1],
  ] as const) {
    const response = await mockHttpApp({ sessionCookie }).ask('POST /logout/', undefined, headers);
    expect([response.status, response.headers.getSetCookie().length]).toEqual([204, cleared]);
  }
});

test('the OpenAPI document has the name of the team’s cookie', async () => {
  const document = await (await mockHttpApp({ sessionCookie: 'shop' }).ask('GET /openapi.json')).json();
  expect(document).toMatchObject({ components: { securitySchemes: { cookie: { name: 'shop' } } } });
});

test('signing in fails if the issuer’s token is not valid', async () => {
  const verify = async () => {
    throw new ChatError('UNAUTHENTICATED');
  };
  const response = await mockHttpApp({ verify }).ask('POST /login/', login);
  expect(response.status).toBe(401);
  expect(response.headers.getSetCookie()).toEqual([]);
});

test('an unexpected error answers 500, and neither the answer nor the log quotes the error', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const { ask, dynamodb } = mockHttpApp();
  dynamodb.on(GetItemCommand).rejects(new Error('secret words'));
  const response = await ask('GET /chats/1/');
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({
    error: 'INTERNAL',
    message: new ChatError('INTERNAL').message,
  });
  expect(log).toHaveBeenCalledOnce();
  expect(JSON.stringify(log.mock.calls)).not.toContain('secret');
});

test('invalid requests are refused without a database call', async () => {
  const { ask, dynamodb } = mockHttpApp();
  await ask('POST /chats/', { kind: 'crowd' });
  await ask('POST /chats/1/send_message/', { content: 'x' }, { Authorization: '', Cookie: 'sessionid=good' });
  await ask('POST /chats/1/send_message/', { content: 'x'.repeat(8_001) });
  await ask('PATCH /chats/1/members/2/', {});
  expect(dynamodb.calls()).toEqual([]);
});

test('the Authorization header takes precedence over the cookie, and needs no Origin', async () => {
  const { ask, dynamodb } = mockHttpApp();
  dynamodb.on(GetItemCommand).resolves({});
  const response = await ask('POST /chats/1/members/', { user_id: 2 }, { Cookie: 'sessionid=good' });
  expect(await response.json()).toMatchObject({ error: 'NOT_A_MEMBER' });
});
