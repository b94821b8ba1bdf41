import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { developerKey } from '../../local/iam/access.ts';
import { AdminClient } from '../../server/index.ts';
import { adminOf, askAdmin, signedHeaders } from '../support/admin.ts';
import { enter, said } from '../support/chat.ts';
import { askingAs } from '../support/http.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

let chat: TestStack;
let admin: ReturnType<typeof askAdmin>;

beforeAll(async () => {
  chat = await sharedTestStack();
  admin = askAdmin(chat);
});
afterAll(() => chat.stop());

/** Sends a request as it is, and returns status and body. */
async function request(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return { status: response.status, body: await response.text() };
}

const forbidden = { status: 403, body: '{"message":"Forbidden"}' };

test('answers a signed request', async () => {
  expect(await admin('GET /openapi.json')).toMatchObject({
    status: 200,
    body: { info: { title: 'Parley admin API' } },
  });
});

test('answers curl with --aws-sigv4', async () => {
  const { accessKeyId, secretAccessKey } = developerKey;
  const { stdout } = await promisify(execFile)('curl', [
    ...['--silent', '--aws-sigv4', 'aws:amz:us-east-1:execute-api'],
    ...['--user', `${accessKeyId}:${secretAccessKey}`, `${chat.stack.httpUrl}/admin/openapi.json`],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ info: { title: 'Parley admin API' } });
});

test('the commands in docs/admin.md work, in their order', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/admin.md'), 'utf8');
  const commands = Array.from(page.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, block = '']) => block).join('');
  const script = `set -e\n${commands.replace('http://127.0.0.1:8004', chat.stack.httpUrl)}`;
  await promisify(execFile)('bash', ['-c', script]);
  const { body } = await admin('GET /rooms/order-7/messages/');
  expect(body['messages']).toMatchObject([
    { text: 'Payment received', data: { by: 'card' } },
    { text: 'Shipped today', sender: { id: 'bot:orders' } },
  ]);
  expect((await admin('GET /rooms/order-5/messages/')).body['messages']).toMatchObject([
    { text: 'Hello', created_at: '2020-01-02T03:04:05.000Z', sender: { id: 'dan' } },
  ]);
  const trail = (await admin('GET /audit/?limit=100')).body['entries'];
  expect(trail).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        action: 'user.ban',
        user_id: 'mallory',
        by: expect.stringMatching(/user\/developer$/),
      }),
      expect.objectContaining({ action: 'member.remove', room_id: 'order-7', user_id: 'cat' }),
    ]),
  );
});

test('is at the address in the output AdminUrl', () => {
  expect(chat.stack.outputs['AdminUrl']).toBe(`${chat.stack.httpUrl}/admin`);
});

test('refuses requests without a valid signature', async () => {
  const url = `${chat.stack.httpUrl}/admin/openapi.json`;
  const wrong = { ...developerKey, secretAccessKey: 'wrong', sessionToken: undefined };
  expect(await request(url)).toEqual(forbidden);
  expect(await request(url, { authorization: `Bearer ${await chat.token('alice')}` })).toEqual(forbidden);
  expect(await request(url, signedHeaders('GET', new URL(url), '', wrong))).toEqual(forbidden);
});

test('cannot be reached through the edge or the REST API', async () => {
  const { edgeUrl, httpUrl } = chat.stack;
  const path = '/admin/openapi.json';
  // The page's bucket has no such object.
  expect(
    (await request(`${edgeUrl}${path}`, signedHeaders('GET', new URL(`${httpUrl}${path}`)))).status,
  ).toBe(404);
  const token = { authorization: `Bearer ${await chat.token('alice')}` };
  expect(await request(`${httpUrl}/api/chats/`, { ...token, 'x-parley-path': path })).toMatchObject({
    status: 404,
  });
  expect(await request(`${edgeUrl}/api${path}`, token)).toMatchObject({ status: 404 });
});

test('refuses a header that names another path than the one that IAM has authorized', async () => {
  const url = new URL(`${chat.stack.httpUrl}/admin/elsewhere/`);
  const headers = { ...signedHeaders('GET', url), 'x-parley-path': '/admin/openapi.json' };
  expect(await request(url.href, headers)).toMatchObject({ status: 404 });
});

