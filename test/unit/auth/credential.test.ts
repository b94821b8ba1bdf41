import { describe, expect, test } from 'vitest';
import { findToken, offeredSubprotocols } from '../../../functions/auth/credential.ts';

describe('a token is found', () => {
  test.each([
    ['in the Authorization header (S0-authentication)', { Authorization: 'Bearer a.b.c' }],
    ['whatever the case of names and scheme', { AUTHORIZATION: 'bearer a.b.c' }],
    ['in the subprotocols (S1-connect)', { 'Sec-WebSocket-Protocol': 'Bearer, a.b.c' }],
    [
      'in the header before the subprotocols',
      { Authorization: 'Bearer a.b.c', 'Sec-WebSocket-Protocol': 'Bearer,x' },
    ],
  ])('%s', (_where, headers) => {
    expect(findToken(headers)).toBe('a.b.c');
  });
});

test.each([
  {},
  { Authorization: 'Basic a.b.c' },
  { Authorization: 'Bearer ' },
  { Authorization: 'Bearer a b' },
  { 'Sec-WebSocket-Protocol': 'Bearer' },
  { 'Sec-WebSocket-Protocol': 'a.b.c, Bearer' },
])('no token is found in %j', (headers) => {
  expect(findToken(headers)).toBeUndefined();
});

test('subprotocols are read as a list', () => {
  expect(offeredSubprotocols({ 'sec-websocket-protocol': 'Bearer ,a.b.c' })).toEqual(['Bearer', 'a.b.c']);
});
