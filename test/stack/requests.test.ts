import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatClient } from '../../client/index.ts';
import { adminOf } from '../support/admin.ts';
import { enter, enterInbox, heard, join, said, typed } from '../support/chat.ts';
import { type Asking, askingAs, type Json } from '../support/http.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';

let stack: TestStack;
let carol: Asking;
let dave: Asking;
let alice: Asking;

beforeAll(async () => {
  stack = await startTestStack(
    {},
    {
      directRooms: 'on-demand',
      directory: 'everyone',
      exposeEmail: 'false',
      roomLimits: 'create:60/3600,invite:3/86400',
    },
  );
  [carol, dave, alice] = (await Promise.all(
    ['carol', 'dave', 'alice'].map((name) => askingAs(stack, name)),
  )) as [Asking, Asking, Asking];
});

afterAll(() => stack.stop());

const online = ({ status }: Json) => status === 'online';

const isRequest = async (who: Asking, room: string) =>
  ((await who('GET /chats/?limit=50')).body['chats'] as Json[]).find(({ id }) => id === room)?.['request'];

test('a direct room that a stranger creates by connecting is a request, and clients of contract S1 can chat in it', async () => {
  // Dave and Carol share no room.
  const first = await enter(stack, 'dave', 'firts_user=3&second_user=4/');
  await first.say('hello?');
  expect(await isRequest(carol, 'direct:3:4')).toBe(true);
  expect(await isRequest(dave, 'direct:3:4')).toBe(false);
  const second = await enter(stack, 'carol', 'firts_user=3&second_user=4/');
  expect(second.history).toMatchObject([{ text: 'hello?', sender_id: 4 }]);
  await first.say('still there?');
  await second.next(said('still there?'));
  await second.say('yes');
  await first.next(said('yes'));
  expect(await isRequest(carol, 'direct:3:4')).toBe(false);
  // Carol connected before she accepted the room, so the stranger did not see her come online.
  expect(heard(first, 'presence')).toEqual([]);
  await second.close();
  expect(await first.take('presence')).toMatchObject({ user_id: 3, status: 'offline' });
  const third = await enter(stack, 'carol', 'firts_user=3&second_user=4/');
  expect(await first.take('presence', online)).toMatchObject({ user_id: 3 });
  await Promise.all([first.close(), third.close()]);
});

test('a user finds strangers who have connected, because the directory setting is `everyone`', async () => {
  const { users } = (await carol('GET /users/?query=Dav')).body;
  expect(users).toEqual([{ user_id: 4, username: 'dave', avatar_url: null, profile_data: null }]);
  expect((await carol('GET /users/?query=nobody')).body).toEqual({ users: [], next_cursor: null });
});

test('declining a request closes the user’s sockets in the room, which the user cannot enter again', async () => {
  const inbox = await enterInbox(stack, 'alice');
  const stranger = await enter(stack, 'dave', 'firts_user=1&second_user=4/');
  await inbox.take('joined');
  await join(inbox, 'direct:1:4');
  const socket = await enter(stack, 'alice', 'firts_user=1&second_user=4/');
  expect((await alice('POST /chats/direct:1:4/decline/')).status).toBe(204);
  await socket.closed;
  await stack.settled();
  expect(heard(stranger, 'presence')).toEqual([]);
  await inbox.next(typed('left'));
  await dave('POST /chats/direct:1:4/send_message/', { content: 'hello?', broadcast: true });
  inbox.send({ action: 'ping', room_id: 1 });
  await inbox.take('pong');
  expect(heard(inbox, 'chat_message')).toEqual([]);
  await expect(enter(stack, 'alice', 'firts_user=1&second_user=4/')).rejects.toMatchObject({ status: 403 });
  await Promise.all([inbox.close(), stranger.close()]);
});

test('the client lists, accepts and declines requests', async () => {
  const [spam = '', lunch = ''] = await Promise.all(
    ['Spam', 'Lunch'].map(async (name) =>
      String((await dave('POST /chats/', { name, members: [1] })).body['id']),
    ),
  );
  const client = new ChatClient({ url: stack.stack.edgeUrl, token: () => stack.token('alice') });
  const requests = async () =>
    (await client.rooms()).chats.filter(({ request }) => request).map(({ id }) => id);
  expect((await requests()).toSorted()).toEqual([spam, lunch].toSorted());
  await client.acceptRequest(lunch);
  await client.declineRequest(spam);
  expect(await requests()).toEqual([]);
  expect((await client.rooms()).chats.map(({ id }) => id)).toContain(lunch);
  await expect(client.declineRequest(lunch)).rejects.toMatchObject({ code: 'NO_REQUEST' });
  await expect(client.acceptRequest(spam)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
  client.close();
});

test('refuses a handshake that would create more direct rooms than the limits allow', async () => {
  const statuses: number[] = [];
  for (let index = 0; index < 4; index++) {
    const token = await stack.token('dave', { claims: { sub: `stranger-${index}` } });
    const headers = { Authorization: `Bearer ${token}` };
    const url = `${stack.socketUrl}?room=${encodeURIComponent(`direct:2:stranger-${index}`)}`;
    try {
      await (await connect(url, { headers })).close();
      statuses.push(101);
    } catch (error) {
      statuses.push((error as { status: number }).status);
    }
  }
  expect(statuses).toEqual([101, 101, 101, 403]);
});

test('a banned user cannot create a direct room by connecting', async () => {
  await adminOf(stack).ban('mallory');
  const token = await stack.token('dave', { claims: { sub: 'mallory' } });
  const url = `${stack.socketUrl}?room=${encodeURIComponent('direct:3:mallory')}`;
  const opening = connect(url, { headers: { Authorization: `Bearer ${token}` } });
  await expect(opening).rejects.toMatchObject({ status: 403 });
  expect(await isRequest(carol, 'direct:3:mallory')).toBeUndefined();
});

describe('a direct room is created when one of its two users connects', () => {
  test('with the user name in place of a hidden email', async () => {
    await expect(enter(stack, 'dave', 'firts_user=2&second_user=3/')).rejects.toMatchObject({ status: 403 });
    const bob = await enter(stack, 'bob', 'firts_user=2&second_user=3/');
    const carol = await enter(stack, 'carol', 'first_user=3&second_user=2');
    // Contract S1 has a field for the email address.
    expect(await bob.say('just us')).toMatchObject({ sender_email: 'bob@example.com' });
    expect(await carol.next(said('just us'))).toMatchObject({ message: { sender_email: 'bob' } });
    const again = await enter(stack, 'carol', 'first_user=3&second_user=2');
    expect(again.history).toMatchObject([{ text: 'just us', sender_email: 'bob', sender_name: 'bob' }]);
    await Promise.all([again.close(), bob.close(), carol.close()]);
  });

  test('and the other user’s inbox receives it once', async () => {
    const inbox = await enterInbox(stack, 'carol');
    const path = 'firts_user=1&second_user=3/';
    const first = await enter(stack, 'alice', path);
    expect(await inbox.take('joined')).toMatchObject({ room_id: 'direct:1:3' });
    await first.say('for the inbox');
    expect(await inbox.next(said('for the inbox'))).toMatchObject({ room_id: 'direct:1:3' });
    await first.close();
    const again = await enter(stack, 'alice', path);
    await stack.settled();
    expect(heard(inbox, 'joined')).toHaveLength(1);
    await Promise.all([again.close(), inbox.close()]);
  });
});
