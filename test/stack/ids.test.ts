import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoUsers, makeRoom } from '../../bin/demo.ts';
import { said, typed } from '../support/chat.ts';
import {
  hostileIds,
  hostileRoomIds,
  lookalikes,
  refusedIds,
  worstIds,
  worstRoomIds,
} from '../support/hostile-ids.ts';
import { type Asking, ask, askingAs, type Json } from '../support/http.ts';
import { usualOrLong } from '../support/long.ts';
import { databaseOf, openRoom } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

// Each id is tested beside the ids with which a faulty program would confuse it.

let stack: TestStack;
let alice: Asking;

beforeAll(async () => {
  const hostile = hostileIds.map((id) => ({ id, username: `user ${id}`, email: '', userType: '' }));
  stack = await startTestStack(
    { users: [...demoUsers, ...hostile] },
    { roomLimits: 'create:off,invite:off' },
  );
  alice = await askingAs(stack, 'alice');
});

afterAll(() => stack.stop());

const usernameOf = (id: string) => (id === '1' ? 'alice' : `user ${id}`);
const askAs = (id: string) => askingAs(stack, usernameOf(id));
const encoded = encodeURIComponent;

/** Opens a socket through the edge, and waits for its history or the inbox. */
async function open(id: string, path: string): Promise<WsClient> {
  const headers = { Authorization: `Bearer ${await stack.token(usernameOf(id))}` };
  const socket = await connect(`${stack.stack.edgeUrl.replace('http', 'ws')}/ws/chat/${path}`, { headers });
  await socket.next((frame) => Array.isArray(frame) || typed('inbox')(frame));
  return socket;
}

/** Sends a text and returns its echo. */
async function say(client: WsClient, text: string, more: Json = {}): Promise<Json> {
  client.send({ action: 'send', message: text, ...more });
  return ((await client.next(said(text))) as { message: Json }).message;
}

/** Returns the members of a room as `id`, or `id muted`. */
async function membersOf(room: string): Promise<string[]> {
  const { body } = await alice(`GET /chats/${encoded(room)}/`);
  return (body['members'] as Json[])
    .map(({ user_id, muted_until }) => `${user_id}${muted_until === null ? '' : ' muted'}`)
    .toSorted();
}

async function groupOf(...members: readonly string[]): Promise<string> {
  const { status, body } = await alice('POST /chats/', { name: 'ids', members });
  expect(status).toBe(201);
  return String(body['id']);
}

