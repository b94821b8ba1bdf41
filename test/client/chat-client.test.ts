import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient, type ChatClientOptions, type ChatStorage, type Room } from '../../client/index.ts';
import { FakeChat, tokenOf } from '../support/fake-chat.ts';

let chat: FakeChat;

beforeEach(() => {
  vi.useFakeTimers();
  chat = new FakeChat();
});

afterEach(() => {
  vi.useRealTimers();
});

function clientOf(options: Partial<ChatClientOptions> = {}): ChatClient {
  const client = new ChatClient({ ...chat.options(), ...options });
  onTestFinished(() => client.close());
  return client;
}

/** Advances the fake clock, and runs the timers and promises that are due. */
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

async function openRoom(
  options: Partial<ChatClientOptions> = {},
): Promise<{ client: ChatClient; room: Room }> {
  const client = clientOf(options);
  const room = client.room(1);
  await pass();
  return { client, room };
}

const texts = (room: Room) => room.messages.map(({ text }) => text);
const outcomeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: unknown) => error,
  );
const storageOf = (): ChatStorage & { readonly kept: Map<string, string> } => {
  const kept = new Map<string, string>();
  return {
    kept,
    get: (key) => kept.get(key),
    set: (key, value) => kept.set(key, value),
    remove: (key) => kept.delete(key),
  };
};

