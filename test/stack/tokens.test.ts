import { afterAll, beforeAll, test } from 'vitest';
import { CLOCK_TOLERANCE_MS } from '../../functions/domain/connection.ts';
import { type Chatter, enter, said, typed } from '../support/chat.ts';
import { newRoom, userConnections } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack.stop());

/** A token counts for some seconds more, since clocks may differ. */
const expiresInSeconds = 1;

interface Two {
  readonly room: string;
  readonly alice: Chatter;
  /** Her token counts for some seconds still. */
  readonly carol: WsClient;
}

/** A room of two. */
async function enterBriefly(): Promise<Two> {
  const room = await newRoom(stack, 'alice', 'carol');
  const alice = await enter(stack, 'alice', `room=${room}`);
  const token = await stack.token('carol', { expiresInSeconds });
  const headers = { Authorization: `Bearer ${token}` };
  const carol = await connect(`${stack.socketUrl}?room=${room}`, { headers });
  await carol.next(Array.isArray);
  return { room, alice, carol };
}

/** Until a token that `enterBriefly` took counts for nothing. */
const tokenEnds = () =>
  new Promise((resume) => setTimeout(resume, CLOCK_TOLERANCE_MS + expiresInSeconds * 1000 + 100));

test.concurrent('a fresh token lets a socket go on after the end of its first: it hears, and all its frames are served', async ({
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

test.concurrent('a token of another user, and one that is none, are refused, and the one that was there counts on', async ({
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

test.concurrent('a connection whose token ran out hears it in place of whatever comes first: here, that somebody types', async ({
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
