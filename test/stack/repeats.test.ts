import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listLog } from '../../functions/store/log.ts';
import { type Chatter, enter, type Frame, said, typed } from '../support/chat.ts';
import { databaseOf, newRoom } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await sharedTestStack();
});

afterAll(() => stack.stop());

async function pair(): Promise<{ room: string; alice: Chatter; bob: Chatter }> {
  const room = `room=${await newRoom(stack, 'alice', 'bob')}`;
  return { room, alice: await enter(stack, 'alice', room), bob: await enter(stack, 'bob', room) };
}

async function history(person: Chatter): Promise<Record<string, unknown>[]> {
  person.send({ action: 'history' });
  return (await person.take('history'))['messages'] as Record<string, unknown>[];
}

const withClientId = (id: string) => typed('chat_message', ({ message }) => message?.['client_id'] === id);

test('200 sends with 50 client ids, four of each at once, store 50 messages and are all answered', async () => {
  const { alice, bob } = await pair();
  const ids = Array.from({ length: 50 }, (_, index) => `c-${index}`);
  for (const id of ids) {
    for (let copy = 0; copy < 4; copy++) {
      alice.send({ action: 'send', message: `text of ${id}`, client_id: id });
    }
  }
  const numbers = new Set<unknown>();
  for (const id of ids) {
    const answers = await Promise.all([1, 2, 3, 4].map(() => alice.next(withClientId(id), 40_000)));
    const answered = new Set((answers as Frame[]).map(({ message }) => message?.['message_id']));
    expect(answered.size).toBe(1);
    for (const number of answered) numbers.add(number);
  }
  expect(numbers.size).toBe(50);
  const stored = await history(alice);
  expect(stored).toHaveLength(50);
  expect(new Set(stored.map((message) => message['message_id']))).toEqual(numbers);
  for (const id of ids) await bob.next(said(`text of ${id}`));
  expect(bob.frames().filter(typed('chat_message'))).toHaveLength(50);
  await Promise.all([alice.close(), bob.close()]);
});

test('a send that is repeated from another device is stored once', async () => {
  const { room, alice, bob } = await pair();
  const first = await alice.say('once', { client_id: 'lost' });
  alice.socket.terminate();
  const again = await enter(stack, 'alice', room);
  const second = await again.say('once', { client_id: 'lost' });
  expect(second['message_id']).toBe(first['message_id']);
  expect(await history(bob)).toHaveLength(1);
  expect(bob.frames().filter(typed('chat_message'))).toHaveLength(1);
  await Promise.all([again.close(), bob.close()]);
});

test('the same client id of two users stores two messages', async () => {
  const { alice, bob } = await pair();
  const hers = await alice.say('hers', { client_id: 'same' });
  const his = await bob.say('his', { client_id: 'same' });
  expect(his['message_id']).not.toBe(hers['message_id']);
  await Promise.all([alice.close(), bob.close()]);
});

test('concurrent repeats of an edit and a delete are applied once', async () => {
  const { alice, bob } = await pair();
  const { message_id } = await alice.say('original');
  const edit = { action: 'edit', message_id, text: 'edited', client_id: 'e-1' };
  for (let copy = 0; copy < 4; copy++) alice.send(edit);
  const edits = await Promise.all([1, 2, 3, 4].map(() => alice.take('message_edited')));
  expect(new Set(edits.map((frame) => JSON.stringify(frame))).size).toBe(1);
  const removal = { action: 'delete', message_id, client_id: 'd-1' };
  for (let copy = 0; copy < 4; copy++) alice.send(removal);
  const removals = await Promise.all([1, 2, 3, 4].map(() => alice.take('message_deleted')));
  expect(new Set(removals.map((frame) => JSON.stringify(frame))).size).toBe(1);
  await bob.take('message_deleted');
  // A repeat may finish the change before the first attempt does. Then both are posted.
  const told = (type: string) =>
    bob
      .frames()
      .filter(typed(type))
      .map((frame) => (frame as Frame)['seq']);
  // Concurrent repeats may use up sequence numbers.
  const [edited, removed] = [edits[0]?.['seq'], removals[0]?.['seq']];
  expect(removed).toBeGreaterThan(Number(edited));
  expect(new Set(told('message_edited'))).toEqual(new Set([edited]));
  expect(new Set(told('message_deleted'))).toEqual(new Set([removed]));
  alice.send(edit);
  expect(await alice.take('message_edited')).toMatchObject({ seq: edited, text: '', client_id: 'e-1' });
  expect(await history(alice)).toEqual([]);
  await Promise.all([alice.close(), bob.close()]);
});

