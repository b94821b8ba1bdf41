import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import * as parley from '../../client/index.ts';
import { FakeChat } from '../support/fake-chat.ts';

let client: parley.ChatClient;
/** The requests of the client, as method, path and body. */
let sent: string[];
/** The answers to the next requests; then `{}`. */
let answers: Response[];

let chat: FakeChat;

beforeEach(async () => {
  chat = new FakeChat();
  sent = [];
  answers = [];
  const fetch = async (url: unknown, init?: RequestInit) => {
    const { pathname, search } = new URL(String(url));
    sent.push([init?.method ?? 'GET', pathname + search, init?.body].filter(Boolean).join(' '));
    return answers.shift() ?? Response.json({});
  };
  client = new parley.ChatClient({ ...chat.options(), fetch: fetch as typeof globalThis.fetch });
  onTestFinished(() => client.close());
  await client.ready();
});

const empty = () => new Response(null, { status: 204 });

test('each function sends one request, with the ids encoded', async () => {
  const { updateRoom, addMember, updateMember, setPreferences, reportMessage, resolveReports } = parley;
  await updateRoom(client, 'a/b', { name: 'Lunch', slow_mode: 30 });
  await addMember(client, 1, 'x:y');
  await updateMember(client, 1, 'x/y', { role: 'moderator' });
  await setPreferences(client, 1, { pinned: true });
  await reportMessage(client, 1, 7, { reason: 'spam', note: 'Again' });
  await resolveReports(client, 1, 7);
  await parley.reports(client, 1, { status: 'resolved', cursor: undefined });
  answers = [empty(), empty(), empty()];
  await parley.removeMember(client, 1, 2);
  await parley.pinMessage(client, 1, 7);
  expect(await parley.unpinMessage(client, 1, 7)).toBeUndefined();
  expect(sent).toEqual([
    'PATCH /api/chats/a%2Fb/ {"name":"Lunch","slow_mode":30}',
    'POST /api/chats/1/members/ {"user_id":"x:y"}',
    'PATCH /api/chats/1/members/x%2Fy/ {"role":"moderator"}',
    'PATCH /api/chats/1/preferences/ {"pinned":true}',
    'POST /api/chats/1/reports/ {"message_id":7,"reason":"spam","note":"Again"}',
    'POST /api/chats/1/reports/7/resolve/ {}',
    'GET /api/chats/1/reports/?status=resolved',
    'DELETE /api/chats/1/members/2/',
    'PUT /api/chats/1/pins/7/',
    'DELETE /api/chats/1/pins/7/',
  ]);
});

test('deletes a long room in as many parts as the server needs', async () => {
  answers = [new Response(null, { status: 202 }), empty()];
  await parley.deleteRoom(client, 1);
  expect(sent).toEqual(['DELETE /api/chats/1/', 'DELETE /api/chats/1/']);
});

test('returns pinned messages in the form that messages have in a room', async () => {
  const message = { id: 7, content: 'Hello', sender: { id: 2, username: 'bob', email: '' }, status: 'sent' };
  answers = [Response.json({ pins: [{ message, pinned_by: 1 }] })];
  expect(await parley.pins(client, 1)).toMatchObject([
    { message_id: 7, text: 'Hello', sender_id: 2, sender_name: 'bob', status: 'send' },
  ]);
});

test('returns found messages in the form that messages have in a room, and how far back the search has looked', async () => {
  const message = { id: 7, content: 'Lunch', sender: { id: 2, username: 'bob', email: '' }, status: 'read' };
  const searched_to = { message_id: 5, created_at: '2026-03-03T12:00:00.000Z' };
  answers = [
    Response.json({ messages: [message], searched_to, next_cursor: 'n' }),
    Response.json({ messages: [] }),
  ];
  const found = await parley.searchMessages(client, 'a/b', 'lunch & more');
  expect(found).toMatchObject({
    messages: [{ message_id: 7, text: 'Lunch' }],
    searched_to,
    next_cursor: 'n',
  });
  await parley.searchMessages(client, 1, 'é', { cursor: 'n', limit: 5 });
  expect(sent).toEqual([
    'GET /api/chats/a%2Fb/search/?q=lunch+%26+more',
    'GET /api/chats/1/search/?q=%C3%A9&cursor=n&limit=5',
  ]);
});

