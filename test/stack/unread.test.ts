import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { putConnection } from '../../functions/store/connections.ts';
import { addOpenConnection } from '../../functions/store/profiles.ts';
import { enter, enterInbox, join, said } from '../support/chat.ts';
import { type Asking, askingAs, type Json } from '../support/http.ts';
import { databaseOf, newRoom, openRoom } from '../support/rooms.ts';
import { carolSocket } from '../support/sample.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';

let stack: TestStack;
let alice: Asking;
let carol: Asking;

beforeAll(async () => {
  stack = await sharedTestStack();
  [alice, carol] = await Promise.all([askingAs(stack, 'alice'), askingAs(stack, 'carol')]);
});

afterAll(() => stack.stop());

const tell = (room: string, content: string) =>
  alice(`POST /chats/${room}/send_message/`, { content, broadcast: true });

/** Returns the unread count that another device of Carol shows for a room. */
async function unreadIn(room: string): Promise<unknown> {
  const { body } = await carol('GET /chats/?limit=50');
  return (body['chats'] as Json[]).find(({ id }) => id === room)?.['unread'];
}

describe('with a device that reads at once, the room list of another device', () => {
  test.each(['own', 'joined'])(
    'shows no unread messages while the reading device is open, in its %s room',
    async (how) => {
      const [home, room] = [await newRoom(stack, 'carol'), await newRoom(stack, 'alice', 'carol')];
      const phone = await enter(stack, 'carol', `room=${how === 'own' ? room : home}`);
      if (how === 'joined') await join(phone, room);
      for (const text of ['one', 'two']) {
        await tell(room, text);
        await phone.next(said(text));
      }
      expect(await unreadIn(room)).toBe(0);
      await phone.close();
      await vi.waitFor(async () => expect(await unreadIn(room)).toBe(0), { timeout: 10_000 });
      await stack.settled();
      await tell(room, 'three');
      expect(await unreadIn(room)).toBe(1);
    },
  );

  test('counts only messages that arrived after the room was left', async () => {
    const [home, room] = [await newRoom(stack, 'carol'), await newRoom(stack, 'alice', 'carol')];
    const phone = await enter(stack, 'carol', `room=${home}`);
    await join(phone, room);
    await tell(room, 'one');
    await phone.next(said('one'));
    phone.send({ action: 'leave', room_id: room });
    await phone.take('left');
    expect(await unreadIn(room)).toBe(0);
    await tell(room, 'two');
    expect(await unreadIn(room)).toBe(1);
    await phone.close();
  });

  test('counts all messages when only the row of a closed socket remains', async () => {
    const room = await newRoom(stack, 'alice', 'carol');
    const gone = carolSocket({ id: 'FAAAAAAAAAAAAAA=', room });
    await putConnection(databaseOf(stack), gone);
    await addOpenConnection(databaseOf(stack), gone, Date.now());
    await alice(`POST /chats/${room}/send_message/`, { content: 'to nobody' });
    expect(await unreadIn(room)).toBe(1);
  });
});

describe('with a device that reads manually, the room list of another device', () => {
  test('counts unseen messages, and none after `seen`, which the device receives too', async () => {
    const room = await newRoom(stack, 'alice', 'carol');
    const phone = await enter(stack, 'carol', `room=${room}&reads=manual`);
    const desk = await enter(stack, 'carol', `room=${room}&reads=manual`);
    const inbox = await enterInbox(stack, 'carol');
    for (const text of ['one', 'two', 'three']) await tell(room, text);
    await phone.next(said('three'));
    expect(await unreadIn(room)).toBe(3);
    phone.send({ action: 'seen', message_id: 2 });
    await phone.take('message_seen');
    expect(await unreadIn(room)).toBe(1);
    for (const device of [desk, inbox]) {
      expect(await device.take('message_seen')).toMatchObject({ message_id: 2, user_id: 3 });
    }
    desk.send({ action: 'seen', message_id: 3 });
    await desk.take('message_seen');
    expect(await unreadIn(room)).toBe(0);
    await Promise.all([phone, desk, inbox].map((device) => device.close()));
  });

  test('keeps counting when a device that has read nothing closes its socket', async () => {
    const room = await newRoom(stack, 'alice', 'carol');
    const phone = await enter(stack, 'carol', `room=${room}&reads=manual`);
    await tell(room, 'one');
    await phone.next(said('one'));
    await phone.close();
    await stack.settled();
    expect(await unreadIn(room)).toBe(1);
  });
});

test('`seen` of a deleted message marks the nearest message below it', async () => {
  const room = await newRoom(stack, 'alice', 'carol');
  const phone = await enter(stack, 'carol', `room=${room}&reads=manual`);
  const here = await enter(stack, 'alice', `room=${room}`);
  const [first] = [await here.say('one'), await here.say('two'), await here.say('three')];
  for (const message_id of [2, 3]) here.send({ action: 'delete', message_id });
  for (const message_id of [2, 3])
    await phone.take('message_deleted', (frame) => frame['message_id'] === message_id);
  await here.say('four');
  phone.send({ action: 'seen', message_id: 3 });
  const marked = { message_id: first['message_id'], user_id: 3 };
  expect(await phone.take('message_seen')).toMatchObject(marked);
  expect(await here.take('message_seen')).toMatchObject(marked);
  expect(await unreadIn(room)).toBe(1);
  // Neither the number of an edit or a delete nor an unused number is the id of a message.
  for (const message_id of [4, 99]) {
    phone.send({ action: 'seen', message_id });
    expect(await phone.take('error')).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  }
  await Promise.all([phone.close(), here.close()]);
});

test('messages that an inbox receives stay unread', async () => {
  const room = await newRoom(stack, 'alice', 'carol');
  const inbox = await enterInbox(stack, 'carol');
  await tell(room, 'one');
  await inbox.next(said('one'));
  expect(await unreadIn(room)).toBe(1);
  await join(inbox, room);
  expect(await unreadIn(room)).toBe(0);
  inbox.send({ action: 'leave', room_id: room });
  await inbox.take('left');
  await tell(room, 'two');
  await inbox.next(said('two'));
  await inbox.close();
  await stack.settled();
  expect(await unreadIn(room)).toBe(1);
});

test('a user’s own messages and deleted messages do not count as unread', async () => {
  const room = await newRoom(stack, 'alice', 'carol');
  const phone = await enter(stack, 'carol', `room=${room}&reads=manual`);
  await phone.say('mine');
  await carol(`POST /chats/${room}/send_message/`, { content: 'mine too', broadcast: true });
  expect(await unreadIn(room)).toBe(0);
  const here = await enter(stack, 'alice', `room=${room}`);
  const { message_id } = await here.say('oops');
  await here.say('better');
  expect(await unreadIn(room)).toBe(2);
  here.send({ action: 'delete', message_id });
  await here.take('message_deleted');
  expect(await unreadIn(room)).toBe(1);
  await Promise.all([phone.close(), here.close()]);
});

test('a guest’s messages under the user’s name count as unread', async () => {
  const room = await openRoom(stack);
  await alice(`POST /chats/${room}/members/`, { user_id: 3 });
  const guest = await connect(`${stack.socketUrl}?room=${room}`);
  guest.send({ operation: 'create', user: '3', type: 'text', body: 'I am carol' });
  await guest.next((frame) => (frame as { operation?: string }).operation === 'create');
  expect(await unreadIn(room)).toBe(1);
  await guest.close();
});
