import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { editMessage } from '../../../functions/commands/edit-message.ts';
import { react } from '../../../functions/commands/react.ts';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import type { Context } from '../../../functions/delivery/context.ts';
import { catchUp } from '../../../functions/log/catch-up.ts';
import { expireFiles, FileExpiry } from '../../../functions/log/expire-files.ts';
import { takeClaim } from '../../../functions/store/claims.ts';
import type { FileStore } from '../../../functions/store/files.ts';
import { logKey, messagePartKey, roomKey } from '../../../functions/store/keys.ts';
import { takeSeq } from '../../../functions/store/log.ts';
import { MAX_INLINE_USERS, USERS } from '../../../functions/store/reaction-items.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { getUpload } from '../../../functions/store/uploads.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import { connectionOf } from '../../support/sample.ts';

const DAY = 24 * 60 * 60 * 1000;
const stored = new Set<string>();
const bucket = {
  put: async (key) => void stored.add(key),
  remove: async (key) => void stored.delete(key),
} as Pick<FileStore, 'put' | 'remove'> as FileStore;

let app: EmbeddedApp;
let room = '';
let rooms = 0;

beforeAll(async () => {
  app = await openEmbeddedApp({ retentionDays: 30, files: () => bucket });
});
afterAll(() => app.database.close());

beforeEach(async () => {
  room = `room-${rooms++}`;
  stored.clear();
  await app.makeRoom(room, 'ann', 'bo');
});

const user = (id: string) => ({ id, username: id, email: '', userType: '' });
const as = (id: string) => connectionOf(user(id), { room });
const item = (key: Readonly<Record<string, string>>) => app.database.db.chat.get(key);
const seconds = (ms: number) => Math.ceil(ms / 1000);
const set = (values: Record<string, unknown>) =>
  app.database.db.chat.update(roomKey(room), {
    update: `SET ${Object.keys(values).map((name) => `${name} = :${name}`)}`,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
  });

const send = (
  text: string,
  more: Partial<Parameters<typeof sendMessage>[0]> = {},
  context: Context = app.context,
) => sendMessage({ kind: 'SendMessage', text, type: 'text', ...more }, as('ann'), context);

const picture = { kind: 'inline', name: 'a.gif', data: 'R0lGODlhAQABAAAAACw=' } as const;

/** Returns the id of the file of a message. */
const fileOf = async (seq: number): Promise<string> => (await item(logKey(room, seq)))?.['file'].id;

describe('messages in a room whose messages expire', () => {
  test('expire after the days of the chat, and their edits and reactions by their own times', async () => {
    const start = app.context.now();
    await send('one');
    app.wait(DAY);
    await editMessage({ kind: 'EditMessage', message: 1, text: 'two' }, as('ann'), app.context);
    await react({ kind: 'React', message: 1, emoji: '👍', remove: false }, as('bo'), app.context);
    const expiries = await Promise.all(
      [1, 2, 3].map(async (seq) => (await item(logKey(room, seq)))?.['expiresAt']),
    );
    expect(expiries).toEqual([start + 30 * DAY, start + 31 * DAY, start + 31 * DAY].map(seconds));
    app.wait(29 * DAY + 1000);
    const { body } = await app.ask('bo', `GET /chats/${room}/messages/`);
    expect(body['messages']).toEqual([]);
    await expect(send('late', { replyTo: 1 })).rejects.toMatchObject({ code: 'REPLY_NOT_FOUND' });
    const edit = editMessage({ kind: 'EditMessage', message: 1, text: 'x' }, as('ann'), app.context);
    await expect(edit).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  });

  test('follow the setting of the room', async () => {
    await set({ retentionDays: 2 });
    await send('short');
    await set({ retentionDays: 0 });
    await send('for ever');
    const now = app.context.now();
    expect(await item(logKey(room, 1))).toMatchObject({ expiresAt: seconds(now + 2 * DAY) });
    expect(await item(logKey(room, 2))).not.toHaveProperty('expiresAt');
  });

  test('leave no unread count and no last message behind', async () => {
    await send('one');
    expect(await app.listed('bo', room)).toMatchObject({ unread: 1 });
    app.wait(31 * DAY);
    expect(await app.listed('bo', room)).toMatchObject({ unread: 0, last_message: null });
  });

  test('take their reactions in further items with them', async () => {
    await send('popular');
    const like = (id: string) =>
      react({ kind: 'React', message: 1, emoji: '👍', remove: false }, as(id), app.context);
    await like('ann');
    // The item of a message holds the reactions of its first 100 users.
    await app.database.db.chat.update(logKey(room, 1), {
      update: 'SET #users = :users',
      names: { '#users': USERS },
      values: { ':users': MAX_INLINE_USERS },
    });
    await like('bo');
    const parts = await Promise.all(
      Array.from({ length: 32 }, (_, part) => item(messagePartKey(room, 1, part))),
    );
    const expiry = (await item(logKey(room, 1)))?.['expiresAt'];
    expect(expiry).toBeGreaterThan(0);
    expect(parts.flatMap((part) => part?.['expiresAt'] ?? [])).toEqual([expiry]);
  });

  test('add marks to the room, from which a quiet room gets its floor', async () => {
    await send('one');
    app.wait(DAY / 2);
    await send('two');
    app.wait(20 * DAY);
    await send('three');
    const { marks } = (await item(roomKey(room))) ?? {};
    expect(marks.map(({ seq }: { seq: number }) => seq)).toEqual([1, 3]);
    app.wait(20 * DAY);
    await app.database.db.chat.remove(logKey(room, 1));
    app.database.restart();
    const { body } = await app.ask('bo', `GET /chats/${room}/messages/`);
    expect(body['messages']).toMatchObject([{ content: 'three' }]);
    expect(app.database.counts().writeUnits).toBe(0);
  });

  test('cost no further round trip, and a write for the mark only now and then', async () => {
    const plain = await openEmbeddedApp();
    const costs = [];
    for (const each of [plain, app]) {
      await each.makeRoom('costs', 'ann', 'bo');
      const session = connectionOf(user('ann'), { room: 'costs' });
      const say = () => sendMessage({ kind: 'SendMessage', text: 'x', type: 'text' }, session, each.context);
      await say();
      each.database.restart();
      await say();
      costs.push(each.database.counts().trips.map((trip) => [...trip].sort()));
    }
    expect(costs[1]).toEqual(costs[0]);
    await plain.database.close();
  });
});