test('a repeat of a reply gets the answer of the first attempt, even if both messages were deleted', async () => {
  const { alice, bob } = await pair();
  const { message_id } = await bob.say('question');
  const reply = { action: 'send', message: 'answer', reply_to: message_id, client_id: 'r-1' };
  alice.send(reply);
  const first = (await alice.next(withClientId('r-1'))) as Frame;
  bob.send({ action: 'delete', message_id });
  await alice.take('message_deleted');
  alice.send(reply);
  expect(await alice.next(withClientId('r-1'))).toMatchObject({
    message: { message_id: first.message?.['message_id'] },
  });
  alice.send({ action: 'delete', message_id: first.message?.['message_id'] });
  await alice.take('message_deleted');
  alice.send(reply);
  expect(await alice.next(withClientId('r-1'))).toMatchObject({ message: { text: '', deleted: true } });
  await Promise.all([alice.close(), bob.close()]);
});

test('no text of a deleted message stays in the table, even after concurrent edits', async () => {
  const { room, alice, bob } = await pair();
  for (let round = 0; round < 20; round++) {
    const { message_id } = await alice.say(`SECRET ${round}`);
    for (let edit = 0; edit < 6; edit++)
      alice.send({ action: 'edit', message_id, text: `SECRET ${round} ${edit}` });
    alice.send({ action: 'delete', message_id });
    await alice.take('message_deleted', (frame) => frame['message_id'] === message_id);
  }
  await stack.settled();
  const db = databaseOf(stack);
  const { entries } = await listLog(db, room.replace('room=', ''), { limit: 1000 });
  expect(entries.length).toBeGreaterThanOrEqual(40);
  expect(JSON.stringify(entries)).not.toContain('SECRET');
  await Promise.all([alice.close(), bob.close()]);
});

test('refuses a client id that was used for another change', async () => {
  const { alice, bob } = await pair();
  const { message_id } = await alice.say('original', { client_id: 'x' });
  alice.send({ action: 'delete', message_id, client_id: 'x' });
  expect(await alice.take('error')).toMatchObject({ code: 'CLIENT_ID_REUSED', client_id: 'x' });
  alice.send({ action: 'delete', message_id, client_id: 'y' });
  await alice.take('message_deleted');
  alice.send({ action: 'send', message: 'new', client_id: 'y' });
  expect(await alice.take('error')).toMatchObject({ code: 'CLIENT_ID_REUSED', client_id: 'y' });
  await Promise.all([alice.close(), bob.close()]);
});

test('concurrent edits by two members end with one text for everybody', async () => {
  const { room, alice, bob } = await pair();
  const { message_id } = await bob.say('original');
  for (let round = 0; round < 10; round++) {
    alice.send({ action: 'edit', message_id, text: `alice ${round}` });
    bob.send({ action: 'edit', message_id, text: `bob ${round}` });
  }
  const heard = () => [...alice.frames(), ...bob.frames()].filter(typed('message_edited')) as Frame[];
  await vi.waitFor(() => expect(new Set(heard().map(({ seq }) => seq)).size).toBe(20), { timeout: 20_000 });
  const [present] = await history(alice);
  const phone = await enter(stack, 'bob', room);
  expect(phone.history[0]).toMatchObject({ text: present?.['text'] });
  const last = heard().reduce((one, other) => (Number(one['seq']) > Number(other['seq']) ? one : other));
  expect(present?.['text']).toBe(last['text']);
  await Promise.all([alice.close(), bob.close(), phone.close()]);
});
