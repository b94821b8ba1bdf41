import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enter, type Frame, typed } from '../support/chat.ts';
import { type Asking, askingAs } from '../support/http.ts';
import { openRoom } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

let stack: TestStack;
let owner: Asking;

beforeAll(async () => {
  stack = await sharedTestStack();
  owner = await askingAs(stack, 'alice');
});

afterAll(() => stack.stop());

const operated =
  (name: string, fits: (frame: Frame) => boolean = () => true) =>
  (frame: unknown): boolean =>
    (frame as Frame)['operation'] === name && fits(frame as Frame);

const created = (body: string) => operated('create', ({ message }) => message?.['body'] === body);

/** Connects without a credential, and waits for `welcome`: a guest gets no first frame in every dialect. */
async function enterAsGuest(room: string, query = ''): Promise<WsClient> {
  const guest = await connect(`${stack.socketUrl}?room=${room}${query}`);
  await stack.settled();
  return guest;
}

/** Sends a message as a guest. Resolves to the message. */
async function speak(guest: WsClient, body: string, more: object = {}): Promise<Record<string, unknown>> {
  guest.send({ operation: 'create', body, ...more });
  return ((await guest.next(created(body))) as Frame).message ?? {};
}

const refusal = (guest: WsClient): Promise<unknown> => guest.next(operated('error'));

describe('a nameless guest', () => {
  test('cannot change a message of another one by claiming that guest’s id', async () => {
    const room = await openRoom(stack);
    const [ann, ben] = [await enterAsGuest(room), await enterAsGuest(room)];
    const { id: message_id, user } = await speak(ann, 'mine');
    for (const frame of [
      { operation: 'delete', user, message_id },
      { operation: 'update', user, message_id, body: 'yours' },
      { operation: 'create', user, body: 'as you' },
    ]) {
      ben.send(frame);
      expect(await refusal(ben)).toMatchObject({ code: 'WRONG_USER' });
    }
    ben.send({ operation: 'delete', message_id });
    expect(await refusal(ben)).toMatchObject({ code: 'NOT_THE_AUTHOR' });
    const { body } = await owner(`GET /chats/${room}/messages/`);
    expect(body['messages']).toMatchObject([{ content: 'mine' }]);
    ann.send({ operation: 'update', user, message_id, body: 'still mine' });
    await ann.next(operated('update', ({ message }) => message?.['body'] === 'still mine'));
    await Promise.all([ann.close(), ben.close()]);
  });
});

describe('a guest who claims the id of a user', () => {
  test('does not make that user the author, live or in the history', async () => {
    const room = await openRoom(stack);
    const alice = await enter(stack, 'alice', `room=${room}`);
    const guest = await enterAsGuest(room);
    await speak(guest, 'I am alice', { user: '1', client_id: 'g-1' });
    const live = await alice.take('chat_message', ({ message }) => message?.['text'] === 'I am alice');
    expect(live.message).toMatchObject({ sender_id: 1, guest: true });
    await stack.settled();
    alice.send({ action: 'history' });
    const history = await alice.take('history');
    alice.send({ action: 'sync', since: 0 });
    const sync = await alice.take('sync');
    expect(JSON.stringify([live, history, sync])).not.toContain('g-1');
    // Alice has read the message, because she is not its author.
    expect(history['messages']).toMatchObject([{ status: 'read' }]);
    await Promise.all([alice.close(), guest.close()]);
  });
});

describe('a guest', () => {
  test.each(['action', 'content', 'type', 'operation'])('sees no email address by %s', async (dialect) => {
    const room = await openRoom(stack);
    const alice = await enter(stack, 'alice', `room=${room}`);
    await alice.say('before');
    const guest = await enterAsGuest(room, `&dialect=${dialect}`);
    const { message_id } = await alice.say('after');
    alice.send({ action: 'edit', message_id, text: 'edited' });
    await alice.take('message_edited');
    await stack.settled();
    guest.send({ action: 'history' });
    guest.send({ action: 'sync', since: 0 });
    await (dialect === 'action' ? guest.next(typed('sync')) : guest.next());
    await stack.settled();
    expect(JSON.stringify(guest.frames())).toContain('after');
    expect(JSON.stringify(guest.frames())).not.toContain('example.com');
    await Promise.all([alice.close(), guest.close()]);
  });

  test('can be muted by the id of the connection, or by name', async () => {
    const room = await openRoom(stack);
    const [ann, ben] = [await enterAsGuest(room), await enterAsGuest(room)];
    const { user } = await speak(ann, 'hello');
    const path = (visitor: unknown) => `PATCH /chats/${room}/members/${encodeURIComponent(String(visitor))}/`;
    const muted = { muted_seconds: 60 };
    expect(await owner(path(user), muted)).toMatchObject({
      status: 200,
      body: { user_id: user, role: 'member', muted_until: expect.any(String) },
    });
    for (const named of [{}, { user: 'ann' }]) {
      ann.send({ operation: 'create', body: 'again', ...named });
      expect(await refusal(ann)).toMatchObject({ code: 'MUTED' });
    }
    ann.send({ operation: 'typing', typing_status: 'typing' });
    expect(await refusal(ann)).toMatchObject({ code: 'MUTED' });
    await speak(ben, 'I am ben', { user: 'ben' });
    await owner(path('guest:ben'), muted);
    ben.send({ operation: 'create', body: 'again', user: 'ben' });
    expect(await refusal(ben)).toMatchObject({ code: 'MUTED' });
    expect((await owner(path('guest:ben'), { muted_until: null })).body).toMatchObject({ muted_until: null });
    await speak(ben, 'again', { user: 'ben' });
    await Promise.all([ann.close(), ben.close()]);
  });
});

test('a visitor of an open room can be muted, and stays muted as a member', async () => {
  const room = await openRoom(stack);
  const visitor = await askingAs(stack, 'dave');
  const say = () => visitor(`POST /chats/${room}/send_message/`, { content: 'hi' });
  expect((await say()).status).toBe(201);
  const muted = await owner(`PATCH /chats/${room}/members/4/`, { muted_seconds: 60 });
  expect(muted).toMatchObject({ status: 200, body: { user_id: 4, muted_until: expect.any(String) } });
  expect(await say()).toMatchObject({ status: 403, body: { error: 'MUTED' } });
  const socket = await enter(stack, 'dave', `room=${room}`);
  socket.send({ message: 'hi' });
  expect(await socket.take('error')).toMatchObject({ code: 'MUTED' });
  const added = await owner(`POST /chats/${room}/members/`, { user_id: 4 });
  expect(added).toMatchObject({ status: 201, body: { muted_until: muted.body['muted_until'] } });
  expect(await say()).toMatchObject({ status: 403, body: { error: 'MUTED' } });
  await owner(`PATCH /chats/${room}/members/4/`, { muted_seconds: 0 });
  expect((await say()).status).toBe(201);
  await socket.close();
});