describe.concurrent.each(usualOrLong(worstIds, hostileIds))('a user with the id %j', (user) => {
  const others = lookalikes(user).filter((id) => id !== '1');

  test('is added, muted and removed, and nobody else', async () => {
    const room = await groupOf(...others);
    const bystanders = ['1', ...others].toSorted();
    const own = `/chats/${room}/members/${encoded(user)}/`;
    const gone = { status: 404, body: { error: 'NO_SUCH_MEMBER' } };
    expect(await alice(`DELETE ${own}`)).toMatchObject(gone);
    expect(await alice(`PATCH ${own}`, { muted_seconds: 60 })).toMatchObject(gone);
    const added = await alice(`POST /chats/${room}/members/`, { user_id: user });
    expect([added.status, String(added.body['user_id'])]).toEqual([201, user]);
    expect((await alice(`PATCH ${own}`, { muted_seconds: 60 })).status).toBe(200);
    expect(await membersOf(room)).toEqual([...bystanders, `${user} muted`].toSorted());
    expect((await alice(`DELETE ${own}`)).status).toBe(204);
    expect(await membersOf(room)).toEqual(bystanders);
  });

  test('sends, reads and leaves', async () => {
    const [room, me] = [await groupOf(...others, user), await askAs(user)];
    const socket = await open(user, `${room}/`);
    const sent = await say(socket, 'hello', { client_id: '%'.repeat(128) });
    expect(String(sent['sender_id'])).toBe(user);
    socket.send({ action: 'react', message_id: sent['message_id'], emoji: '👍' });
    await socket.next(typed('message_reacted'));
    socket.send({ action: 'history' });
    const page = (await socket.next(typed('history'))) as { messages: Json[] };
    expect(page.messages).toMatchObject([{ text: 'hello', reactions: { '👍': [sent['sender_id']] } }]);
    expect((await me(`DELETE /chats/${room}/members/${encoded(user)}/`)).status).toBe(204);
    await socket.closed;
    expect(await membersOf(room)).toEqual(['1', ...others].toSorted());
    expect((await me(`GET /chats/${room}/messages/`)).status).toBe(403);
  });

  test('has one direct room with another user, by REST and by the URL of contract S1, and files in it', async () => {
    const me = await askAs(user);
    const [mine, theirs] = [
      await me('POST /chats/', { kind: 'direct', members: [1] }),
      await alice('POST /chats/', { kind: 'direct', members: [user] }),
    ];
    expect([mine.status, theirs.status]).toEqual([201, 200]);
    const room = String(mine.body['id']);
    expect(theirs.body['id']).toBe(room);
    const [first, second] = await Promise.all([
      open('1', `?firts_user=1&second_user=${encoded(user)}${user.endsWith('/') ? '' : '/'}`),
      open(user, `${encoded(room)}/`),
    ]);
    await say(first, 'only for you');
    await second.next(said('only for you'));
    const file = Buffer.from('a file').toString('base64');
    const sent = await say(second, 'with a file', { file, file_name: 'a.txt', type: 'file' });
    const headers = { Authorization: `Bearer ${await stack.token('alice')}` };
    const url = `${stack.stack.edgeUrl}${String(sent['file_url'])}`;
    const response = await fetch(url, { headers });
    expect([response.status, await response.text()]).toEqual([200, 'a file']);
    await Promise.all([first.close(), second.close()]);
  });
});

describe.each(usualOrLong(worstRoomIds, hostileRoomIds))('a room with the id %j', (room) => {
  test('is reached by REST, the edge, the WebSocket API and an inbox, and no other room is', async () => {
    const members = [{ user: '1', role: 'owner' }] as const;
    for (const id of [room, ...lookalikes(room)].filter((id) => !id.startsWith('#'))) {
      await makeRoom(databaseOf(stack), {
        id,
        name: `name of ${id}`,
        kind: 'group',
        access: 'members',
        members,
      });
    }
    const path = `/chats/${encoded(room)}`;
    for (const end of ['/', '']) {
      const { status, body } = await alice(`GET ${path}${end}`);
      expect([status, String(body['id']), body['name']]).toEqual([200, room, `name of ${room}`]);
    }
    const text = `in ${room}`;
    const posted = await alice(`POST ${path}/send_message/`, { content: text });
    expect([posted.status, String(posted.body['chat'])]).toEqual([201, room]);
    const headers = { Authorization: `Bearer ${await stack.token('alice')}` };
    const viaEdge = await open('1', `${encoded(room)}/`);
    expect(viaEdge.frames()[0]).toMatchObject([{ text }]);
    const direct = await connect(`${stack.socketUrl}?room=${encoded(room)}`, { headers });
    expect(await direct.next(Array.isArray)).toMatchObject([{ text }]);
    const inbox = await open('1', '');
    inbox.send({ action: 'join', room_id: room });
    expect(await inbox.next(typed('joined', ({ room_id }) => String(room_id) === room))).toBeDefined();
    inbox.send({ action: 'history', room_id: room });
    const page = await inbox.next(typed('history', ({ room_id }) => String(room_id) === room));
    expect(page).toMatchObject({ messages: [{ text }] });
    inbox.send({ action: 'leave', room_id: room });
    await inbox.next(typed('left', ({ room_id }) => String(room_id) === room));
    const wish = { name: 'a.txt', content_type: 'text/plain', size: 4 };
    const offer = (await alice(`POST ${path}/files/`, wish)).body as {
      upload: RequestInit & { url: string };
    };
    const { url, ...upload } = offer.upload;
    expect((await fetch(url, { ...upload, body: 'text' })).status).toBe(200);
    await Promise.all([inbox, viaEdge, direct].map((socket) => socket.close()));
  });
});

