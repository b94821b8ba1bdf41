import { afterAll, beforeAll, expect, test } from 'vitest';
import { directRoomId } from '../../functions/domain/room.ts';
import { type Chatter, enter, enterInbox, type Frame, heard, join, said, typed } from '../support/chat.ts';
import { type Asking, askingAs } from '../support/http.ts';
import { newRoom } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

let stack: TestStack;
let alice: Asking;
let bob: Asking;

beforeAll(async () => {
  stack = await sharedTestStack();
  [alice, bob] = await Promise.all([askingAs(stack, 'alice'), askingAs(stack, 'bob')]);
});

afterAll(() => stack.stop());

/** Waits until all frames in flight have reached the socket. */
async function caughtUp(chatter: Chatter): Promise<void> {
  await stack.settled();
  chatter.send({ action: 'ping' });
  await chatter.take('pong');
}

const dial = async (username: string, room: string, dialect: string): Promise<WsClient> =>
  connect(`${stack.socketUrl}?room=${room}&dialect=${dialect}`, {
    headers: { Authorization: `Bearer ${await stack.token(username)}` },
  });

/** Returns a frame without the fields that differ between two messages. */
const bare = (frame: Frame) => ({
  type: frame.type,
  status: frame.message?.['status'],
  fields: Object.keys(frame),
});

test('a blocked client of contract S1 gets the frames that it would get if the other user were offline', async () => {
  const sender = await enter(stack, 'bob', 'first_user=1&second_user=2');
  await sender.say('while alice is offline');
  await caughtUp(sender);
  const usual = heard(sender, 'chat_message').map(bare);
  expect(sender.frames().filter(typed('mark_message_as_delivered'))).toEqual([]);

  const receiver = await enter(stack, 'alice', 'first_user=1&second_user=2');
  await sender.take('mark_message_as_read');
  await sender.take('presence', ({ status }) => status === 'online');
  expect((await alice('PUT /blocks/2/')).status).toBe(201);
  expect(await sender.take('presence', ({ status }) => status === 'offline')).toMatchObject({ user_id: 1 });
  const before = sender.frames().length;
  const hidden = await sender.say('while alice has blocked bob');
  sender.send({ action: 'edit', message_id: hidden['message_id'], text: 'edited' });
  await sender.take('message_edited');
  receiver.send({ action: 'typing', typing: true });
  await Promise.all([caughtUp(sender), caughtUp(receiver)]);
  const told = sender.frames().slice(before) as readonly Frame[];
  expect(told.map(({ type }) => type)).toEqual(['chat_message', 'message_edited', 'pong']);
  expect(bare(told[0] as Frame)).toEqual(usual[0]);
  expect(receiver.frames().filter(typed('hidden'))).toEqual([]);
  expect(JSON.stringify(receiver.frames())).not.toContain('while alice has blocked');

  // A second device, a reconnect and the history do not show the message either.
  const phone = await enter(stack, 'alice', 'first_user=1&second_user=2');
  expect(phone.history).toEqual([]);
  const resumed = await connect(`${stack.socketUrl}?room=${directRoomId('1', '2')}&since=0`, {
    headers: { Authorization: `Bearer ${await stack.token('alice')}` },
  });
  expect(await resumed.next(typed('sync'))).toMatchObject({ events: [], complete: true, has_more: false });
  await Promise.all([sender, receiver, phone, resumed].map((client) => client.close()));
  expect((await alice('DELETE /blocks/2/')).status).toBe(204);
  const { body } = await alice(`GET /chats/${directRoomId('1', '2')}/messages/`);
  expect(body['messages']).toHaveLength(2);
});

test('in a room with four contracts, the user who blocked gets no frame and the other members get all', async () => {
  const room = await newRoom(stack, 'alice', 'bob', 'carol');
  await alice('PUT /blocks/2/');
  const others = await Promise.all(['content', 'type', 'operation'].map((name) => dial('carol', room, name)));
  const own = await Promise.all(['content', 'type', 'operation'].map((name) => dial('alice', room, name)));
  const inbox = await enterInbox(stack, 'alice');
  const client = await enterInbox(stack, 'alice', '?changes=all');
  await join(client, room);
  const sender = await enter(stack, 'bob', `room=${room}`);
  const { message_id: seq } = await sender.say('from bob');
  for (const each of others) await each.next((frame) => JSON.stringify(frame).includes('from bob'));
  expect(await client.take('hidden')).toMatchObject({ seq, room_id: room });
  await sender.take('mark_message_as_read');
  await Promise.all([caughtUp(inbox), caughtUp(client)]);
  for (const each of [...own, inbox, client]) expect(JSON.stringify(each.frames())).not.toContain('from bob');
  expect(inbox.frames().filter(typed('hidden'))).toEqual([]);

  // While the sockets are open, the end of the block reaches all of them.
  expect((await alice('DELETE /blocks/2/')).status).toBe(204);
  await sender.say('once more');
  await Promise.all([inbox.next(said('once more')), client.next(said('once more'))]);
  for (const each of own) await each.next((frame) => JSON.stringify(frame).includes('once more'));
  await Promise.all([...others, ...own, inbox, client, sender].map((each) => each.close()));
});

test('a direct room that a blocked user creates and opens by its URL does not reach the other user', async () => {
  const carol = await askingAs(stack, 'carol');
  await carol('PUT /blocks/2/');
  const inbox = await enterInbox(stack, 'carol');
  expect((await bob('POST /chats/', { kind: 'direct', members: ['3'] })).status).toBe(201);
  const sender = await enter(stack, 'bob', 'first_user=2&second_user=3');
  await sender.say('are you there?');
  expect((await bob(`GET /chats/${directRoomId('2', '3')}/`)).body['members']).toHaveLength(2);
  await caughtUp(inbox);
  expect(heard(inbox, 'joined')).toEqual([]);
  expect(JSON.stringify((await carol('GET /chats/')).body)).not.toContain('direct:2:3');
  expect((await carol('DELETE /blocks/2/')).status).toBe(204);
  expect(await inbox.take('joined')).toMatchObject({ room_id: directRoomId('2', '3') });
  await Promise.all([inbox, sender].map((client) => client.close()));
});

test('a group with a blocked user appears in an open inbox once its user writes there', async () => {
  const carol = await askingAs(stack, 'carol');
  await carol('PUT /blocks/2/');
  const inbox = await enterInbox(stack, 'carol');
  const { body } = await bob('POST /chats/', { name: 'Trap', members: [3] });
  const room = String(body['id']);
  await caughtUp(inbox);
  expect(heard(inbox, 'joined')).toEqual([]);
  const own = await enter(stack, 'carol', `room=${room}`);
  await own.say('I am here');
  expect(await inbox.take('joined')).toMatchObject({ room_id: room });
  expect(JSON.stringify((await carol('GET /chats/')).body)).toContain(room);
  await Promise.all([inbox, own].map((client) => client.close()));
  expect((await carol('DELETE /blocks/2/')).status).toBe(204);
});
