import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient, type RoomList, type RoomSummary } from '../../client/index.ts';
import { FakeChat } from '../support/fake-chat.ts';

const AT = '2026-03-02T09:15:00.000Z';

let chat: FakeChat;
let client: ChatClient;
let list: RoomList;
/** The requests for the room list that the server has not answered yet, oldest first. */
let requests: PromiseWithResolvers<Response>[];

beforeEach(async () => {
  vi.useFakeTimers();
  chat = new FakeChat();
  requests = [];
  client = new ChatClient({
    ...chat.options(),
    fetch: () => {
      const request = Promise.withResolvers<Response>();
      requests.push(request);
      return request.promise;
    },
  });
  list = client.roomList;
  const stop = list.subscribe(() => {});
  onTestFinished(() => {
    stop();
    client.close();
  });
  await pass(1_000);
  while (requests.length > 0) await answer(room(0));
});

afterEach(() => void vi.useRealTimers());

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** A room as the server lists it, with its newest message. */
const room = (newest: number, unread = newest, more: Partial<RoomSummary> = {}) => ({
  id: 1,
  name: 'Everybody',
  unread,
  mentioned: 0,
  unread_capped: false,
  last_at: AT,
  last_message: newest ? { id: newest, sender: { id: 2, username: 'bob' }, content: `Text ${newest}` } : null,
  ...more,
});

/** Answers the oldest open request for the room list. */
async function answer(...chats: object[]): Promise<void> {
  requests.shift()?.resolve(Response.json({ chats, next_cursor: null }));
  await pass();
}

/** Delivers a message of another user. */
const receive = (id: number, room_id = 1, more: object = {}) =>
  chat.socket.deliver({
    type: 'chat_message',
    message_id: id,
    seq: id,
    room_id,
    message: { message_id: id, text: `Text ${id}`, sender_id: 2, sender_email: '', created_at: AT, ...more },
  });

const see = (id: number) =>
  chat.socket.deliver({ type: 'message_seen', message_id: id, user_id: 1, room_id: 1 });

/** Starts to load the list again, as an app does when the user leaves a room. */
async function load(): Promise<void> {
  void list.reload();
  await pass();
  expect(requests).toHaveLength(1);
}

const shown = () =>
  list.state.rooms.map(({ last_message: last, unread }) => `${last?.text}, ${unread} unread`);