test('lists, blocks and unblocks users', async () => {
  answers = [
    Response.json({ user_id: 2 }),
    Response.json({ blocks: [{ user_id: 2, blocked_at: '' }] }),
    empty(),
  ];
  await parley.blockUser(client, 2);
  expect(await parley.blocks(client)).toMatchObject([{ user_id: 2 }]);
  await parley.unblockUser(client, 2);
  expect(sent).toEqual(['PUT /api/blocks/2/', 'GET /api/blocks/', 'DELETE /api/blocks/2/']);
});

test('loads open rooms and the list of rooms again after a block on any device, and emits `block`', async () => {
  const room = client.room(1);
  await room.ready();
  client.roomList.subscribe(() => {});
  await vi.waitFor(() => expect(client.roomList.state.loading).toBe(false));
  const events: unknown[] = [];
  client.on('block', (event) => events.push(event));
  const [lists, histories] = [sent.length, chat.count('history')];
  chat.changeBlocks(2, true);
  await vi.waitFor(() => expect(chat.count('history')).toBe(histories + 1));
  expect(sent.slice(lists)).toEqual([expect.stringContaining('GET /api/chats/?')]);
  chat.changeBlocks(2, false);
  await vi.waitFor(() => expect(chat.count('history')).toBe(histories + 2));
  expect(events).toEqual([
    { type: 'block', user_id: 2, blocked: true, revision: 1 },
    { type: 'block', user_id: 2, blocked: false, revision: 2 },
  ]);
});

test('loads a room again after a reconnect only if the block list changed meanwhile', async () => {
  const room = client.room(1);
  await room.ready();
  chat.changeBlocks(2, true);
  await vi.waitFor(() => expect(chat.count('history')).toBe(2));
  const reconnect = async () => {
    chat.socket.disconnect();
    await room.ready();
    return chat.count('history');
  };
  expect(await reconnect()).toBe(2);
  chat.blocks++;
  expect(await reconnect()).toBe(3);
  expect(await reconnect()).toBe(3);
});

test('loads a room again after a reconnect if the socket closed while it was loading', async () => {
  const room = client.room(1);
  await room.ready();
  const before = chat.count('history');
  chat.dropAnswer = ({ action }) => action === 'history';
  chat.changeBlocks(2, true);
  await vi.waitFor(() => expect(chat.count('history')).toBe(before + 1));
  chat.dropAnswer = () => false;
  chat.socket.disconnect();
  await room.ready();
  expect(chat.count('history')).toBe(before + 2);
});

test('loads a room again after a block that came while the room was catching up', async () => {
  const room = client.room(1);
  await room.ready();
  chat.dropAnswer = ({ action }) => action === 'join';
  chat.socket.disconnect();
  await vi.waitFor(() => expect(chat.count('join')).toBe(2));
  expect(room.state).toBe('catching-up');
  chat.changeBlocks(2, true);
  const before = chat.count('history');
  chat.dropAnswer = () => false;
  chat.socket.deliver({ type: 'joined', room_id: 1, seq: 0 });
  await room.ready();
  expect(chat.count('history')).toBe(before + 1);
});

test('rejects with the code of a refusal', async () => {
  const body = { error: 'TOO_MANY_PINS', message: 'Message not pinned: 50 are.' };
  answers = [Response.json(body, { status: 409 })];
  await expect(parley.pinMessage(client, 1, 7)).rejects.toMatchObject({ code: 'TOO_MANY_PINS' });
});