describe('a repeat of a send that ended after it claimed its number', () => {
  const MINUTE = 60 * 1000;
  const repeat = () => send('repeated', { clientId: 'c' });
  const kinds = () =>
    Promise.all([1, 2, 3, 4, 5].map(async (seq) => (await item(logKey(room, seq)))?.['kind']));
  const sync = async (since: number) => {
    const found = await getRoom(app.database.db, room);
    return found && catchUp(found, since, user('bo'), app.context);
  };

  beforeEach(async () => {
    const { seq } = await takeSeq(app.database.db, room, app.context.now());
    await takeClaim(app.database.db, { room, user: 'ann', clientId: 'c' }, seq, app.context.now());
  });

  test('uses the number within five minutes', async () => {
    app.wait(4 * MINUTE);
    await repeat();
    expect(await kinds()).toEqual(['message', undefined, undefined, undefined, undefined]);
  });

  test('takes a new number later, so that a client which synced past the first one gets it', async () => {
    app.wait(11 * MINUTE);
    await send('other');
    app.wait(11 * MINUTE);
    expect(await sync(0)).toMatchObject({ changes: [{ message: { text: 'other' } }], seq: 2 });
    await repeat();
    expect(await sync(2)).toMatchObject({ changes: [{ message: { text: 'repeated' } }], seq: 3 });
    expect(await kinds()).toEqual(['void', 'message', 'message', undefined, undefined]);
    app.wait(11 * MINUTE);
    expect(await repeat()).toMatchObject([{ kind: 'MessageSent', seq: 3 }]);
  });

  test('is stored once by two repeats at the same time', async () => {
    app.wait(6 * MINUTE);
    const answers = (await Promise.all([repeat(), repeat()])).flat();
    const stored = (await kinds()).filter((kind) => kind === 'message');
    expect(stored).toHaveLength(1);
    expect(answers).toMatchObject([{ kind: 'MessageSent', message: { text: 'repeated' } }]);
  });
});

describe('the file of a message that expires', () => {
  test('cannot be read from then on, and loses its bytes with the next pass', async () => {
    await send('', { file: picture });
    const id = await fileOf(1);
    expect(stored.size).toBe(1);
    app.wait(29 * DAY);
    expect(await expireFiles(app.context)).toBe(0);
    app.wait(DAY + 1000);
    expect(await getUpload(app.database.db, room, id, app.context.now())).toBeUndefined();
    expect(await expireFiles(app.context)).toBe(1);
    expect(stored.size).toBe(0);
    expect(await expireFiles(app.context)).toBe(0);
  });

  test('loses its bytes also if DynamoDB has deleted its item before', async () => {
    await send('', { file: picture });
    const id = await fileOf(1);
    app.wait(31 * DAY);
    await app.database.db.chat.remove({ room, item: `file#${id}` });
    await new FileExpiry().run(app.context);
    expect(stored.size).toBe(0);
  });

  test('stays while a later message holds it', async () => {
    await send('', { file: picture });
    const id = await fileOf(1);
    app.wait(20 * DAY);
    await send('again', { file: { kind: 'uploaded', id } });
    app.wait(11 * DAY);
    await expireFiles(app.context);
    expect(stored.size).toBe(1);
    app.wait(20 * DAY);
    await expireFiles(app.context);
    expect(stored.size).toBe(0);
  });
});
