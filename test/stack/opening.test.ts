import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { enter, type Frame, said, typed } from '../support/chat.ts';
import { newRoom, userConnections } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';

// A connection opens 400 ms after `$connect` has returned. Until then, GET @connections says that it is open, and posts
// and closes are answered with 410.
const OPENING_MS = 400;
let openingMs = OPENING_MS;

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({
    faults: { opening: () => ({ afterMs: openingMs, answersEarly: true }) },
  });
});

afterAll(() => stack.stop());

const headersOf = async (username: string) => ({ Authorization: `Bearer ${await stack.token(username)}` });

test('fifteen of fifteen new connections get the history', async () => {
  const room = await newRoom(stack, 'alice', 'bob');
  const alice = await enter(stack, 'alice', `room=${room}`);
  await alice.say('before');
  const bobs = await Promise.all(Array.from({ length: 15 }, () => enter(stack, 'bob', `room=${room}`)));
  for (const { history } of bobs) expect(history).toMatchObject([{ text: 'before' }]);
  await Promise.all([alice, ...bobs].map((each) => each.close()));
});

test.each(['', '&since=0'])(
  'a message that is sent while a connection opens is not lost, and arrives at most three times (%s)',
  async (query) => {
    const room = await newRoom(stack, 'alice', 'bob');
    const alice = await enter(stack, 'alice', `room=${room}`);
    let count = 0;
    const sending = setInterval(() => alice.send({ message: `word ${count++}` }), 20);
    const headers = await headersOf('bob');
    const bobs = await Promise.all(
      Array.from({ length: 4 }, () => connect(`${stack.socketUrl}?room=${room}${query}`, { headers })),
    );
    await new Promise((resume) => setTimeout(resume, 500));
    clearInterval(sending);
    for (let word = 0; word < count; word++) await alice.next(said(`word ${word}`));
    await alice.say('the last word');
    const sent = alice.frames().filter(typed('chat_message')) as Frame[];
    for (const bob of bobs) {
      const isFirst = (frame: unknown) => Array.isArray(frame) || (frame as Frame).type === 'sync';
      const first = (await bob.next(isFirst, 10_000)) as Frame;
      await bob.next(said('the last word'), 10_000);
      const shown = (Array.isArray(first) ? first : first['events']) as Frame[];
      const idsOf = (frames: readonly Frame[]) => frames.map(({ message_id }) => Number(message_id));
      // The history on connect is the last 50 messages at that moment.
      const from = shown.length < 50 ? 0 : Math.min(...idsOf(shown));
      const live = () => bob.frames().filter(typed('chat_message')) as Frame[];
      const timesOf = (id: number) => idsOf([...shown, ...live()]).filter((each) => each === id).length;
      const expected = idsOf(sent).filter((id) => id >= from);
      // `welcome` may still post missed changes after the last word has arrived.
      await expect.poll(() => expected.filter((id) => timesOf(id) === 0), { timeout: 10_000 }).toEqual([]);
      // A message can arrive up to three times: in the first frame, from `send`, and from `welcome`, which posts missed
      // changes.
      expect(expected.filter((id) => timesOf(id) > 3)).toEqual([]);
    }
    await Promise.all([alice, ...bobs].map((each) => each.close()));
  },
);

test('an inbox that opens gets the number of its rooms, and keeps receiving their messages', async () => {
  const room = await newRoom(stack, 'alice', 'bob');
  const inbox = await connect(stack.socketUrl, { headers: await headersOf('bob') });
  expect(await inbox.next()).toMatchObject({ type: 'inbox' });
  const alice = await enter(stack, 'alice', `room=${room}`);
  await alice.say('for the inbox');
  await inbox.next(said('for the inbox'));
  await Promise.all([alice.close(), inbox.close()]);
});

test('a refused S3 client gets its error frame and is closed', async () => {
  const clients = await Promise.all(
    ['a.b.c', await stack.token('dave')].map((token) => connect(`${stack.socketUrl}?room=1&token=${token}`)),
  );
  const codes = [];
  for (const client of clients) {
    const frame = (await client.next()) as Frame;
    codes.push(frame['code']);
    expect(await client.closed).toMatchObject({ code: 1000 });
  }
  expect(codes).toEqual([4001, 4003]);
});

test('a member who is removed while the connection opens gets nothing, and is closed', async () => {
  // Long enough for the removal, even on a busy machine.
  openingMs = 5_000;
  onTestFinished(() => {
    openingMs = OPENING_MS;
  });
  const room = await newRoom(stack, 'alice', 'bob');
  const headers = await headersOf('alice');
  const opening = connect(`${stack.socketUrl}?room=${room}`, { headers: await headersOf('bob') });
  const rows = async () => (await userConnections(stack, room)).length;
  while ((await rows()) === 0) await new Promise((resume) => setTimeout(resume, 10));
  const removal = await fetch(`${stack.stack.edgeUrl}/api/chats/${room}/members/2/`, {
    method: 'DELETE',
    headers,
  });
  expect(removal.status).toBeLessThan(300);
  const bob = await opening;
  expect(await bob.closed).toMatchObject({ code: 1000 });
  expect(bob.frames()).toEqual([]);
  expect(await rows()).toBe(0);
});
