import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AdminClient } from '../../server/index.ts';
import { adminOf } from '../support/admin.ts';
import { enter } from '../support/chat.ts';
import { ask } from '../support/http.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';

let chat: TestStack;
let admin: AdminClient;
const bob = '2';

beforeAll(async () => {
  chat = await sharedTestStack();
  admin = adminOf(chat);
});
afterAll(() => chat.stop());
afterEach(() => admin.unban(bob));

/** Returns a token of Bob. It was issued the given number of seconds from now, or before now if negative. */
const tokenAt = (seconds: number) =>
  chat.token('bob', { claims: { iat: Math.floor(Date.now() / 1000) + seconds } });

const open = (token: string, query = '?room=1') =>
  connect(`${chat.socketUrl}${query}`, { headers: { Authorization: `Bearer ${token}` } });

const rest = (token: string) => ask(chat, 'GET /chats/', { headers: { Authorization: `Bearer ${token}` } });

describe.each([
  ['a ban', () => admin.ban(bob)],
  ['a sign-out everywhere', () => admin.signOut(bob)],
])('%s', (_what, act) => {
  test('closes all sockets of the user, and no sockets of other users', async () => {
    const token = await tokenAt(60);
    const queries = ['?room=1', '?room=direct%3A1%3A2', ''];
    const sockets = await Promise.all(queries.map((query) => open(token, query)));
    // The first frame of each shows that it is open.
    await Promise.all(sockets.map((socket) => socket.next(() => true)));
    const alice = await enter(chat, 'alice');
    await act();
    for (const socket of sockets) expect(await socket.closed).toMatchObject({ code: 1000 });
    await alice.take('presence', ({ user_id, status }) => user_id === 2 && status === 'offline');
    expect(await alice.say('Hello?')).toMatchObject({ text: 'Hello?' });
    await alice.close();
  });
});

test('a banned user is refused at the handshake and by REST, until the ban ends', async () => {
  const token = await tokenAt(60);
  await admin.ban(bob);
  await expect(open(token)).rejects.toMatchObject({ status: 403 });
  await expect(open(token, '')).rejects.toMatchObject({ status: 403 });
  expect(await rest(token)).toMatchObject({ status: 403, body: { error: 'BANNED' } });
  await admin.unban(bob);
  expect((await rest(token)).status).toBe(200);
  await (await open(token)).close();
});

test('a banned user gets the error frame of contract S3', async () => {
  await admin.ban(bob);
  const socket = await connect(`${chat.socketUrl}?room=1&token=${await tokenAt(60)}`);
  expect(await socket.next(() => true)).toMatchObject({ type: 'error', code: 4003 });
  await socket.closed;
});

test('a token from before the sign-out is refused at the handshake, by REST and in authenticate', async () => {
  const [stale, fresh] = [await tokenAt(-60), await tokenAt(60)];
  await admin.signOut(bob);
  await expect(open(stale)).rejects.toMatchObject({ status: 401 });
  expect(await rest(stale)).toMatchObject({ status: 401, body: { error: 'UNAUTHENTICATED' } });
  expect((await rest(fresh)).status).toBe(200);
  const socket = await open(fresh);
  await socket.next(Array.isArray);
  socket.send({ action: 'authenticate', token: stale });
  expect(await socket.next((frame) => Object(frame).type === 'error')).toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  await socket.close();
});
