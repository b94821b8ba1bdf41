import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient, type Room, type RoomDetails } from '../../client/index.ts';
import { FakeChat } from '../support/fake-chat.ts';

let chat: FakeChat;
let client: ChatClient;
let room: Room;
/** The requests for the room's details that the server has not answered yet. */
let requests: PromiseWithResolvers<Response>[];

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const member = (user_id: number, role = 'member') => ({ user_id, username: `user ${user_id}`, role });
const details = (seq: number, more: object = {}) =>
  ({
    id: 1,
    name: 'Lunch',
    archived: false,
    seq,
    members: [member(1, 'owner'), member(2)],
    ...more,
  }) as object;

beforeEach(async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  chat = new FakeChat();
  requests = [];
  const fetch = async () => {
    const request = Promise.withResolvers<Response>();
    requests.push(request);
    return request.promise;
  };
  client = new ChatClient({ ...chat.options(), fetch });
  onTestFinished(() => client.close());
  chat.addMessage('one');
  room = client.room(1);
  await pass();
});

afterEach(() => expect(room.messages.map(({ text }) => text)).toContain('one'));

/** Loads the details, which the server answers with `loaded`. */
async function load(loaded: object): Promise<void> {
  void room.details();
  await pass();
  requests.shift()?.resolve(Response.json(loaded));
  await pass();
}

const names = ({ info }: Room) => info?.members.map(({ user_id, role }) => `${user_id} ${role}`);

test('changes of the room and hidden messages leave no gap in the log', async () => {
  const types: string[] = [];
  for (const type of ['room_updated', 'message_pinned', 'chat_message'] as const)
    room.on(type, (event) => types.push(event.type));
  chat.addChange({ type: 'room_updated', room: { name: 'Dinner' }, by: 2 });
  chat.addChange({ type: 'hidden' });
  chat.addChange({ type: 'message_pinned', message_id: 1, by: 2 });
  chat.addChange({ type: 'a type of a later release' });
  chat.addMessage('two');
  await pass(1_000);
  expect(room.messages.map(({ text }) => text)).toEqual(['one', 'two']);
  expect(types).toEqual(['room_updated', 'message_pinned', 'chat_message']);
  expect(chat.count('sync')).toBe(1);
});

test('the details of a room follow its changes, including those that arrive while they load', async () => {
  expect(room.info).toBeUndefined();
  void room.details();
  await pass();
  chat.addChange({ type: 'room_updated', room: { name: 'Dinner' }, by: 1 });
  chat.addChange({ type: 'member_removed', user_id: 2, by: 1 });
  requests.shift()?.resolve(Response.json(details(2)));
  await pass();
  // The server had applied the first of the two changes.
  expect([room.info?.name, names(room)]).toEqual(['Lunch', ['1 owner']]);
  const before = room.info;
  chat.addChange({ type: 'member_added', user_id: 3, role: 'member', by: 1 });
  chat.addChange({ type: 'member_changed', user_id: 3, role: 'moderator', by: 1 });
  chat.addChange({ type: 'room_updated', room: { archived: true }, by: 1 });
  expect([names(room), room.info?.archived]).toEqual([['1 owner', '3 moderator'], true]);
  expect(room.info).not.toBe(before);
  expect(room.info?.members[1]?.username).toBeNull();
});

test('the details have the user’s preferences, even after a change on another device', async () => {
  const chosen = { notify: 'none', pinned: true, hidden: false };
  chat.socket.deliver({ type: 'preferences', room_id: 1, ...chosen });
  expect(room.info).toBeUndefined();
  await load(details(1));
  chat.socket.deliver({ type: 'preferences', room_id: 1, ...chosen });
  expect(room.info?.preferences).toEqual(chosen);
});

test('ignores details that are older than the known ones', async () => {
  await load(details(1));
  chat.addChange({ type: 'room_updated', room: { name: 'Dinner' }, by: 1 });
  await load(details(1, { name: 'Breakfast' }));
  expect(room.info?.name).toBe('Dinner');
});

test('a change of the room whose frame was lost arrives with the next page', async () => {
  await load(details(1));
  chat.addChange({ type: 'room_updated', room: { name: 'Dinner' }, by: 1 }, { lost: true });
  chat.addMessage('two');
  await pass(1_000);
  expect([room.info?.name, room.messages.length]).toEqual(['Dinner', 2]);
  expect(room.info satisfies RoomDetails | undefined).toMatchObject({ seq: 2 });
});

test('a deleted room stays refused when the socket leaves it', async () => {
  const told: unknown[] = [];
  client.on('room_deleted', ({ room_id }) => told.push(room_id));
  const sent = room.send('too late').catch(({ code }) => code);
  chat.dropFrame = ({ action }) => action === 'send';
  chat.socket.deliver({ type: 'room_deleted', room_id: 1 });
  chat.socket.deliver({ type: 'left', room_id: 1 });
  expect([room.state, room.error?.code, await sent]).toEqual(['refused', 'ROOM_DELETED', 'ROOM_DELETED']);
  expect(told).toEqual([1]);
});

test('loads the newest messages again when the app asks for it', async () => {
  chat.answerWith = ({ action }) =>
    action === 'history' ? { type: 'history', room_id: 1, messages: [], has_more: false } : undefined;
  const reloaded = room.reload();
  await pass();
  await reloaded;
  expect(room.messages).toEqual([]);
  chat.answerWith = () => undefined;
  await Promise.all([room.reload(), pass()]);
});
