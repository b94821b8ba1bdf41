import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Chatter, enter } from '../support/chat.ts';
import { newRoom } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let room: string;
let alice: Chatter;

beforeAll(async () => {
  stack = await startTestStack();
  room = await newRoom(stack, 'alice', 'bob');
  alice = await enter(stack, 'alice', `room=${room}`);
});
afterAll(() => stack?.stop());

async function newest(): Promise<unknown> {
  alice.send({ action: 'history', limit: 1 });
  const { messages } = (await alice.take('history')) as { messages?: unknown[] };
  return messages?.[0];
}

describe('the caption of a file', () => {
  test.each(['', '  ', '\u200b'])('can be emptied, because the file stays: %j', async (text) => {
    const { message_id } = await alice.say('caption', { file: 'aGk=', file_name: 'hi.txt' });
    alice.send({ action: 'edit', message_id, text });
    const edited = await alice.take('message_edited', (frame) => frame['message_id'] === message_id);
    expect(edited).toMatchObject({ text });
    expect(await newest()).toMatchObject({ message_id, text, file: 'hi.txt' });
  });

  test('is needed in a message without a file', async () => {
    const { message_id } = await alice.say('only text');
    alice.send({ action: 'edit', message_id, text: '\u200b' });
    expect(await alice.take('error')).toMatchObject({ code: 'EMPTY_TEXT' });
    expect(await newest()).toMatchObject({ message_id, text: 'only text' });
  });
});