describe('the client for backends', () => {
  /** Returns all items of a list. */
  async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
    const items: T[] = [];
    for await (const item of list) items.push(item);
    return items;
  }

  test('creates a room, posts as a bot and as a member, and changes messages, live', async () => {
    const backend = adminOf(chat);
    const alice = '1';
    const room = 'orders/7 ?#%';
    const members = [{ user_id: alice, role: 'owner' as const }];
    expect(await backend.putRoom(room, { name: 'Order 7', members })).toMatchObject({
      id: room,
      name: 'Order 7',
    });
    const socket = await enter(chat, 'alice', `room=${encodeURIComponent(room)}`);
    const sent = await backend.sendMessage(room, { text: 'Shipped', bot: { id: 'orders', name: 'Orders' } });
    expect(await socket.next(said('Shipped'))).toMatchObject({
      message: { sender_id: 'bot:orders', sender_name: 'Orders', message_id: sent.id },
    });
    const key = { user_id: alice, client_id: 'thanks-7' };
    const own = await backend.sendMessage(room, { text: 'Thanks', ...key });
    expect(await backend.sendMessage(room, { text: 'Thanks', ...key })).toEqual(own);
    await backend.editMessage(room, sent.id, 'Delivered');
    expect(await socket.take('message_edited')).toMatchObject({ message_id: sent.id, text: 'Delivered' });
    await backend.deleteMessage(room, own.id);
    expect(await socket.take('message_deleted')).toMatchObject({ message_id: own.id });
    expect((await all(backend.messages(room, { pageSize: 1 }))).map(({ text }) => text)).toEqual([
      'Delivered',
    ]);
    await backend.removeMember(room, alice);
    expect(await socket.closed).toMatchObject({ code: 1000 });
    expect(await all(backend.members(room))).toEqual([]);
    expect((await all(backend.rooms({ pageSize: 2 }))).map(({ id }) => id)).toContain(room);
  });

  test('sets names, pictures and data, which members get live and by REST', async () => {
    const backend = adminOf(chat);
    const [room, picture] = ['support', 'https://example.com/alice.png'];
    const members = [{ user_id: '1', data: { seat: 4 } }, { user_id: '2' }];
    expect(await backend.putRoom(room, { members, data: { ticket: 7 } })).toMatchObject({
      data: { ticket: 7 },
    });
    const bob = await enter(chat, 'bob', `room=${room}&changes=all`);
    const before = await enter(chat, 'alice', `room=${room}`);
    expect(await before.say('hi', { data: { mood: 'good' } })).toMatchObject({ sender_name: 'alice' });
    expect(await bob.next(said('hi'))).toMatchObject({ message: { data: { mood: 'good' } } });
    await backend.putUser('1', { name: 'Alice of Sales', avatar_url: picture, data: { team: 'sales' } });
    const alice = await enter(chat, 'alice', `room=${room}`);
    const shown = { sender_name: 'Alice of Sales', sender_avatar: picture };
    expect(await alice.say('hello')).toMatchObject(shown);
    expect(await bob.next(said('hello'))).toMatchObject({ message: shown });
    await backend.sendMessage(room, { text: 'Ticket opened', system: true, data: { ticket: 7 } });
    const opened = { sender_id: 'system', type: 'system', data: { ticket: 7 } };
    expect(await bob.next(said('Ticket opened'))).toMatchObject({ message: opened });
    await backend.updateRoom(room, { data: { ticket: 8 } });
    expect(await bob.take('room_updated')).toMatchObject({ room: { data: { ticket: 8 } } });
    await backend.updateMember(room, '1', { data: null });
    expect(await bob.take('member_changed')).toMatchObject({ user_id: 1, data: null });
    const headers = { authorization: `Bearer ${await chat.token('bob')}` };
    const get = async (path: string) =>
      JSON.parse((await request(`${chat.stack.httpUrl}/api/chats/${room}/${path}`, headers)).body);
    expect((await get('messages/')).messages).toMatchObject([
      { content: 'Ticket opened', type: 'system', data: { ticket: 7 } },
      { content: 'hello', ...shown },
      { content: 'hi', sender_name: 'alice', data: { mood: 'good' } },
    ]);
    expect(await get('')).toMatchObject({
      data: { ticket: 8 },
      members: [
        { username: 'Alice of Sales', avatar_url: picture, profile_data: { team: 'sales' }, data: null },
        { username: 'bob', avatar_url: null, profile_data: null },
      ],
    });
    await Promise.all([bob.close(), before.close(), alice.close()]);
  });

  test('lists the reports of members, and resolves them', async () => {
    const backend = adminOf(chat);
    const { id: message } = await backend.sendMessage('1', { text: 'Get lost', user_id: '2' });
    const alice = await askingAs(chat, 'alice');
    const body = { message_id: message, reason: 'abuse', note: 'He insults me.' };
    expect((await alice('POST /chats/1/reports/', body)).status).toBe(201);
    expect((await alice('POST /chats/1/reports/', body)).status).toBe(200);
    expect(await all(backend.reports({ pageSize: 1 }))).toMatchObject([
      { room_id: '1', message_id: message, sender: { id: '2' }, reported_texts: ['Get lost'] },
    ]);
    const resolved = await backend.resolveReports('1', message, 'Warned bob.');
    expect(resolved).toMatchObject({ status: 'resolved', resolution: 'Warned bob.' });
    expect(await backend.resolveReports('1', message)).toEqual(resolved);
    expect(await all(backend.reports())).toEqual([]);
    expect(await all(backend.reports({ status: 'resolved' }))).toEqual([resolved]);
    await expect(backend.resolveReports('1', 1_000)).rejects.toMatchObject({ code: 'REPORT_NOT_FOUND' });
    expect((await alice('GET /chats/1/reports/?status=resolved')).body['reports']).toMatchObject([
      { room_id: 1, message_id: message, sender: { id: 2 }, resolved_by: resolved.resolved_by },
    ]);
  });

  test.each(['.', '..'])('sends no request for the id "%s", which would change the path', async (id) => {
    const error = { name: 'AdminError', code: 'BAD_REQUEST', status: 0 };
    await expect(adminOf(chat).roomsOf(id).next()).rejects.toMatchObject(error);
    await expect(adminOf(chat).removeMember('1', id)).rejects.toMatchObject(error);
  });

  test('rejects with the code of the error', async () => {
    const backend = adminOf(chat);
    await expect(backend.getRoom('nowhere')).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND', status: 404 });
    const stranger = new AdminClient({
      url: `${chat.stack.httpUrl}/admin`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'wrong' },
    });
    await expect(stranger.getRoom('1')).rejects.toMatchObject({ code: 'FORBIDDEN', status: 403 });
    const nobody = new AdminClient({
      url: 'http://127.0.0.1:1/admin',
      region: 'us-east-1',
      credentials: developerKey,
    });
    await expect(nobody.getRoom('1')).rejects.toMatchObject({ code: 'UNREACHABLE', status: 0 });
  });
});
