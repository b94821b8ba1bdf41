import { describe, expect, test } from 'vitest';
import {
  comesFrom,
  cookieRules,
  findCredential,
  joinedHeaders,
  offeredSubprotocols,
  sourceOf,
  verifyFirst,
} from '../../../functions/auth/credential.ts';
import { ChatError } from '../../../functions/domain/errors.ts';

describe('finds a token', () => {
  test.each([
    ['in the Authorization header (S0-authentication)', { Authorization: 'Bearer a.b.c' }, 'header'],
    ['with any case of header name and scheme', { AUTHORIZATION: 'bearer a.b.c' }, 'header'],
    ['in the subprotocols (S1-connect)', { 'Sec-WebSocket-Protocol': 'Bearer, a.b.c' }, 'subprotocol'],
    ['in the session cookie (S2-authentication)', { Cookie: 'theme=dark; sessionid=a.b.c; x=y' }, 'cookie'],
    [
      'in the header before the subprotocols',
      { Authorization: 'Bearer a.b.c', 'Sec-WebSocket-Protocol': 'Bearer,x' },
      'header',
    ],
  ])('%s', (_where, headers, place) => {
    expect(findCredential(headers)).toEqual({ tokens: ['a.b.c'], place });
  });

  test('in the query (S3-url), before the cookie', () => {
    const found = findCredential({ cookie: 'sessionid=old' }, { token: 'a.b.c' });
    expect(found).toEqual({ tokens: ['a.b.c'], place: 'query' });
  });
});

test.each([
  {},
  { Authorization: 'Basic a.b.c' },
  { Authorization: 'Bearer ' },
  { Authorization: 'Bearer a b' },
  { 'Sec-WebSocket-Protocol': 'Bearer' },
  { 'Sec-WebSocket-Protocol': 'a.b.c, Bearer' },
  { Cookie: 'sessionid=' },
  { Cookie: 'xsessionid=a.b.c' },
])('finds no token in %j', (headers) => {
  expect(findCredential(headers)).toBeUndefined();
});

test('accepts a cookie only from an allowed Origin, and a token from anywhere', () => {
  const origins = ['https://chat.example.com'];
  const cookie = { place: 'cookie' } as const;
  expect(comesFrom(cookie, { Origin: 'https://chat.example.com' }, origins)).toBe(true);
  expect(comesFrom(cookie, { Origin: 'https://evil.example.com' }, origins)).toBe(false);
  expect(comesFrom(cookie, { Origin: 'null' }, origins)).toBe(false);
  expect(comesFrom(cookie, {}, origins)).toBe(false);
  expect(comesFrom({ place: 'header' }, {}, origins)).toBe(true);
});

test.each([
  ['header', 'bearer'],
  ['subprotocol', 'bearer'],
  ['query', 'query'],
  ['cookie', 'cookie'],
] as const)('a credential in the %s comes from a source of the kind %s', (place, kind) => {
  const headers = { ORIGIN: 'https://chat.example.com' };
  expect(sourceOf({ place }, headers, '203.0.113.7')).toEqual({
    kind,
    origin: 'https://chat.example.com',
    sourceIp: '203.0.113.7',
  });
});

test.each([[{}], [{ Origin: `https://${'a'.repeat(300)}` }]])('a source has no origin with %j', (headers) => {
  expect(sourceOf({ place: 'query' }, headers, '')).toEqual({ kind: 'query', origin: null, sourceIp: null });
});

test('parses the offered subprotocols', () => {
  expect(offeredSubprotocols({ 'sec-websocket-protocol': 'Bearer ,a.b.c' })).toEqual(['Bearer', 'a.b.c']);
});

describe('several session cookies:', () => {
  test.each([
    ['the value that cannot be a token is left out', 'sessionid=8f7c; sessionid=a.b.c', ['a.b.c']],
    ['also if it comes second', 'sessionid=a.b.c; x=y; sessionid=8f7c', ['a.b.c']],
    ['also if it is empty', 'sessionid=; sessionid=a.b.c', ['a.b.c']],
    [
      'two tokens are tried in their order, once each',
      'sessionid=d.e.f; sessionid=a.b.c; sessionid=d.e.f',
      ['d.e.f', 'a.b.c'],
    ],
    ['without a token, the request still has a credential', 'sessionid=; sessionid=8f7c', ['8f7c']],
  ])('%s', (_what, Cookie, tokens) => {
    expect(findCredential({ Cookie })).toEqual({ tokens, place: 'cookie' });
  });

  test('the number of tokens to verify is bounded', () => {
    const Cookie = Array.from({ length: 1_000 }, (_, index) => `sessionid=a.b.${index}`).join('; ');
    expect(findCredential({ Cookie })?.tokens).toHaveLength(8);
  });

  test.each([
    ['any value can be one', 'shop=8f7c; sessionid=a.b.c', ['8f7c']],
    ['two values are tried', 'shop=8f7c; shop=8f7d; shop=8f7e', ['8f7c', '8f7d']],
    ['a value that is too long is left out', `shop=${'x'.repeat(4_097)}; shop=8f7c`, ['8f7c']],
  ])('of a team that verifies its own: %s', (_what, Cookie, tokens) => {
    expect(findCredential({ Cookie }, {}, cookieRules('shop'))).toEqual({ tokens, place: 'cookie' });
  });

  const rejected = new ChatError('UNAUTHENTICATED');
  const unavailable = new Error('no keys');
  const verify = async (token: string): Promise<string> => {
    if (token === 'good') return 'alice';
    throw token === 'unknown' ? unavailable : rejected;
  };

  test.each([[['bad', 'good']], [['good', 'bad']], [['unknown', 'good']]])(
    'the first token that verifies counts: %j',
    async (tokens) => {
      await expect(verifyFirst({ tokens }, verify)).resolves.toBe('alice');
    },
  );

  test('a token is rejected only if all were verified', async () => {
    await expect(verifyFirst({ tokens: ['bad', 'worse'] }, verify)).rejects.toBe(rejected);
    await expect(verifyFirst({ tokens: ['bad', 'unknown'] }, verify)).rejects.toBe(unavailable);
  });
});

test.each([[['Bearer, a.b.c']], [['Bearer,a.b.c']], [['Bearer', 'a.b.c']]])(
  'joins the lines of a header that a client may split: %j',
  (lines) => {
    const headers = { Host: 'b', 'Sec-WebSocket-Protocol': lines.at(-1) ?? '' };
    const multiValueHeaders = {
      Host: ['a', 'b'],
      'sec-websocket-protocol': lines,
      cookie: ['a=b', 'sessionid=d.e.f'],
    };
    const joined = joinedHeaders({ headers, multiValueHeaders });
    expect(offeredSubprotocols(joined)).toEqual(['Bearer', 'a.b.c']);
    expect(joined).toMatchObject({ Host: 'b', cookie: 'a=b; sessionid=d.e.f' });
  },
);
