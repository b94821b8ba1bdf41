import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteMessage } from '../../../../functions/commands/delete-message.ts';
import { editMessage } from '../../../../functions/commands/edit-message.ts';
import { react } from '../../../../functions/commands/react.ts';
import { sendMessage } from '../../../../functions/commands/send-message.ts';
import type { FileStore } from '../../../../functions/store/files.ts';
import { directoryKey, logKey, memberKey, profileKey } from '../../../../functions/store/keys.ts';
import { countAttribute } from '../../../../functions/store/reaction-items.ts';
import { putRoom } from '../../../../functions/store/rooms.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../../support/embedded-app.ts';
import { connectionOf } from '../../../support/sample.ts';

const stored = new Set<string>();
const bucket = {
  put: async (key) => void stored.add(key),
  remove: async (key) => void stored.delete(key),
} as Pick<FileStore, 'put' | 'remove'> as FileStore;

let app: EmbeddedApp;
beforeEach(async () => {
  stored.clear();
  app = await openEmbeddedApp({ files: () => bucket, directory: 'everyone' });
  await app.makeRoom('lunch', 'bo', 'ann');
});
afterEach(() => app.database.close());

const user = (id: string) => ({ id, username: `name-${id}`, email: `${id}@example.com`, userType: '' });
const as = (id: string, room: string) => connectionOf(user(id), { room });
const item = (key: Readonly<Record<string, string>>) => app.database.db.chat.get(key);
const send = (id: string, room: string, text: string, more = {}) =>
  sendMessage({ kind: 'SendMessage', text, type: 'text', ...more }, as(id, room), app.context);
const like = (id: string, room: string, message: number) =>
  react({ kind: 'React', message, emoji: '👍', remove: false }, as(id, room), app.context);

const erase = (each = app) => each.askAdmin('POST /users/ann/erase/');
const report = async () => (await app.askAdmin('GET /users/ann/erasure/')).body['rooms'];
const picture = { kind: 'inline', name: 'a.gif', data: 'R0lGODlhAQABAAAAACw=' } as const;

/** Returns all items of the chat table as JSON, but those of the audit trail and of other users. */
async function everything(): Promise<string> {
  const rooms = ['lunch', 'left', 'open', 'user#ann', 'direct:ann:bo'];
  const pages = await Promise.all(
    rooms.map((room) => app.database.db.chat.query({ where: '#room = :room', values: { ':room': room } })),
  );
  return JSON.stringify(pages.map(({ items }) => items));
}