describe('a room', () => {
  test('shows earlier messages and new ones', async () => {
    chat.addMessage('one');
    const { client, room } = await openRoom();
    expect([client.state, room.state]).toEqual(['live', 'live']);
    expect(chat.socket.url).toBe('ws://chat.test/ws/chat/?reads=manual&receipts=author&changes=all');
    chat.addMessage('two');
    expect(texts(room)).toEqual(['one', 'two']);
  });

  test('repeats the request, and is neither live nor empty, while the server cannot read its history', async () => {
    chat.addMessage('one');
    let failures = 3;
    chat.answerWith = ({ action }) =>
      action === 'history' && failures-- > 0
        ? { type: 'error', code: 'INTERNAL', message: 'No', room_id: 1 }
        : undefined;
    const { room } = await openRoom();
    const seen: unknown[] = [];
    room.subscribe(() => seen.push([room.state, ...texts(room)]));
    await pass(500);
    expect([room.state, failures]).toEqual(['catching-up', 2]);
    await pass(60_000);
    expect([room.state, ...texts(room)]).toEqual(['live', 'one']);
    expect(seen).not.toContainEqual(['live']);
  });

  test('is one object per id, and shares one socket with other rooms', async () => {
    const { client, room } = await openRoom();
    const other = client.room('2');
    await pass();
    expect(client.room('1')).toBe(room);
    expect(chat.sockets).toHaveLength(1);
    chat.addMessage('in room 2', { room: '2' });
    expect([texts(room), texts(other)]).toEqual([[], ['in room 2']]);
  });

  test('emits typed events in order, each once', async () => {
    const { client, room } = await openRoom();
    const received: unknown[] = [];
    room.on('chat_message', ({ message }) => received.push(message.text));
    room.on('message_edited', ({ text }) => received.push(text));
    client.on('chat_message', ({ room_id, message }) => received.push(`${room_id} ${message.text}`));
    const stop = room.on('message_deleted', () => received.push('deleted'));
    const id = chat.addMessage('one');
    chat.addChange({ type: 'message_edited', message_id: id, text: 'two' });
    stop();
    chat.addChange({ type: 'message_deleted', message_id: id });
    expect(received).toEqual(['one', '1 one', 'two']);
  });

  test('calls the other listeners when one throws', async () => {
    const { room } = await openRoom();
    const uncaught = vi.fn();
    process.once('uncaughtException', uncaught);
    room.on('chat_message', () => {
      throw new Error('listener failed');
    });
    const received = vi.fn();
    room.on('chat_message', received);
    chat.addMessage('one');
    await pass();
    expect(received).toHaveBeenCalledOnce();
    vi.useRealTimers();
    await expect.poll(() => uncaught.mock.calls.length).toBe(1);
  });

  test('is refused if the user is not a member, while the client stays live', async () => {
    chat.forbiddenRooms.add('1');
    const { client, room } = await openRoom();
    expect([client.state, room.state, room.error?.code]).toEqual(['live', 'refused', 'NOT_A_MEMBER']);
    await expect(room.ready()).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
  });

  test('rejects changes after it was refused or left', async () => {
    const { client, room } = await openRoom();
    chat.socket.deliver({ type: 'left', room_id: 1 });
    await expect(room.send('hello')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    const other = client.room(2);
    await pass();
    other.leave();
    await expect(other.edit(1, 'hello')).rejects.toMatchObject({ code: 'CLOSED' });
    expect([room.messages, chat.count('send')]).toEqual([[], 0]);
  });

  test('is refused when the user is removed, and live again when the user is added', async () => {
    const { room } = await openRoom();
    chat.socket.deliver({ type: 'left', room_id: 1 });
    expect([room.state, room.error?.code]).toEqual(['refused', 'NOT_A_MEMBER']);
    chat.addMessage('meanwhile');
    chat.socket.deliver({ type: 'joined', room_id: 1, seq: 1 });
    await pass();
    expect(room.state).toBe('live');
    expect(texts(room)).toEqual(['meanwhile']);
  });

  test('is left after its pending changes are answered', async () => {
    const { client, room } = await openRoom();
    chat.dropFrame = ({ action }) => action === 'send';
    const sent = room.send('last words');
    room.leave();
    await pass();
    expect(chat.count('leave')).toBe(0);
    chat.dropFrame = () => false;
    await pass(10_000);
    await sent;
    expect(chat.count('leave')).toBe(1);
    expect(client.room(1)).not.toBe(room);
  });

  test('can be opened again right after leave, in whichever order the server handles the two frames', async () => {
    const { client, room } = await openRoom();
    room.leave();
    const second = client.room(1);
    await pass();
    expect([second.state, second.error]).toEqual(['live', undefined]);
    chat.dropFrame = ({ action }) => action === 'leave';
    second.leave();
    const third = client.room(1);
    await pass();
    chat.dropFrame = () => false;
    chat.receive({ action: 'leave', room_id: 1 }, chat.socket);
    await pass();
    chat.addMessage('hello');
    expect([third.state, texts(third)]).toEqual(['live', ['hello']]);
    chat.socket.deliver({ type: 'left', room_id: 1 });
    expect(third.error?.code).toBe('NOT_A_MEMBER');
  });

  test('ignores the refusal of a room that the user has left meanwhile', async () => {
    chat.dropFrame = ({ action }) => action === 'join';
    const { client, room } = await openRoom();
    client.room(2).leave();
    await pass();
    chat.socket.deliver({ type: 'error', code: 'NOT_A_MEMBER', message: 'No', room_id: 2 });
    await pass();
    expect([room.state, room.error]).toEqual(['catching-up', undefined]);
  });

  test('stays open when a repeated seen fails with MESSAGE_NOT_FOUND', async () => {
    chat.dropFrame = ({ action }) => action === 'join';
    const { room } = await openRoom();
    chat.socket.deliver({ type: 'error', code: 'MESSAGE_NOT_FOUND', message: 'No', room_id: 1 });
    await pass();
    expect([room.state, room.error]).toEqual(['catching-up', undefined]);
  });

  test('keeps loading when the server reports a malformed frame without naming it', async () => {
    chat.dropFrame = ({ action }) => action === 'join';
    const { room } = await openRoom();
    chat.socket.deliver({ type: 'error', code: 'BAD_FRAME', message: 'No' });
    await pass();
    expect([room.state, room.error]).toEqual(['catching-up', undefined]);
  });

  test('rejects waiting promises with CLOSED when it is left', async () => {
    chat.dropFrame = ({ action }) => action === 'join';
    const { room } = await openRoom();
    const waiting = [room.ready(), room.history()].map(outcomeOf);
    room.leave();
    expect(await Promise.all(waiting)).toMatchObject([{ code: 'CLOSED' }, { code: 'CLOSED' }]);
  });

  test('loads older messages page by page', async () => {
    for (let n = 1; n <= 70; n++) chat.addMessage(`text ${n}`);
    const { room } = await openRoom();
    expect([room.messages.length, room.hasMore]).toEqual([50, true]);
    expect((await room.history(5)).map(({ text }) => text)).toEqual([
      'text 16',
      'text 17',
      'text 18',
      'text 19',
      'text 20',
    ]);
    await room.history();
    expect([texts(room)[0], room.messages.length, room.hasMore]).toEqual(['text 1', 70, false]);
    expect(await room.history()).toEqual([]);
  });

  test('does not take a guest who claims the user’s id for the user', async () => {
    chat.addMessage('one');
    const { client, room } = await openRoom();
    const guest = { user_id: client.user ?? '', guest: true };
    chat.broadcast('1', { type: 'typing', ...guest, typing: true });
    chat.broadcast('1', { type: 'message_seen', ...guest, message_id: 1 });
    expect(room.typers).toEqual([`guest:${client.user}`]);
    expect([...room.seenBy]).toEqual([[`guest:${client.user}`, 1]]);
  });

  test('shows typing users until they stop, send or time out', async () => {
    const { room } = await openRoom();
    chat.broadcast('1', { type: 'typing', user_id: 2, typing: true });
    chat.broadcast('1', { type: 'typing', user_id: 1, typing: true });
    expect(room.typers).toEqual(['2']);
    await pass(6_000);
    expect(room.typers).toEqual([]);
    chat.broadcast('1', { type: 'typing', user_id: 2, typing: true });
    chat.addMessage('done', { user: 2 });
    expect(room.typers).toEqual([]);
  });

  test('shows presence and read marks', async () => {
    const { room } = await openRoom();
    chat.broadcast('1', {
      type: 'presence',
      user_id: 2,
      status: 'online',
      last_seen: '2026-03-02T09:20:00.000Z',
    });
    chat.broadcast('1', { type: 'message_seen', user_id: 2, message_id: 5 });
    chat.broadcast('1', { type: 'message_seen', user_id: 2, message_id: 4 });
    expect(room.presence.get('2')?.status).toBe('online');
    expect(room.seenBy.get('2')).toBe(5);
  });

  test('shows a user as offline whose connection closed at once, if the frames arrive in the wrong order', async () => {
    const { room } = await openRoom();
    const presence = (status: string, last_seen: string) =>
      chat.broadcast('1', { type: 'presence', user_id: 2, status, last_seen });
    presence('offline', '2026-03-02T09:20:00.020Z');
    presence('online', '2026-03-02T09:20:00.000Z');
    expect(room.presence.get('2')).toEqual({ status: 'offline', last_seen: '2026-03-02T09:20:00.020Z' });
    presence('online', '2026-03-02T09:20:00.050Z');
    expect(room.presence.get('2')?.status).toBe('online');
  });
});

describe('a change', () => {
  test('shows a sent message as pending at once, and resolves to the stored message', async () => {
    const { room } = await openRoom();
    chat.dropAnswer = ({ action }) => action === 'send';
    const sent = room.send('hello', { reply_to: 3 });
    expect(room.messages).toMatchObject([{ text: 'hello', status: 'pending', reply_to: 3, sender_id: '1' }]);
    chat.dropAnswer = () => false;
    await pass(10_000);
    expect(await sent).toMatchObject({ message_id: 1, text: 'hello', status: 'send' });
    await pass(1_000);
    expect(room.messages).toMatchObject([{ message_id: 1, status: 'send' }]);
    expect(chat.texts()).toEqual(['hello']);
  });

  test('is stored in order, even if frames are lost', async () => {
    const { room } = await openRoom();
    let count = 0;
    chat.dropFrame = ({ action }) => action === 'send' && ++count % 2 === 1;
    const all = ['one', 'two', 'three', 'four'].map((text) => room.send(text));
    await pass(60_000);
    await Promise.all(all);
    expect(chat.texts()).toEqual(['one', 'two', 'three', 'four']);
    expect(texts(room)).toEqual(['one', 'two', 'three', 'four']);
  });

  test('rejects with the error code of the server, and later changes continue', async () => {
    const { room } = await openRoom();
    const failed = vi.fn();
    room.on('failed', failed);
    const id = chat.addMessage('from Bob', { user: 2 });
    const edit = outcomeOf(room.edit(id, 'mine'));
    const sent = room.send('hello');
    await pass();
    expect(await edit).toMatchObject({ name: 'ChatClientError', code: 'NOT_THE_AUTHOR' });
    expect(failed.mock.calls).toMatchObject([
      [{ frame: { action: 'edit', text: 'mine' }, error: { code: 'NOT_THE_AUTHOR' } }],
    ]);
    expect((await sent).text).toBe('hello');
  });

  test('is no longer shown after the server refuses it', async () => {
    const { room } = await openRoom();
    chat.answerWith = (ask) =>
      ask.action === 'send'
        ? { type: 'error', code: 'MUTED', message: 'You are muted', client_id: ask.client_id, room_id: 1 }
        : undefined;
    expect(await outcomeOf(room.send('hello'))).toMatchObject({ code: 'MUTED', message: 'You are muted' });
    expect(room.messages).toEqual([]);
  });

  test('resolves edits, reactions and deletes when the server answers', async () => {
    const { room } = await openRoom();
    const { message_id } = await room.send('one');
    await room.edit(message_id, 'two');
    await room.react(message_id, '👍');
    expect(room.messages).toMatchObject([{ text: 'two', edited: true, reactions: { '👍': [1] } }]);
    // The server answers a reaction that changes nothing with the sequence number 0.
    const syncs = chat.count('sync');
    await room.react(message_id, '👍');
    expect(room.messages[0]?.reactions).toEqual({ '👍': [1] });
    await pass(1_000);
    expect(chat.count('sync')).toBe(syncs);
    await room.react(message_id, '👍', { remove: true });
    await room.delete(message_id);
    expect(room.messages).toEqual([]);
  });

  test('does not accept another user’s edit as its answer', async () => {
    const { room } = await openRoom();
    const { message_id } = await room.send('one');
    chat.dropFrame = ({ action }) => action === 'edit';
    const settled = vi.fn();
    const edit = outcomeOf(room.edit(message_id, 'mine')).then(settled);
    chat.addChange({ type: 'message_edited', message_id, text: 'the moderator’s' });
    await pass(10_000);
    expect(chat.count('edit')).toBe(2);
    chat.addChange({ type: 'message_edited', message_id, text: 'the moderator’s second' });
    await pass();
    expect(settled).not.toHaveBeenCalled();
    chat.dropFrame = () => false;
    await pass(10_000);
    await edit;
    expect(texts(room)).toEqual(['mine']);
  });

  test('waits for retry_after_ms when it is throttled', async () => {
    const { room } = await openRoom();
    let limited = true;
    chat.answerWith = (ask) =>
      ask.action === 'send' && limited
        ? {
            type: 'error',
            code: 'RATE_LIMITED',
            message: 'Wait',
            client_id: ask.client_id,
            room_id: 1,
            retry_after_ms: 3_200,
          }
        : undefined;
    const sent = room.send('hello');
    limited = true;
    await pass(3_199);
    expect(chat.count('send')).toBe(1);
    limited = false;
    await pass(1);
    expect((await sent).text).toBe('hello');
  });

  test.each([
    [
      'INTERNAL',
      (id: unknown) => ({ type: 'error', code: 'INTERNAL', message: 'No', client_id: id, room_id: 1 }),
    ],
    [
      'API Gateway’s error frame',
      () => ({ message: 'Internal server error', connectionId: 'c', requestId: 'r' }),
    ],
  ])('is sent again after a pause when the server fails with %s', async (_name, frame) => {
    const { room } = await openRoom();
    let fails = 2;
    chat.answerWith = (ask) => (ask.action === 'send' && fails-- > 0 ? frame(ask.client_id) : undefined);
    const sent = room.send('hello');
    await pass(999);
    expect(chat.count('send')).toBe(1);
    await pass(5_000);
    expect((await sent).text).toBe('hello');
    expect(chat.texts()).toEqual(['hello']);
    const ids = new Set(chat.received.map((ask) => (ask.action === 'send' ? ask.client_id : '')));
    ids.delete('');
    expect(ids.size).toBe(1);
  });

  test('marks a message as seen once, and sends typing at most every three seconds', async () => {
    const { room } = await openRoom();
    const id = chat.addMessage('from Bob', { user: 2 });
    await room.seen();
    await room.seen(id);
    expect(chat.count('seen')).toBe(1);
    for (let key = 0; key < 10; key++) {
      await room.typing();
      await pass(400);
    }
    expect(chat.count('typing')).toBe(2);
    await room.typing(false);
    await room.typing(false);
    expect(chat.count('typing')).toBe(3);
  });

  test('sends typing once, although no answer arrives', async () => {
    const { room } = await openRoom();
    chat.dropFrame = ({ action }) => action === 'typing';
    const typing = outcomeOf(room.typing());
    await pass(30_000);
    expect(await typing).toBe('resolved');
    expect(chat.count('typing')).toBe(1);
  });

  test('settles a seen of a message whose delete it has not received, and catches up', async () => {
    const { room } = await openRoom();
    const below = chat.addMessage('stays', { user: 2 });
    const id = chat.addMessage('goes', { user: 2 });
    chat.answerWith = ({ action }) =>
      action === 'seen' ? { type: 'message_seen', message_id: below, user_id: 1, room_id: 1 } : undefined;
    await room.seen(id);
    expect(room.seenBy.get('1')).toBe(below);
    chat.answerWith = () => undefined;
    expect((await room.send('next')).text).toBe('next');
  });

  test('settles a seen of a deleted message with the mark of the message below it', async () => {
    const { room } = await openRoom();
    const below = chat.addMessage('stays', { user: 2 });
    const id = chat.addMessage('goes', { user: 2 });
    chat.answerWith = ({ action }) => {
      if (action !== 'seen') return undefined;
      chat.broadcast('1', { type: 'message_deleted', message_id: id, seq: id + 1, room_id: 1 });
      return { type: 'message_seen', message_id: below, user_id: 1, room_id: 1 };
    };
    await room.seen(id);
    expect(room.seenBy.get('1')).toBe(below);
  });

  test('a refusal without a client id rejects only the request in flight', async () => {
    const { room } = await openRoom();
    chat.answerWith = ({ action }) =>
      action === 'seen' ? { type: 'error', code: 'MESSAGE_NOT_FOUND', message: 'No', room_id: 1 } : undefined;
    const [seen, older] = [outcomeOf(room.seen(99)), room.ready()];
    expect(await seen).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    await older;
  });

  test('rejects with CLOSED after close', async () => {
    const { client, room } = await openRoom();
    chat.dropFrame = ({ action }) => action === 'send';
    const sent = outcomeOf(room.send('hello'));
    client.close();
    expect(await sent).toMatchObject({ code: 'CLOSED' });
  });
});

test('a room that was left twice stays open if it was opened in between', async () => {
  const { client, room } = await openRoom();
  room.leave();
  const again = client.room(1);
  await pass();
  room.leave();
  await pass();
  expect(client.room(1)).toBe(again);
  expect([again.state, chat.count('leave')]).toEqual(['live', 1]);
});

describe('missed changes', () => {
  test('are requested when a sequence number is missing, after a short wait', async () => {
    const { room } = await openRoom();
    chat.addMessage('lost', { delivered: false });
    chat.addMessage('two');
    expect(texts(room)).toEqual([]);
    await pass(199);
    expect(chat.count('sync')).toBe(1);
    await pass(401);
    expect(chat.count('sync')).toBe(2);
    expect(texts(room)).toEqual(['lost', 'two']);
  });

  test('are requested once over the next socket when the socket closes during a request', async () => {
    chat.dropFrame = ({ action }) => action === 'join';
    const { room } = await openRoom();
    chat.socket.disconnect();
    chat.dropFrame = () => false;
    chat.received.length = 0;
    await pass(1_000);
    expect(room.state).toBe('live');
    expect(chat.received.map(({ action }) => action)).toEqual(['join', 'history', 'sync']);
  });

  test('are requested before requests that wait', async () => {
    const { room } = await openRoom();
    const id = chat.addMessage('one');
    chat.dropFrame = ({ action }) => action === 'seen';
    const settled = [room.seen(id), room.typing()];
    chat.voidSequence();
    chat.addMessage('two');
    await pass(1_000);
    chat.dropFrame = () => false;
    chat.received.length = 0;
    await pass(10_000);
    // The timeout of `seen` causes the ping.
    expect(chat.received.map(({ action }) => action)).toEqual(['ping', 'seen', 'sync', 'typing']);
    await Promise.all(settled);
  });

  test('are not requested again after a page showed that a sequence number is void', async () => {
    const { room } = await openRoom();
    chat.voidSequence();
    chat.addMessage('two');
    await pass(600);
    expect(chat.count('sync')).toBe(2);
    await pass(60_000);
    expect(chat.count('sync')).toBe(2);
    expect(texts(room)).toEqual(['two']);
  });

  test('are requested after a reconnect, from the last sequence number on', async () => {
    const { client, room } = await openRoom();
    const id = chat.addMessage('one');
    const states: string[] = [];
    client.on('state', (state) => states.push(state));
    chat.socket.disconnect();
    expect(client.state).toBe('offline');
    chat.addMessage('two');
    chat.addChange({ type: 'message_edited', message_id: id, text: 'one, edited' });
    await pass(500);
    expect(texts(room)).toEqual(['one, edited', 'two']);
    expect(states).toEqual(['offline', 'connecting', 'catching-up', 'live']);
    expect(chat.received.filter(({ action }) => action === 'sync').at(-1)).toMatchObject({ since: 1 });
    expect(chat.count('history')).toBe(1);
  });

  test('cause a reload of the history when they are too many for pages', async () => {
    const { room } = await openRoom();
    chat.addMessage('one');
    chat.socket.disconnect();
    const id = chat.addMessage('two');
    chat.answerWith = (ask) =>
      ask.action === 'sync' && ask.since === 1
        ? {
            type: 'sync',
            since: 1,
            events: [],
            seq: id,
            has_more: false,
            complete: false,
            receipts: [],
            seen: [],
            room_id: 1,
          }
        : undefined;
    await pass(500);
    expect(room.state).toBe('live');
    expect(texts(room)).toEqual(['one', 'two']);
    expect(chat.count('history')).toBe(2);
  });

  test('at the end of a quiet room are found by the heartbeat', async () => {
    const { room } = await openRoom();
    chat.addMessage('lost', { delivered: false });
    await pass(9 * 60_000);
    expect(texts(room)).toEqual([]);
    await pass(60_000);
    expect(texts(room)).toEqual(['lost']);
  });
});

describe('the outbox', () => {
  test('sends pending messages after a reconnect, in order and once', async () => {
    const { room } = await openRoom();
    chat.dropAnswer = ({ action }) => action === 'send';
    const first = room.send('stored, answer lost');
    await pass();
    chat.socket.disconnect();
    chat.dropAnswer = () => false;
    const second = room.send('sent while offline');
    await pass(500);
    expect((await first).message_id).toBe(1);
    expect((await second).message_id).toBe(2);
    expect(chat.texts()).toEqual(['stored, answer lost', 'sent while offline']);
    // The page of missed changes contained the first message, so the client did not repeat it.
    expect(chat.count('send')).toBe(2);
    expect(room.messages.map(({ status }) => status)).toEqual(['send', 'send']);
  });

  test('survives a reload when the client has a storage', async () => {
    const storage = storageOf();
    chat.offline = true;
    const before = clientOf({ storage });
    const unsent = outcomeOf(before.room(1).send('sent before the reload'));
    await pass();
    expect(storage.kept.size).toBe(1);
    before.close();
    expect(await unsent).toMatchObject({ code: 'CLOSED' });
    chat.offline = false;
    const { room } = await openRoom({ storage });
    await pass();
    expect(chat.texts()).toEqual(['sent before the reload']);
    expect(room.messages).toMatchObject([{ message_id: 1, text: 'sent before the reload' }]);
    expect(storage.kept.size).toBe(0);
  });

  test('is sent before new messages after a reload, even to rooms that are not open', async () => {
    const storage = storageOf();
    chat.offline = true;
    const before = clientOf({ storage });
    void outcomeOf(before.room(1).send('first'));
    await pass();
    before.close();
    chat.offline = false;
    const after = clientOf({ storage: { ...storage, get: async (key) => storage.get(key) } });
    await pass(100);
    const sent = after.room(1).send('second');
    await pass(100);
    await sent;
    expect(chat.texts()).toEqual(['first', 'second']);
  });

  test('of one user is not visible to another user', async () => {
    const storage = storageOf();
    chat.offline = true;
    const alice = clientOf({ storage });
    void outcomeOf(alice.room(1).send('by alice'));
    await pass();
    alice.close();
    chat.offline = false;
    await openRoom({ storage, token: tokenOf('2') });
    expect(chat.count('send')).toBe(0);
  });

  test('rejects a change with EXPIRED a day after its first attempt', async () => {
    const { room } = await openRoom();
    chat.dropAnswer = ({ action }) => action === 'send';
    const sent = outcomeOf(room.send('hello'));
    await pass();
    chat.offline = true;
    chat.socket.disconnect();
    vi.setSystemTime(Date.now() + 24 * 60 * 60_000);
    chat.offline = false;
    chat.answerWith = (ask) =>
      ask.action === 'sync'
        ? {
            type: 'sync',
            since: ask.since,
            events: [],
            seq: ask.since,
            has_more: false,
            complete: true,
            receipts: [],
            seen: [],
            room_id: 1,
          }
        : undefined;
    await pass(60_000);
    expect(await sent).toMatchObject({ code: 'EXPIRED' });
    expect(chat.count('send')).toBe(1);
  });

  test.each([
    '{broken',
    'null',
    '{}',
    '[null, 7, {"room":1}, {"room":"1","frame":{"action":"send","client_id":"a"},"at":0}]',
    '[{"room":"1","frame":{"action":"send","client_id":"a","message":"old"},"at":1e300}]',
  ])('connects, sends and heals the storage if it holds %s', async (broken) => {
    const storage = storageOf();
    storage.kept.set('parley:http://chat.test:1', broken);
    const { room } = await openRoom({ storage });
    expect(room.state).toBe('live');
    await room.send('hello');
    await pass();
    expect(texts(room)).toEqual(['hello']);
    expect(storage.kept.size).toBe(0);
  });

  test('does not prevent sending when the storage is full', async () => {
    const full = () => {
      throw new Error('QuotaExceededError');
    };
    const { room } = await openRoom({ storage: { get: () => null, set: full, remove: full } });
    expect((await room.send('hello')).text).toBe('hello');
  });
});

describe('a connection', () => {
  test('reconnects with a growing backoff of up to 30 seconds', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    onTestFinished(() => void vi.restoreAllMocks());
    const { client } = await openRoom();
    chat.offline = true;
    chat.socket.disconnect();
    const attemptsWithin = async (ms: number) => {
      const before = chat.sockets.length;
      await pass(ms);
      return chat.sockets.length - before;
    };
    for (const wait of [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      expect([wait, await attemptsWithin(wait - 1), await attemptsWithin(1)]).toEqual([wait, 0, 1]);
    }
    expect([client.state, client.error?.code]).toEqual(['offline', 'UNREACHABLE']);
  });

  test('opens another socket at a random time in the minute before API Gateway closes it after two hours', async () => {
    const random = vi.spyOn(Math, 'random');
    onTestFinished(() => void vi.restoreAllMocks());
    const lives: number[] = [];
    for (const share of [0.999, 0.5, 0]) {
      random.mockReturnValue(share);
      const { client, room } = await openRoom();
      const openedAt = Date.now();
      const before = chat.sockets.length;
      while (chat.sockets.length === before) await pass(1_000);
      lives.push((Date.now() - openedAt) / 1_000);
      expect(room.state).toBe('live');
      expect(chat.sockets.filter(({ open }) => open)).toHaveLength(1);
      client.close();
    }
    const [first = 0, second = 0, last = 0] = lives;
    expect(last).toBeLessThan(2 * 3_600);
    expect(second - first).toBeGreaterThan(20);
    expect(last - second).toBeGreaterThan(20);
  });

  test('calls the token function on every reconnect', async () => {
    const token = vi.fn(() => tokenOf('1', { n: token.mock.calls.length }));
    await openRoom({ token });
    expect(token).toHaveBeenCalledTimes(1);
    chat.socket.disconnect();
    await pass(500);
    expect(chat.socket.token).toBe(tokenOf('1', { n: 2 }));
  });

  test('tries a second token when the first is rejected, then is refused', async () => {
    const token = vi.fn(() => tokenOf('1'));
    chat.invalidTokens.add(tokenOf('1'));
    const { client, room } = await openRoom({ token });
    expect(token).toHaveBeenCalledTimes(2);
    expect([client.state, client.error?.code, room.state]).toEqual(['refused', 'UNAUTHENTICATED', 'refused']);
    await expect(room.ready()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await pass(60_000);
    expect(chat.sockets).toHaveLength(2);
    chat.invalidTokens.clear();
    client.connect();
    await pass();
    expect([client.state, room.state]).toEqual(['live', 'live']);
  });

  test('is refused at once when a fixed token is rejected', async () => {
    chat.invalidTokens.add(tokenOf('1'));
    const { client } = await openRoom();
    expect([client.state, chat.sockets.length]).toEqual(['refused', 1]);
  });

  test('is refused when the user is banned, and connects again when the ban has ended and the app asks', async () => {
    const { client, room } = await openRoom({ token: () => tokenOf('1') });
    chat.banned = true;
    chat.socket.disconnect();
    await pass(500);
    expect([client.state, client.error, room.state]).toEqual([
      'refused',
      expect.objectContaining({ code: 'BANNED', message: 'Banned' }),
      'refused',
    ]);
    await pass(60_000);
    expect(chat.sockets).toHaveLength(2);
    chat.banned = false;
    client.connect();
    await pass();
    expect([client.state, room.state]).toEqual(['live', 'live']);
  });

  test('is offline, not refused, while the server does not answer', async () => {
    chat.offline = true;
    const { client, room } = await openRoom();
    expect([client.state, room.state, client.error?.code]).toEqual(['offline', 'offline', 'UNREACHABLE']);
    chat.offline = false;
    await pass(500);
    expect(room.state).toBe('live');
  });

  test('is refused when the token function returns another user’s token', async () => {
    const token = vi.fn(() => tokenOf(token.mock.calls.length > 1 ? '2' : '1'));
    const { client } = await openRoom({ token });
    chat.socket.disconnect();
    await pass(500);
    expect([client.state, client.error?.code]).toEqual(['refused', 'UNAUTHENTICATED']);
  });

  test('belongs to the user that the app names, whatever the token says', async () => {
    const { client, room } = await openRoom({ user: 1, token: () => tokenOf('ann@example.com') });
    expect([client.user, room.state]).toEqual(['1', 'live']);
    chat.socket.disconnect();
    await pass(500);
    expect([client.user, room.state, chat.sockets.length]).toEqual(['1', 'live', 2]);
  });

  test('sends a fresh token before the old one expires, and stays open', async () => {
    const token = vi.fn(() => tokenOf('1', { exp: Date.now() / 1000 + 3_600 }));
    await openRoom({ token });
    await pass(59 * 60_000);
    expect(chat.received.filter(({ action }) => action === 'authenticate')).toEqual([
      { action: 'authenticate', token: token.mock.results[1]?.value },
    ]);
    await pass(60 * 60_000);
    expect(chat.count('authenticate')).toBe(2);
    expect(chat.sockets).toHaveLength(1);
  });

  test.each(['TOKEN_EXPIRED', 'WRONG_USER', 'CONNECTION_REMOVED'])(
    'opens again with a fresh token after %s',
    async (code) => {
      const token = vi.fn(() => tokenOf('1'));
      const { room } = await openRoom({ token });
      chat.socket.deliver({ type: 'error', code, message: 'No' });
      await pass(500);
      expect([token.mock.calls.length, chat.sockets.length, room.state]).toEqual([2, 2, 'live']);
    },
  );

  test('is pinged before the idle timeouts, once for all rooms', async () => {
    const { client } = await openRoom();
    client.room(2);
    await pass(10 * 60_000 - 1);
    expect(chat.received.filter(({ action }) => action === 'ping')).toEqual([
      { action: 'ping', rooms: ['1', '2'] },
    ]);
    await pass(50 * 60_000);
    expect(chat.count('ping')).toBe(6);
    expect(chat.sockets).toHaveLength(1);
  });

  test('is not pinged while changes arrive in all open rooms', async () => {
    const { room } = await openRoom();
    for (let minute = 0; minute < 60; minute++) {
      await pass(60_000);
      chat.addMessage(`minute ${minute}`);
    }
    expect(room.messages).toHaveLength(60);
    expect(chat.count('ping')).toBe(0);
  });

  test('is pinged within ten minutes for a room without changes, so that other traffic hides no gap there', async () => {
    const { client } = await openRoom();
    const quiet = client.room(2);
    await pass();
    chat.addMessage('lost', { room: '2', delivered: false });
    for (let minute = 1; minute <= 10; minute++) {
      await pass(59_000);
      chat.addMessage('hello');
      // A frame without a sequence number shows no gap. 0 is none: the answer to a change that changes nothing.
      chat.broadcast('2', { type: 'typing', user_id: 2, typing: true });
      chat.broadcast('2', { type: 'message_reacted', message_id: 1, user_id: 1, emoji: '👍', seq: 0 });
      await pass(1_000);
    }
    expect(texts(quiet)).toEqual(['lost']);
    expect(chat.count('ping')).toBe(1);
  });

  test('is pinged after the silence that the option `heartbeatMs` sets', async () => {
    await openRoom({ heartbeatMs: 30_000 });
    await pass(45_000);
    expect(chat.count('ping')).toBe(1);
    chat.dropFrame = ({ action }) => action === 'ping';
    await pass(45_000 + 5_000);
    chat.dropFrame = () => false;
    await pass(500);
    expect(chat.sockets).toHaveLength(2);
  });

  test('pings 50 rooms with each frame', async () => {
    const { client } = await openRoom();
    for (let id = 2; id <= 51; id++) client.room(id);
    await pass(9 * 60_000);
    const pinged = chat.received.flatMap((frame) => (frame.action === 'ping' ? [frame.rooms?.length] : []));
    expect(pinged).toEqual([50, 1]);
  });

  test('joins a room again if the server names no number for it, and learns that the user was removed', async () => {
    const { room } = await openRoom();
    chat.forbiddenRooms.add('1');
    await pass(10 * 60_000);
    expect([room.state, room.error?.code]).toEqual(['refused', 'NOT_A_MEMBER']);
  });

  test('is replaced when the server stops answering pings', async () => {
    const { room } = await openRoom();
    chat.dropFrame = ({ action }) => action === 'ping';
    await pass(9 * 60_000);
    chat.dropFrame = () => false;
    await pass(5_000 + 500);
    expect([chat.sockets.length, room.state]).toEqual([2, 'live']);
  });

  test('reconnects at once when the network returns, and pings when the machine wakes', async () => {
    const listeners = new Map<string, () => void>();
    const listen = (type: string, listener: () => void, { signal }: { signal: AbortSignal }) => {
      listeners.set(type, listener);
      signal.onabort = () => listeners.delete(type);
    };
    vi.stubGlobal('addEventListener', listen);
    onTestFinished(() => void vi.unstubAllGlobals());
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    onTestFinished(() => void vi.restoreAllMocks());
    const { client, room } = await openRoom();
    chat.offline = true;
    chat.socket.disconnect();
    await pass(20_000);
    expect(client.state).toBe('offline');
    // The first attempt still fails. The next one follows after the shortest backoff.
    listeners.get('online')?.();
    await pass();
    chat.offline = false;
    await pass(500);
    expect(room.state).toBe('live');
    chat.offline = true;
    chat.socket.disconnect();
    await pass(20_000);
    chat.offline = false;
    listeners.get('online')?.();
    await pass();
    expect(room.state).toBe('live');
    const pings = chat.count('ping');
    vi.setSystemTime(Date.now() + 60 * 60_000);
    await pass(60_000);
    expect(chat.count('ping')).toBe(pings + 1);
    client.close();
    expect(listeners.size).toBe(0);
  });

  test('can be closed again by a subscriber of a room', async () => {
    const { client, room } = await openRoom();
    room.subscribe(() => client.close());
    client.close();
    expect(client.state).toBe('offline');
  });

  test('stays closed after close', async () => {
    const { client } = await openRoom();
    client.close();
    await pass(60 * 60_000);
    expect([client.state, chat.sockets.length, vi.getTimerCount()]).toEqual(['offline', 1, 0]);
  });
});

test('the client emits messages of rooms that are not open, each once', async () => {
  const { client } = await openRoom();
  const received = vi.fn();
  client.on('chat_message', ({ room_id, message }) => received(room_id, message.text));
  const frame = { type: 'chat_message', message_id: 4, seq: 4, room_id: 9, message: { text: 'hi' } };
  chat.socket.deliver(frame);
  chat.socket.deliver(frame);
  expect(received.mock.calls).toEqual([[9, 'hi']]);
});

test('the client emits each message of a room that is not open once, even after a newer one', async () => {
  const { client } = await openRoom();
  const received: number[] = [];
  client.on('chat_message', ({ message_id }) => received.push(message_id));
  for (const id of [1, 3, 2, 3, 2, 4]) {
    chat.socket.deliver({
      type: 'chat_message',
      message_id: id,
      seq: id,
      room_id: 9,
      message: { text: 'hi' },
    });
  }
  expect(received).toEqual([1, 3, 2, 4]);
});
