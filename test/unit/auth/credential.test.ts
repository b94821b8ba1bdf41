import { describe, expect, test } from 'vitest';
import { comesFrom, findCredential, offeredSubprotocols } from '../../../functions/auth/credential.ts';

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
    expect(findCredential(headers)).toEqual({ token: 'a.b.c', place });
  });

  test('in the query (S3-url), before the cookie', () => {
    const found = findCredential({ cookie: 'sessionid=old' }, { token: 'a.b.c' });
    expect(found).toEqual({ token: 'a.b.c', place: 'query' });
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
  const cookie = { token: 'a', place: 'cookie' } as const;
  expect(comesFrom(cookie, { Origin: 'https://chat.example.com' }, origins)).toBe(true);
  expect(comesFrom(cookie, { Origin: 'https://evil.example.com' }, origins)).toBe(false);
  expect(comesFrom(cookie, { Origin: 'null' }, origins)).toBe(false);
  expect(comesFrom(cookie, {}, origins)).toBe(false);
  expect(comesFrom({ token: 'a', place: 'header' }, {}, origins)).toBe(true);
});

test('parses the offered subprotocols', () => {
  expect(offeredSubprotocols({ 'sec-websocket-protocol': 'Bearer ,a.b.c' })).toEqual(['Bearer', 'a.b.c']);
});