test('refuses a user whose id cannot be one, and adds nobody', async () => {
  const room = await groupOf();
  for (const id of [...refusedIds, 'x'.repeat(129), '日'.repeat(43)]) {
    const answers = await Promise.all([
      alice('POST /chats/', { members: [id] }),
      alice('POST /chats/', { kind: 'direct', members: [id] }),
      alice(`POST /chats/${room}/members/`, { user_id: id }),
    ]);
    expect([id, ...answers.map(({ status }) => status)]).toEqual([id, 400, 400, 400]);
  }
  expect(await membersOf(room)).toEqual(['1']);
});

test('refuses a room whose id cannot be one, or is the id of an inbox or of two users', async () => {
  const socket = await open('1', '1/');
  const headers = { Authorization: `Bearer ${await stack.token('alice')}` };
  for (const id of [...refusedIds, '#inbox', '#1', '#']) {
    const plan = { id, name: '', kind: 'group', access: 'members', members: [] } as const;
    await expect(makeRoom(databaseOf(stack), plan)).rejects.toThrow('Room not created');
    socket.send({ action: 'join', room_id: id });
    const code = id.startsWith('#') ? 'NOT_A_MEMBER' : 'BAD_FRAME';
    expect(await socket.next(typed('error'))).toMatchObject({ code });
    const query = `?room=${encoded(id.toWellFormed())}`;
    await expect(connect(`${stack.socketUrl}${query}`, { headers })).rejects.toMatchObject({ status: 403 });
  }
  await socket.close();
  const plan = { id: 'direct:1:2', name: '', kind: 'group', access: 'members', members: [] } as const;
  await expect(makeRoom(databaseOf(stack), plan)).rejects.toThrow('Room not created');
});

test.each(['eve?x', 'acme/eve'])(
  '%j is not found at the HTTP API’s own name, and nobody else is',
  async (user) => {
    const others = lookalikes(user);
    const room = await groupOf(user, ...others);
    const headers = { Authorization: `Bearer ${await stack.token('alice')}` };
    const url = `${stack.stack.httpUrl}/api/chats/${room}/members/${encoded(user)}/`;
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(404);
    expect(await membersOf(room)).toEqual(['1', user, ...others].toSorted());
  },
);

test('numbers that JavaScript rounds are refused, by REST and in frames', async () => {
  const room = await groupOf();
  const body = '{"user_id":175928847299117063}';
  expect((await alice(`POST /chats/${room}/members/`, body)).status).toBe(400);
  const socket = await open('1', `${room}/`);
  socket.send('{"action":"join","room_id":175928847299117063}');
  expect(await socket.next(typed('error'))).toMatchObject({ code: 'BAD_FRAME' });
  await socket.close();
});

test.each(['%'.repeat(128), '#'.repeat(128), '日'.repeat(42)])(
  'a guest with the name %j sends with a client id of any characters',
  async (user) => {
    const room = await openRoom(stack);
    for (const client_id of ['%'.repeat(128), '#'.repeat(128), '日'.repeat(128)]) {
      const guest = await connect(`${stack.socketUrl}?room=${room}`);
      for (const name of [user, '.', '日'.repeat(43)]) {
        guest.send({ operation: 'create', user: name, body: 'hi', client_id });
      }
      const isAnswer = (frame: unknown) =>
        typeof frame === 'object' && frame !== null && 'operation' in frame;
      const answers = [await guest.next(isAnswer), await guest.next(isAnswer), await guest.next(isAnswer)];
      const kinds = answers.map((frame) => (frame as Json)['code'] ?? (frame as Json)['operation']);
      expect(kinds.toSorted()).toEqual(['BAD_FRAME', 'BAD_FRAME', 'create']);
      await guest.close();
    }
  },
);

test('nothing was INTERNAL', async () => {
  await stack.settled();
  expect(stack.lines.filter((line) => /INTERNAL|ValidationException|"level":"ERROR"/.test(line))).toEqual([]);
  expect((await ask(stack, 'GET /chats/')).status).toBe(401);
});