describe('the room list', () => {
  test('counts each new message once', () => {
    for (const id of [1, 2, 2]) receive(id);
    expect(shown()).toEqual(['Text 2, 2 unread']);
  });

  test('counts the messages that mention the user until they are read', () => {
    const mentioned = () => list.state.rooms.map((each) => each.mentioned);
    receive(1, 1, { mentions: [2, 1] });
    receive(2, 1, { mentions: [2] });
    receive(3, 1, { mentions: [1], sender_id: 1 });
    expect(mentioned()).toEqual([1]);
    see(3);
    expect(mentioned()).toEqual([0]);
  });

  test('counts mentions with a server of an earlier release, which sends no number of them', async () => {
    await load();
    const { mentioned: _, ...earlier } = room(1);
    await answer(earlier);
    receive(2, 1, { mentions: [1] });
    expect(list.state.rooms).toMatchObject([{ mentioned: 1 }]);
  });

  test('keeps messages that arrive while an older list loads', async () => {
    await load();
    for (const id of [1, 2]) receive(id);
    await answer(room(1));
    expect(shown()).toEqual(['Text 2, 2 unread']);
  });

  test('counts a message once that arrives while a list with it loads', async () => {
    await load();
    for (const id of [1, 2]) receive(id);
    await answer(room(2));
    expect(shown()).toEqual(['Text 2, 2 unread']);
    await pass(10_000);
    expect(requests).toHaveLength(0);
  });

  test('keeps the read mark that moves while an older list loads', async () => {
    receive(1);
    await load();
    see(1);
    await answer(room(1));
    expect(shown()).toEqual(['Text 1, 0 unread']);
  });

  test('loads again if a read mark moves while a list with a newer message loads', async () => {
    receive(1);
    await load();
    see(1);
    await answer(room(2));
    await pass(1_000);
    await answer(room(2, 1));
    expect(shown()).toEqual(['Text 2, 1 unread']);
  });

  test('keeps a message as unread that arrives directly before an older read mark', async () => {
    receive(1);
    receive(2);
    see(1);
    expect(shown()).toEqual(['Text 2, 2 unread']);
    await pass(1_000);
    await answer(room(2, 1));
    expect(shown()).toEqual(['Text 2, 1 unread']);
  });

  test('loads again when a message arrives after a newer one', async () => {
    receive(2);
    receive(1);
    await pass(1_000);
    await answer(room(2));
    expect(shown()).toEqual(['Text 2, 2 unread']);
  });

  const edit = (id: number, seq: number, text: string, more: object = {}) =>
    chat.socket.deliver({ type: 'message_edited', message_id: id, seq, text, room_id: 1, ...more });

  test('shows the last edit of the newest message, and no edit of an earlier one', async () => {
    receive(1);
    receive(2);
    edit(2, 5, 'Second edit');
    edit(2, 4, 'First edit');
    edit(1, 6, 'Earlier message');
    expect(shown()).toEqual(['Second edit, 2 unread']);
    await pass(1_000);
    expect(requests).toHaveLength(0);
  });

  test.each([
    ['adds a mention of the user to the newest message', [2, [1]], []],
    ['adds a mention of the user to an earlier message', [1, [1]], []],
    ['may remove a mention of the user from an earlier message', [1, undefined], [1]],
    ['removes a mention of the user from the newest message', [2, undefined], [2]],
  ] as const)('loads again when an edit %s', async (_how, [id, mentions], before) => {
    for (const each of [1, 2]) receive(each, 1, before.some((one) => one === each) ? { mentions: [1] } : {});
    edit(id, 3, 'Edited', mentions && { mentions });
    await pass(1_000);
    await answer(room(2, 2, { mentioned: mentions ? 1 : 0 }));
    expect(list.state.rooms).toMatchObject([{ mentioned: mentions ? 1 : 0 }]);
    expect(requests).toHaveLength(0);
  });

  test.each([
    [2, 'the newest'],
    [1, 'an unread'],
  ])('loads again when message %i, %s one, is deleted', async (message_id) => {
    receive(1);
    receive(2);
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    chat.socket.deliver({ type: 'message_deleted', message_id, seq: 3, room_id: 1 });
    // The clients of the members of a large room do not load at once.
    await pass(1_000);
    expect(requests).toHaveLength(0);
    await pass(1_000);
    await answer(room(3 - message_id, 1));
    expect(shown()).toEqual([`Text ${3 - message_id}, 1 unread`]);
  });

  test('ignores a list that arrives after a newer list', async () => {
    await load();
    void list.reload();
    await pass();
    const [first, second] = requests.splice(0);
    requests = [second, first].filter((request) => request !== undefined);
    await answer(room(2), room(1, 1, { id: 3 }));
    await answer(room(2));
    expect(shown()).toHaveLength(2);
  });

  test('ignores the failure of a load if a later load succeeded', async () => {
    await load();
    void list.reload();
    await pass();
    const [first, second] = requests.splice(0);
    second?.resolve(Response.json({ chats: [room(2)], next_cursor: null }));
    await pass();
    first?.reject(new TypeError('fetch failed'));
    await pass();
    expect([shown(), list.state.error]).toEqual([['Text 2, 2 unread'], undefined]);
  });

  test('ignores the next page if the list was loaded again meanwhile', async () => {
    const page = async (id: number, next_cursor: string, index = 0) => {
      const [request] = requests.splice(index, 1);
      request?.resolve(Response.json({ chats: [room(1, 1, { id })], next_cursor }));
      await pass();
    };
    await load();
    await page(1, 'a');
    void list.loadMore();
    void list.reload();
    await pass(1_000);
    await page(1, 'b', 1);
    await page(2, 'c');
    expect([list.state.rooms.map(({ id }) => id), list.state.hasMore]).toEqual([[1], true]);
    void list.loadMore();
    await page(3, 'd');
    expect(list.state.rooms.map(({ id }) => id)).toEqual([1, 3]);
  });

  test('loads again when the inbox opens, because earlier messages were not delivered', async () => {
    chat.socket.deliver({ type: 'inbox', rooms: 1 });
    await pass(1_000);
    await answer(room(2));
    expect(shown()).toEqual(['Text 2, 2 unread']);
  });

  test('shows a request as accepted after the user writes in it, but not after a stranger does', async () => {
    await load();
    await answer(room(0, 0, { request: true }));
    receive(1);
    expect(list.state.rooms[0]?.request).toBe(true);
    const message = { message_id: 2, text: 'Hi', sender_id: 1, sender_email: '', created_at: AT };
    chat.socket.deliver({ type: 'chat_message', message_id: 2, seq: 2, room_id: 1, message });
    expect(list.state.rooms[0]?.request).toBe(false);
  });

  test('loads again when the user is added to a room that is not listed', async () => {
    chat.socket.deliver({ type: 'joined', room_id: 1, seq: 0 });
    await pass(1_000);
    expect(requests).toHaveLength(0);
    chat.socket.deliver({ type: 'joined', room_id: 3, seq: 0 });
    await pass(1_000);
    await answer(room(1, 1, { id: 3 }), room(0));
    expect(shown()).toEqual(['Text 1, 1 unread', 'undefined, 0 unread']);
  });

  test('loads again for a message of a room that is not listed', async () => {
    receive(1, 3);
    await pass(1_000);
    await answer(room(1, 1, { id: 3 }), room(0));
    expect(shown()).toEqual(['Text 1, 1 unread', 'undefined, 0 unread']);
  });

  test('loads as many rooms again as it had, and drops rooms that the user left', async () => {
    const page = (first: number, count: number, next_cursor: string | null) =>
      Response.json({
        chats: Array.from({ length: count }, (_, index) => room(1, 1, { id: first + index })),
        next_cursor,
      });
    await load();
    requests.shift()?.resolve(page(1, 50, 'a'));
    await pass();
    void list.loadMore();
    expect(list.state.loading).toBe(true);
    requests.shift()?.resolve(page(51, 10, null));
    await pass();
    expect([list.state.rooms.length, list.state.loading, list.state.hasMore]).toEqual([60, false, false]);
    chat.socket.deliver({ type: 'left', room_id: 60 });
    await pass(1_000);
    requests.shift()?.resolve(page(1, 50, 'a'));
    await pass();
    expect(list.state.rooms).toHaveLength(60);
    requests.shift()?.resolve(page(51, 9, null));
    await pass();
    expect([list.state.rooms.length, requests.length]).toEqual([59, 0]);
  });

  test('has the reason of a failed load until a load succeeds', async () => {
    await load();
    requests
      .shift()
      ?.resolve(Response.json({ error: 'RATE_LIMITED', message: 'Slow down' }, { status: 429 }));
    await pass();
    expect([list.state.error?.code, list.state.loading, list.state.rooms.length]).toEqual([
      'RATE_LIMITED',
      false,
      1,
    ]);
    await load();
    await answer(room(1));
    expect(list.state.error).toBeUndefined();
  });

  test('does not load again when the client opens and leaves a room', async () => {
    const opened = client.room(1);
    await pass(1_000);
    opened.leave();
    await pass(1_000);
    expect([chat.count('join'), chat.count('leave'), requests.length]).toEqual([1, 1, 0]);
  });

  test('follows new names and pictures of rooms, and drops deleted rooms', async () => {
    await load();
    await answer(room(1), room(1, 1, { id: 2 }));
    const changed = { name: 'Dinner', avatar_url: 'https://example.com/a.png' };
    chat.socket.deliver({ type: 'room_updated', room_id: 1, seq: 3, by: 2, room: changed });
    expect(list.state.rooms[0]).toMatchObject(changed);
    chat.socket.deliver({ type: 'room_deleted', room_id: 1 });
    expect(list.state.rooms.map(({ id }) => id)).toEqual([2]);
    await pass(1_000);
    expect(requests).toHaveLength(0);
  });

  test('moves a pinned room to the top, keeps it there, and leaves out a hidden one', async () => {
    const prefer = (room_id: number, chosen: object) =>
      chat.socket.deliver({
        type: 'preferences',
        room_id,
        notify: 'all',
        pinned: false,
        hidden: false,
        ...chosen,
      });
    const ids = () => list.state.rooms.map(({ id }) => id);
    await load();
    await answer(room(1), room(1, 1, { id: 2 }), room(1, 1, { id: 3 }));
    prefer(2, { pinned: true, notify: 'none' });
    receive(2, 3);
    expect(ids()).toEqual([2, 3, 1]);
    expect(list.state.rooms[0]?.preferences).toEqual({ notify: 'none', pinned: true, hidden: false });
    prefer(3, { hidden: true });
    expect(ids()).toEqual([2, 1]);
    await pass(1_000);
    expect(requests).toHaveLength(1);
    await answer(room(1, 1, { id: 2 }), room(1));
    // The list shows the room again after another user's message.
    receive(3, 3);
    await pass(1_000);
    expect(requests).toHaveLength(1);
  });

  test('loads nothing without a subscriber', async () => {
    const other = new ChatClient({ ...chat.options(), fetch: () => expect.unreachable() });
    onTestFinished(() => other.close());
    await pass(1_000);
    chat.socket.deliver({ type: 'inbox', rooms: 1 });
    await pass(1_000);
    expect(other.roomList.state.rooms).toEqual([]);
  });
});
