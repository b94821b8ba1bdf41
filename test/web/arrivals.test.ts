import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient } from '../../client/index.ts';
import { onArrival } from '../../web/notifications/arrivals.ts';
import { FakeChat } from '../support/fake-chat.ts';

let chat: FakeChat;
let client: ChatClient;
/** The open room. */
let current: string | undefined;
/** The texts of each call. */
let arrived: string[][];

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** Opens a room as the page does. */
async function open(room: string): Promise<void> {
  if (current !== undefined) client.room(current).leave();
  current = room;
  client.room(room);
  await pass();
}

beforeEach(async () => {
  vi.useFakeTimers();
  chat = new FakeChat();
  for (const room of ['1', '2']) for (const text of ['one', 'two', 'three']) chat.addMessage(text, { room });
  const last_message = { id: 3, sender: { id: 2, email: '' }, content: 'three', status: 'send' };
  const preferences = { notify: 'all', pinned: false, hidden: false };
  const listed = (id: number) => ({ id, unread: 0, mentioned: 0, preferences, last_message });
  const fetched = async () => Response.json({ chats: [listed(1), listed(2)], next_cursor: null });
  client = new ChatClient({ ...chat.options(), fetch: fetched });
  onTestFinished(() => client.close());
  current = undefined;
  arrived = [];
  const stop = onArrival(
    client,
    () => current,
    (_room, messages) => arrived.push(messages.map(({ text }) => text)),
  );
  onTestFinished(stop);
  onTestFinished(client.roomList.subscribe(() => {}));
  await pass();
});

afterEach(() => {
  vi.useRealTimers();
});

test('the history of a room that opens does not arrive, but later messages do', async () => {
  await open('1');
  await open('2');
  await open('1');
  expect(client.room('1').messages).toHaveLength(3);
  expect(arrived).toEqual([]);
  chat.addMessage('new');
  expect(arrived).toEqual([['new']]);
});

test('a message of another room arrives while a room opens', async () => {
  chat.dropAnswer = ({ action }) => action === 'history';
  await open('1');
  expect(client.state).toBe('catching-up');
  chat.socket.rooms.add('2');
  chat.addMessage('elsewhere', { room: '2' });
  expect(arrived).toEqual([['elsewhere']]);
});

test('a message that comes while its room opens arrives without the history', async () => {
  const opening = open('1');
  chat.addMessage('four');
  await opening;
  expect(client.room('1').messages).toHaveLength(4);
  expect(arrived).toEqual([['four']]);
});

test('messages that were missed while the connection was lost arrive together', async () => {
  await open('1');
  chat.socket.disconnect();
  chat.addMessage('four');
  chat.addMessage('five');
  await pass(60_000);
  expect(client.state).toBe('live');
  expect(arrived).toEqual([['four', 'five']]);
  chat.addMessage('six');
  expect(arrived).toEqual([['four', 'five'], ['six']]);
});

test('a room that opens while the connection is lost has only missed messages arrive', async () => {
  await open('1');
  chat.socket.disconnect();
  await open('2');
  chat.addMessage('four', { room: '2' });
  await pass(60_000);
  expect(client.room('2').messages).toHaveLength(4);
  expect(arrived).toEqual([['four']]);
});

test('missed messages that the user has read elsewhere do not arrive', async () => {
  await open('1');
  chat.socket.disconnect();
  const id = chat.addMessage('four');
  chat.answerWith = (frame) =>
    frame.action === 'sync'
      ? {
          ...{ type: 'sync', room_id: 1, since: frame.since, seq: id, has_more: false, complete: true },
          ...{ events: [], receipts: [], seen: [{ user_id: 1, message_id: id }] },
        }
      : undefined;
  await pass(60_000);
  expect(client.state).toBe('live');
  expect(arrived).toEqual([]);
});
