import { afterAll, beforeAll, test } from 'vitest';
import { CLOCK_TOLERANCE_MS } from '../../functions/domain/connection.ts';
import { type Chatter, enter, said, typed } from '../support/chat.ts';
import { newRoom, userConnections } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await sharedTestStack();
});

afterAll(() => stack.stop());

/** Tokens are accepted for some seconds after their expiry, because clocks differ. */
const expiresInSeconds = 1;

interface Two {
  readonly room: string;
  readonly alice: Chatter;
  /** Her token is valid for a few more seconds. */
  readonly carol: WsClient;
}

/** Creates a room of two members. */
async function enterBriefly(): Promise<Two> {
  const room = await newRoom(stack, 'alice', 'carol');
  const alice = await enter(stack, 'alice', `room=${room}`);
  const token = await stack.token('carol', { expiresInSeconds });
  const headers = { Authorization: `Bearer ${token}` };
  const carol = await connect(`${stack.socketUrl}?room=${room}`, { headers });
  await carol.next(Array.isArray);
  return { room, alice, carol };
}

/** Waits until the token of `enterBriefly` has expired. */
const tokenEnds = () =>
  new Promise((resume) => setTimeout(resume, CLOCK_TOLERANCE_MS + expiresInSeconds * 1000 + 100));

test.concurrent('a fresh token keeps a socket working after its first token has expired', async ({
  expect,
}) => {
  const { room, alice, carol } = await enterBriefly();
  carol.send({ action: 'authenticate', token: await stack.token('carol') });
  const answer = (await carol.next(typed('authenticated'))) as { expires_at: string };
  const [row] = (await userConnections(stack, room)).filter(({ user }) => user.username === 'carol');
  expect(answer).toEqual({
    type: 'authenticated',
    expires_at: new Date(row?.tokenExpiresAt ?? 0).toISOString(),
  });
  await tokenEnds();
  await alice.say('still there?');
  await carol.next(said('still there?'));
  carol.send({ action: 'send', message: 'still here' });
  const { message_id } = (await carol.next(said('still here'))) as Record<string, unknown>;
  carol.send({ action: 'edit', message_id, text: 'here' });
  await carol.next(typed('message_edited'));
  carol.send({ action: 'delete', message_id });
  await carol.next(typed('message_deleted'));
  carol.send({ action: 'authenticate', token: await stack.token('carol', { expiresInSeconds: 60 }) });
  expect(await carol.next(typed('authenticated'))).toEqual(answer);
  await carol.close();
});

test.concurrent('refuses another user’s token and an invalid one, and keeps the current token', async ({
  expect,
}) => {
  const { carol } = await enterBriefly();
  const tokens = [
    [await stack.token('bob'), 'WRONG_USER'],
    ['a.b.c', 'UNAUTHENTICATED'],
  ] as const;
  for (const [token, code] of tokens) {
    carol.send({ action: 'authenticate', token });
    expect(await carol.next(typed('error'))).toMatchObject({ code });
  }
  carol.send({ action: 'send', message: 'it is me' });
  await carol.next(said('it is me'));
  await tokenEnds();
  carol.send({ action: 'authenticate', token: await stack.token('carol') });
  expect(await carol.next(typed('error'))).toMatchObject({ code: 'TOKEN_EXPIRED' });
  expect(await carol.closed).toMatchObject({ code: 1000 });
});

test.concurrent('a connection with an expired token gets TOKEN_EXPIRED in place of the next event', async ({
  expect,
}) => {
  const { room, alice, carol } = await enterBriefly();
  await tokenEnds();
  const before = carol.frames().length;
  alice.send({ action: 'typing', typing: true });
  expect(await carol.closed).toMatchObject({ code: 1000 });
  expect(carol.frames().slice(before)).toMatchObject([{ type: 'error', code: 'TOKEN_EXPIRED' }]);
  await stack.settled();
  expect((await userConnections(stack, room)).map(({ user }) => user.username)).toEqual(['alice']);
});