describe('erasing a user', () => {
  test('leaves tombstones and ids only, in rooms that the user is in, has left or has visited', async () => {
    await send('ann', 'lunch', 'secret one', { file: picture });
    await editMessage(
      { kind: 'EditMessage', message: 1, text: 'secret two' },
      as('ann', 'lunch'),
      app.context,
    );
    await send('bo', 'lunch', 'stays');
    await like('ann', 'lunch', 3);
    await like('bo', 'lunch', 3);
    await send('ann', 'lunch', 'deleted before');
    await deleteMessage({ kind: 'DeleteMessage', message: 6 }, as('ann', 'lunch'), app.context);
    await app.makeRoom('left', 'bo', 'ann');
    await send('ann', 'left', 'secret three');
    await app.ask('ann', 'DELETE /chats/left/members/ann/');
    await putRoom(app.database.db, { id: 'open', name: 'o', kind: 'group', access: 'open' });
    await send('ann', 'open', 'secret four');
    expect(await erase()).toMatchObject({
      status: 200,
      body: { user_id: 'ann', done: true, messages: 3, emoji: 1, files: 1 },
    });
    const all = await everything();
    for (const text of ['secret', 'name-ann', 'ann@example.com']) expect(all).not.toContain(text);
    expect(stored.size).toBe(0);
    expect(await item(logKey('lunch', 1))).toMatchObject({
      text: '',
      author: { id: 'ann', username: 'ann' },
    });
    expect(await item(memberKey('lunch', 'ann'))).not.toHaveProperty('user');
    const { body } = await app.ask('bo', 'GET /chats/lunch/messages/');
    expect(body['messages']).toMatchObject([{ content: 'stays' }]);
    expect(await item(logKey('lunch', 3))).toMatchObject({ [countAttribute('👍')]: 1 });
    expect(await report()).toEqual([
      { room_id: 'left', messages: 1, emoji: 0, files: 0, held: false },
      { room_id: 'lunch', messages: 1, emoji: 1, files: 1, held: false },
      { room_id: 'open', messages: 1, emoji: 0, files: 0, held: false },
    ]);
  });

  test('removes data, and also the name and the picture of an author whose user name is the id', async () => {
    const shown = { name: 'Ann Kay', avatarUrl: 'https://example.com/secret.png' };
    const session = connectionOf(
      { id: 'ann', username: 'ann', email: '', userType: '', ...shown },
      { room: 'lunch' },
    );
    const command = { kind: 'SendMessage', text: 'hi', type: 'text', data: { secret: 1 } } as const;
    await sendMessage(command, session, app.context);
    await sendMessage(command, session, app.context);
    await deleteMessage({ kind: 'DeleteMessage', message: 2 }, session, app.context);
    await app.askAdmin('PATCH /rooms/lunch/members/ann/', { data: { secret: 2 } });
    await erase();
    const messages = JSON.stringify([await item(logKey('lunch', 1)), await item(logKey('lunch', 2))]);
    expect(messages).not.toMatch(/secret|Kay/);
    expect(await everything()).not.toContain('secret');
    expect(await item(memberKey('lunch', 'ann'))).not.toHaveProperty('data');
  });

  test('removes messages, reactions and the membership also in an archived room', async () => {
    await send('ann', 'lunch', 'one');
    await send('bo', 'lunch', 'stays');
    await like('ann', 'lunch', 2);
    await app.askAdmin('PATCH /rooms/lunch/', { archived: true });
    expect((await erase()).body).toMatchObject({ done: true, messages: 1, emoji: 1 });
    expect(await item(logKey('lunch', 2))).not.toMatchObject({ [countAttribute('👍')]: 1 });
    expect(await item(memberKey('lunch', 'ann'))).not.toHaveProperty('user');
  });

  test('logs ordinary deletes, so that clients receive them by sync', async () => {
    await send('ann', 'lunch', 'one');
    await erase();
    const { entries } = { entries: await Promise.all([2, 3].map((seq) => item(logKey('lunch', seq)))) };
    expect(entries.map((entry) => entry?.['kind']).sort()).toEqual(['delete', 'member']);
    expect(entries.map((entry) => entry?.['by'])).toEqual(['service:orders', 'service:orders']);
  });

  test('reaches rooms that are missing from the list of all rooms, if the user is or was a member', async () => {
    await send('ann', 'lunch', 'secret');
    await app.database.db.chat.query({ where: '#room = :room', values: { ':room': 'rooms#0' } });
    for (const part of [0, 1, 2, 3]) {
      await app.database.db.chat.remove({ room: `rooms#${part}`, item: 'room#lunch' });
    }
    await app.ask('ann', 'DELETE /chats/lunch/members/ann/');
    expect((await erase()).body).toMatchObject({ done: true, messages: 1 });
  });

  test('ends the direct rooms of the user, and the other user keeps their own messages', async () => {
    await app.ask('ann', 'POST /chats/', { kind: 'direct', members: ['bo'] });
    await send('ann', 'direct:ann:bo', 'secret');
    await send('bo', 'direct:ann:bo', 'mine');
    expect((await erase()).body).toMatchObject({ done: true, messages: 1 });
    expect(await item(memberKey('direct:ann:bo', 'ann'))).not.toHaveProperty('user');
    const { body } = await app.ask('bo', 'GET /chats/direct:ann:bo/messages/');
    expect(body['messages']).toMatchObject([{ content: 'mine' }]);
  });

  test('removes the profile, the entries of the directory and the preferences, and keeps the ban', async () => {
    await app.askAdmin('PUT /users/ann/', { name: 'Ann Secret', attributes: { plan: 'gold' } });
    await app.ask('ann', 'PATCH /chats/lunch/preferences/', { pinned: true });
    const { listName } = await import('../../../../functions/store/directory.ts');
    await listName(app.database.db, { user: 'ann', name: 'Ann Secret', others: [], listed: undefined });
    expect(await item(directoryKey('secret', 'ann'))).toBeDefined();
    await erase();
    expect(await item(directoryKey('secret', 'ann'))).toBeUndefined();
    expect(await item(profileKey('ann'))).toMatchObject({ username: 'ann', bannedAt: expect.any(Number) });
    expect(await everything()).not.toMatch(/Secret|gold|pinned/);
  });

  test('removes reports that the user made, and copies of the user’s messages in reports', async () => {
    await send('ann', 'lunch', 'secret');
    await send('bo', 'lunch', 'hello');
    await app.ask('bo', 'POST /chats/lunch/reports/', { message_id: 1, reason: 'abuse' });
    await app.ask('ann', 'POST /chats/lunch/reports/', {
      message_id: 2,
      reason: 'other',
      note: 'a private note',
    });
    expect(await everything()).toContain('a private note');
    await erase();
    expect(await everything()).not.toMatch(/secret|a private note/);
  });

  test('removes copies of messages in the reports of a deleted room', async () => {
    await send('ann', 'lunch', 'secret');
    await app.ask('bo', 'POST /chats/lunch/reports/', { message_id: 1, reason: 'abuse' });
    await app.askAdmin('DELETE /rooms/lunch/');
    await erase();
    const { items } = await app.database.db.chat.query({
      where: '#room = :room AND #item BETWEEN :first AND :last',
      values: { ':room': 'lunch', ':first': 'report#', ':last': 'report#:' },
    });
    expect(items).toHaveLength(1);
    expect(JSON.stringify(items)).not.toContain('secret');
  });

  test('is refused for ids of the chat itself, of bots, backends and guests', async () => {
    await app.askAdmin('POST /rooms/lunch/messages/', { text: 'news', system: true });
    for (const id of ['system', 'bot:orders', 'service:orders', 'guest:eve']) {
      const { status, body } = await app.askAdmin(`POST /users/${id}/erase/`);
      expect([status, body['error']]).toEqual([400, 'BAD_REQUEST']);
    }
    expect(await everything()).toContain('news');
  });

  test('finds what was written meanwhile when it is repeated, and counts it again', async () => {
    await send('ann', 'lunch', 'one');
    await erase();
    // A frame that had passed its checks before the membership ended.
    await send('ann', 'lunch', 'late').catch(() => undefined);
    await app.askAdmin('POST /rooms/lunch/members/', { members: [{ user_id: 'ann' }] });
    await send('ann', 'lunch', 'late');
    expect((await erase()).body).toMatchObject({ done: true });
    expect(await everything()).not.toContain('late');
    expect(await report()).toMatchObject([{ room_id: 'lunch', messages: 2 }]);
  });

  test('is a job that later requests continue, even from the middle of a room', async () => {
    await app.fillLog(
      'lunch',
      'ann',
      Array.from({ length: 30 }, (_, index) => `text ${index}`),
    );
    let time = app.context.now();
    // Each read of the clock moves it by half a second.
    const slow = await openEmbeddedApp({
      ...app.context,
      now: () => (time += 500),
    });
    const first = await erase(slow);
    expect(first).toMatchObject({ status: 202, body: { done: false } });
    let calls = 1;
    let last = first;
    while (!last.body['done']) {
      time += 60_000;
      last = await erase(slow);
      calls++;
    }
    expect(calls).toBeGreaterThan(2);
    expect(last.body).toMatchObject({ messages: 30 });
    expect(await everything()).not.toContain('text 1');
    await slow.database.close();
  });

  test('is done by one request at a time', async () => {
    await app.fillLog('lunch', 'ann', ['one', 'two', 'three']);
    const [one, other] = await Promise.all([erase(), erase()]);
    expect([one.status, other.status].sort()).toEqual([200, 202]);
    expect((await report()) as object[]).toMatchObject([{ messages: 3 }]);
  });

  test('keeps the messages of a room with a legal hold until it ends', async () => {
    await send('ann', 'lunch', 'evidence');
    await app.askAdmin('PUT /rooms/lunch/hold/');
    expect((await erase()).body).toMatchObject({ done: true, messages: 0 });
    expect(await report()).toMatchObject([{ room_id: 'lunch', messages: 0, held: true }]);
    expect(await everything()).toContain('evidence');
    await app.askAdmin('DELETE /rooms/lunch/hold/');
    expect((await erase()).body).toMatchObject({ done: true, messages: 1 });
    expect(await report()).toMatchObject([{ room_id: 'lunch', messages: 1, held: false }]);
    expect(await everything()).not.toContain('evidence');
  });

  test('is in the audit trail, by ids only', async () => {
    await send('ann', 'lunch', 'secret');
    await erase();
    const { body } = await app.askAdmin('GET /audit/');
    expect(body['entries']).toMatchObject([{ action: 'user.erase', user_id: 'ann' }]);
    expect(JSON.stringify(body)).not.toMatch(/secret|name-ann/);
  });
});
