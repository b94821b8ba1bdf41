import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Chatter, enter, type Frame, typed } from '../support/chat.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { newRoom } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';

const minutes = 60_000;

let stack: TestStack;
let clock: ManualClock;

beforeAll(async () => {
  // The functions use the machine's clock, so the gateway's clock starts there.
  clock = new ManualClock(Date.now());
  stack = await startTestStack({ clock });
});

afterAll(() => stack.stop());

/** Keeps a socket open with a ping every 9 minutes. */
async function keepOpen(person: Chatter, forMinutes: number): Promise<void> {
  for (let passed = 0; passed < forMinutes; passed += 9) {
    clock.advance(9 * minutes);
    person.send({ action: 'ping' });
    await person.take('pong');
  }
}

/** Returns the sequence numbers of the changes that a connection received. */
const heard = (person: Chatter): Set<number> =>
  new Set(
    person
      .frames()
      .filter((frame) => !typed('pong')(frame))
      .map((frame) => Number((frame as Frame)['seq']))
      .filter((seq) => seq > 0),
  );

/** Returns the highest sequence number without a gap below it, from which a client resumes. */
function gapless(seqs: ReadonlySet<number>): number {
  let last = 0;
  while (seqs.has(last + 1)) last++;
  return last;
}

async function resume(username: string, room: string, since: number) {
  const headers = { Authorization: `Bearer ${await stack.token(username)}` };
  const client = await connect(`${stack.socketUrl}?room=${room}&since=${since}`, { headers });
  return { client, missed: (await client.next(typed('sync'))) as Frame & { events: Frame[] } };
}

test('a client that resumes after the two-hour limit misses nothing', async () => {
  const room = await newRoom(stack, 'alice', 'bob');
  const bob = await enter(stack, 'bob', `room=${room}`);
  await keepOpen(bob, 117);
  const alice = await enter(stack, 'alice', `room=${room}`);
  const old = await alice.say('before the cut');
  await bob.take('chat_message');

  // Sent while the socket is being cut, so some of it may have arrived.
  const sending = Array.from({ length: 5 }, (_, index) => alice.say(`while it is cut ${index}`));
  clock.advance(3 * minutes);
  expect(await bob.closed).toMatchObject({ code: 1001 });
  const [one, other] = await Promise.all(sending);

  alice.send({ action: 'edit', message_id: old['message_id'], text: 'edited after the cut' });
  await alice.take('message_edited');
  alice.send({ action: 'delete', message_id: one?.['message_id'] });
  await alice.take('message_deleted');
  alice.send({ action: 'react', message_id: other?.['message_id'], emoji: '👍' });
  await alice.take('message_reacted');
  await alice.say('after the cut');
  alice.send({ action: 'ping' });
  const { seq: last } = await alice.take('pong');

  const since = gapless(heard(bob));
  const { client, missed } = await resume('bob', room, since);
  expect(missed).toMatchObject({ since, seq: last, has_more: false, complete: true });
  const numbers = missed.events.map(({ seq }) => Number(seq));
  expect(numbers).toEqual(Array.from({ length: Number(last) - since }, (_, index) => since + 1 + index));
  expect(missed.events.slice(-4)).toMatchObject([
    { type: 'message_edited', message_id: old['message_id'] },
    { type: 'message_deleted', message_id: one?.['message_id'] },
    { type: 'message_reacted', message_id: other?.['message_id'], user_id: 1, emoji: '👍' },
    { type: 'chat_message', message: { text: 'after the cut' } },
  ]);
  const edited = missed.events.find(({ message_id }) => message_id === old['message_id']);
  expect(edited?.message).toMatchObject({ text: 'edited after the cut' });

  const { message_id } = await alice.say('and on it goes');
  expect(await client.next(typed('chat_message'))).toMatchObject({ message_id, seq: Number(last) + 1 });
  await Promise.all([alice.close(), client.close()]);
});
