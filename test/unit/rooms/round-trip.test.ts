import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catchUp } from '../../../functions/log/catch-up.ts';
import { newestMessages } from '../../../functions/log/history.ts';
import { settleLog } from '../../../functions/log/settle.ts';
import { cancelImport, ImportRefused, importLines } from '../../../functions/rooms/import-room.ts';
import { listImported } from '../../../functions/store/cancelled-imports.ts';
import { listDueFiles } from '../../../functions/store/expiring-files.ts';
import type { FileStore } from '../../../functions/store/files.ts';
import { fileKey, logKey, roomKey } from '../../../functions/store/keys.ts';
import { listPlacements } from '../../../functions/store/placements.ts';
import { finishImport } from '../../../functions/store/room-copies.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import { type GeneratedRoom, generateRoom } from '../../support/generated-room.ts';
import type { Json } from '../../support/http.ts';
import { type MemoryFiles, memoryFiles } from '../../support/memory-files.ts';
import { NOON } from '../../support/sample.ts';
import { createRandom, type Random } from '../../torture/random.ts';

interface Chat {
  readonly app: EmbeddedApp;
  readonly files: MemoryFiles;
}

async function openChat(): Promise<Chat> {
  const files = memoryFiles();
  return { app: await openEmbeddedApp({ files: (): FileStore => files, now: () => NOON }), files };
}

const pathOf = (room: string, rest: string) => `/rooms/${encodeURIComponent(room)}/${rest}/`;

/** Returns the lines of an export from a cursor on, by default all. @param path of the first page */
async function exported({ app }: Chat, path: string, from: unknown = null): Promise<Json[]> {
  const lines: Json[] = [];
  let cursor = from;
  do {
    const { status, body } = await app.askAdmin(`GET ${path}${cursor ? `?cursor=${cursor}` : ''}`);
    expect(status).toBe(200);
    lines.push(...(body['lines'] as Json[]));
    cursor = body['next_cursor'];
  } while (cursor);
  return lines;
}

const isRoomLine = ({ line }: Json) => line !== 'user';

/** Imports the lines of one room in batches of any size, and repeats some of them. */
async function imported({ app, files }: Chat, room: string, lines: readonly Json[], random: Random) {
  const users = lines.filter(({ line }) => line === 'user');
  if (users.length > 0) await app.askAdmin('POST /import/users/', { lines: users });
  const own = lines.filter(isRoomLine);
  for (let start = 0; start < own.length; ) {
    const batch = own.slice(start, start + random.between(1, 20));
    const send = () => app.askAdmin(`POST ${pathOf(room, 'import')}`, { source: 'backup-1', lines: batch });
    const { status, body } = await send();
    expect(status).toBe(200);
    const uploads = body['uploads'] as Json[];
    for (const { upload } of uploads) files.upload(String((upload as Json)['url']));
    // A program that was killed sends lines again.
    if (uploads.length > 0 || random.chance(0.3)) expect((await send()).body).toMatchObject({ uploads: [] });
    start += random.chance(0.2) ? 0 : batch.length;
  }
}

/** Returns what members see of a room. */
async function seen({ app }: Chat, { id, users }: GeneratedRoom) {
  const { context } = app;
  const room = await getRoom(context.db, id);
  if (!room) throw new Error('The room is missing');
  const history = [];
  for (let before: number | undefined; ; ) {
    const page = await newestMessages(context.db, id, { before, limit: 7 });
    history.push(...page.messages);
    before = page.messages.at(-1)?.id;
    if (!page.hasMore) break;
  }
  const synced = [];
  for (let since = 0; since < room.seq; since += 9) {
    synced.push(await catchUp(room, since, { id: users[0]?.id ?? '' }, context));
  }
  const lists = await Promise.all(
    users.map(async (user) => [
      await app.listed(user.id, id),
      (await app.ask(user.id, `GET /chats/${encodeURIComponent(id)}/`)).body,
      (await app.ask(user.id, `GET /chats/${encodeURIComponent(id)}/pins/`)).body,
    ]),
  );
  return { room, history, synced, lists };
}

const seeds = process.env['SEED'] ? [Number(process.env['SEED'])] : [1, 2, 3, 4, 5, 8];

test.each(seeds)('a generated room is the same after an export and an import, seed %i', async (seed) => {
  const random = createRandom(seed);
  const [source, target] = await Promise.all([openChat(), openChat()]);
  const room = await generateRoom(random.pick(['lunch', 'a/b #%?', '7']) ?? '', random, source.app.context);
  const lines = await exported(source, pathOf(room.id, 'export'));
  await imported(target, room.id, lines, random.fork('import'));
  expect(await exported(target, pathOf(room.id, 'export'))).toEqual(lines);
  expect(await seen(target, room)).toEqual(await seen(source, room));
  expect([...target.files.objects].sort()).toEqual([...source.files.objects].sort());
  expect(lines.every((line) => !('reactions' in line))).toBe(true);
  // The room continues with the next number, and changes of old messages still work.
  await generateMore(source, target, room);
  expect(await exported(target, pathOf(room.id, 'export'))).toEqual(
    await exported(source, pathOf(room.id, 'export')),
  );
  await Promise.all([source, target].map(({ app }) => app.database.close()));
});

test('exports and imports a room of several pages', async () => {
  const [source, target] = await Promise.all([openChat(), openChat()]);
  const users = Array.from({ length: 120 }, (_, index) => `user-${index}`);
  await source.app.makeRoom('large', ...users);
  await source.app.fillLog(
    'large',
    'user-1',
    Array.from({ length: 450 }, (_, index) => `text ${index}`),
  );
  const lines = await exported(source, '/rooms/large/export/');
  expect(lines.filter(({ line }) => line === 'log')).toHaveLength(450);
  expect(lines.filter(({ line }) => line === 'member')).toHaveLength(120);
  await imported(target, 'large', lines, createRandom(1));
  expect(await exported(target, '/rooms/large/export/')).toEqual(lines);
  await Promise.all([source, target].map(({ app }) => app.database.close()));
});

describe('an export during which the retention of the room changes', () => {
  const DAY = 24 * 60 * 60 * 1000;
  let now: number;
  let source: Chat;
  let target: Chat;
  beforeEach(async () => {
    now = NOON;
    const open = async (): Promise<Chat> => {
      const files = memoryFiles();
      return { app: await openEmbeddedApp({ files: (): FileStore => files, now: () => now }), files };
    };
    [source, target] = await Promise.all([open(), open()]);
    await source.app.makeRoom('lunch', 'ann', 'ben');
  });
  afterEach(() => Promise.all([source, target].map(({ app }) => app.database.close())));

  const texts = (count: number) => Array.from({ length: count }, (_, index) => `text ${index}`);
  const hold = () => source.app.askAdmin('PUT /rooms/lunch/hold/');
  const endHold = () => source.app.askAdmin('DELETE /rooms/lunch/hold/');
  const setDays = (days: number | null) =>
    source.app.askAdmin('PUT /rooms/lunch/retention/', { retention_days: days });

  /** Exports the room, and makes a change after the first page. */
  async function exportedWith(change: () => Promise<unknown>): Promise<Json[]> {
    const first = await source.app.askAdmin('GET /rooms/lunch/export/');
    await change();
    const cursor = first.body['next_cursor'];
    expect(cursor).not.toBeNull();
    const rest = await exported(source, '/rooms/lunch/export/', cursor);
    return [...(first.body['lines'] as Json[]), ...rest];
  }

  const retentionOf = async ({ app }: Chat) => (await app.askAdmin('GET /rooms/lunch/retention/')).body;
  const entries = (chat: Chat, count: number) =>
    Promise.all(texts(count).map((_, index) => chat.app.database.db.chat.get(logKey('lunch', index + 1))));

  test('imports a room without the hold that ended meanwhile', async () => {
    await setDays(10);
    await source.app.fillLog('lunch', 'ann', texts(300));
    await hold();
    const lines = await exportedWith(endHold);
    await imported(target, 'lunch', lines, createRandom(1));
    expect(await retentionOf(target)).toMatchObject({ held: false, retention_days: 10, done: true });
    for (const entry of await entries(target, 300)) {
      expect(entry).toMatchObject({ expiresAt: expect.any(Number) });
      expect(entry).not.toHaveProperty('heldUntil');
    }
  });

  test('keeps every message of a room whose hold began meanwhile', async () => {
    await setDays(10);
    await source.app.fillLog('lunch', 'ann', texts(300));
    await imported(target, 'lunch', await exportedWith(hold), createRandom(1));
    expect(await retentionOf(target)).toMatchObject({ held: true, done: true });
    for (const entry of await entries(target, 300)) {
      expect(entry).toMatchObject({ heldUntil: expect.any(Number) });
      expect(entry).not.toHaveProperty('expiresAt');
    }
  });

  test('gives messages the expiry of the latest setting', async () => {
    await source.app.fillLog('lunch', 'ann', texts(300));
    await imported(target, 'lunch', await exportedWith(() => setDays(30)), createRandom(1));
    const expiresAt = Math.ceil((NOON + 30 * DAY) / 1000);
    for (const entry of await entries(target, 300)) expect(entry).toMatchObject({ expiresAt });
  });

  test('has no line of a file that a shorter retention hides, and no message of the later pages', async () => {
    await source.app.fillLog('lunch', 'ann', texts(300));
    now += 5 * DAY;
    await source.app.fillLog('lunch', 'ann', ['recent']);
    const lines = await exportedWith(() => setDays(3));
    const log = lines.filter(({ line }) => line === 'log').map(({ seq }) => seq);
    expect(log).toEqual([...texts(200).map((_, index) => index + 1), 301]);
    await imported(target, 'lunch', lines, createRandom(1));
    const { body } = await target.app.ask('ben', 'GET /chats/lunch/messages/');
    expect(body['messages']).toMatchObject([{ content: 'recent' }]);
  });

  test('ends with a line that says so if the room is deleted', async () => {
    await source.app.fillLog('lunch', 'ann', texts(300));
    const lines = await exportedWith(() => source.app.askAdmin('DELETE /rooms/lunch/'));
    expect(lines.at(-1)).toMatchObject({ line: 'room_end', gone: true });
  });
});

test('an import applies a setting that changed during the export, even if that takes several requests', async () => {
  const chat = await openChat();
  const { app } = chat;
  const log = Array.from({ length: 380 }, (_, index) => ({
    ...{ line: 'log', kind: 'message', seq: index + 1, author: { id: 'ann' }, text: 'Hi' },
    created_at: '2025-02-16T00:00:00.000Z',
  }));
  const room = { line: 'room', room_id: 'lunch', retention_days: 30 };
  const end = { line: 'room_end', retention_days: 60 };
  // Each read of the clock moves it by a second.
  let time = NOON;
  const slow = await openEmbeddedApp({
    db: app.database.db,
    files: (): FileStore => chat.files,
    now: () => (time += 1_000),
  });
  const send = (lines: readonly object[]) =>
    slow.askAdmin('POST /rooms/lunch/import/', { source: 'old-chat', lines });
  let requests = 1;
  await send([room, ...log.slice(0, 190)]);
  for (let { body } = await send([...log.slice(190), end]); !body['done']; { body } = await send([end])) {
    expect((await app.askAdmin('GET /rooms/lunch/')).status).toBe(200);
    requests++;
  }
  expect(requests).toBeGreaterThan(1);
  expect(await app.database.db.chat.get(logKey('lunch', 380))).toMatchObject({
    expiresAt: Date.parse('2025-04-17T00:00:00.000Z') / 1000,
  });
  await Promise.all([slow, app].map(({ database }) => database.close()));
});

test('a file that no message of an import names expires as if it was sent during the import', async () => {
  const chat = await openChat();
  const id = '0b9d7c1e-5a53-4a52-9c3f-6b2a54f0d7a1';
  const lines = [
    { line: 'room', room_id: 'lunch', retention_days: 30 },
    { line: 'file', id, name: 'a.txt', content_type: 'text/plain', size: 5, owner: 'ann' },
    { line: 'room_end' },
  ];
  await imported(chat, 'lunch', lines, createRandom(1));
  expect(await chat.app.database.db.chat.get(fileKey('lunch', id))).toMatchObject({
    expiresAt: Math.ceil(NOON / 1000) + 30 * 24 * 60 * 60,
  });
  await chat.app.database.close();
});

test('exports all rooms one after another, and the users whom the admin API knows', async () => {
  const source = await openChat();
  const { app } = source;
  await app.askAdmin('PUT /users/zoe/', { name: 'Zoe', attributes: { plan: 'gold' } });
  const rooms = Array.from({ length: 9 }, (_, index) => `room-${index}`);
  for (const room of rooms) await app.makeRoom(room, 'ann');
  await app.fillLog(
    'room-3',
    'ann',
    Array.from({ length: 250 }, (_, index) => `text ${index}`),
  );
  const lines = await exported(source, '/export/');
  expect(lines[0]).toMatchObject({ line: 'user', user_id: 'zoe', name: 'Zoe' });
  const of = (kind: string) => lines.filter(({ line }) => line === kind);
  expect(
    of('room')
      .map(({ room_id }) => room_id)
      .sort(),
  ).toEqual(rooms);
  expect(of('room_end')).toHaveLength(9);
  const first = lines.findIndex(({ room_id }) => room_id === 'room-3');
  expect(lines.slice(first + 1, first + 251).map(({ text }) => text)).toEqual(
    Array.from({ length: 250 }, (_, index) => `text ${index}`),
  );
  await app.database.close();
});

describe('an import', () => {
  let chat: Chat;
  beforeEach(async () => {
    chat = await openChat();
  });
  afterEach(() => chat.app.database.close());

  const message = (seq: number, more: object = {}) => {
    const fixed = {
      line: 'log',
      kind: 'message',
      text: `text ${seq}`,
      created_at: '2020-01-02T03:04:05.000Z',
    };
    return { ...fixed, seq, author: { id: 'ann' }, ...more };
  };
  const send = (lines: readonly object[], source = 'old-chat', room = 'lunch') =>
    chat.app.askAdmin(`POST ${pathOf(room, 'import')}`, { source, lines });

  test('keeps the retention of a room, and exports no message that has expired', async () => {
    const old = message(1, { created_at: '2025-01-01T00:00:00.000Z' });
    const lines = [old, message(3, { created_at: '2025-02-16T00:00:00.000Z' })];
    const room = { line: 'room', room_id: 'lunch', retention_days: 30 };
    expect((await send([room, ...lines, { line: 'room_end' }])).body).toMatchObject({ done: true });
    const { db } = chat.app.database;
    expect((await db.chat.get(logKey('lunch', 1)))?.['expiresAt']).toBeLessThan(NOON / 1000);
    expect((await db.chat.get(logKey('lunch', 3)))?.['expiresAt']).toBeGreaterThan(NOON / 1000);
    const after = await exported(chat, '/rooms/lunch/export/');
    expect(after.filter(({ line }) => line === 'log')).toMatchObject([{ seq: 3 }]);
    expect(after[0]).toMatchObject({ line: 'room', retention_days: 30 });
  });

  test.each([
    ['a number of the log', [{ ...message(9_007_199_254_740_991) }, { line: 'room_end' }]],
    ['the last number of the log', [{ line: 'room_end', seq: 9_007_199_254_740_991 }]],
    ['the time of the last change', [{ line: 'room_end', last_at: 9_000_000_000_000_000 }]],
    ['the time of the creation', [{ line: 'room_end', created_at: 99_999_999_999_999 }]],
    ['a time of a message', [message(1, { created_at: '9999-01-01T00:00:00.000Z' })]],
    ['a slow mode', [{ line: 'room_end', slow_mode: -5 }]],
    ['who may send messages', [{ line: 'room_end', posting: 'nobody' }]],
    ['a description', [{ line: 'room', room_id: 'lunch', description: 7 }, { line: 'room_end' }]],
    ['a picture', [{ line: 'room_end', avatar_url: 'javascript:alert(1)' }]],
    ['whether the room is archived', [{ line: 'room_end', archived: 'yes' }]],
    ['a retention', [{ line: 'room', room_id: 'lunch', retention_days: -1 }]],
    ['a hold', [{ line: 'room_end', held: 'no' }]],
  ])('refuses %s that no room can have, and stores nothing', async (_what, lines) => {
    expect(await send(lines)).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    expect(await chat.app.database.db.chat.get(roomKey('lunch'))).toBeUndefined();
  });

  test('names the line that it refuses', async () => {
    const { body } = await send([message(1), { line: 'room_end', slow_mode: -5 }]);
    expect(body['message']).toContain('the field "lines.1.slow_mode" must be a whole number from 0 to 86400');
  });

  test('lets the file of an imported message expire with the message', async () => {
    const id = '0b9d7c1e-5a53-4a52-9c3f-6b2a54f0d7a1';
    const file = { id, name: 'a.txt', content_type: 'text/plain', size: 5 };
    const room = { line: 'room', room_id: 'lunch', retention_days: 30 };
    const lines = [message(1, { created_at: '2025-02-16T00:00:00.000Z', file })];
    const last = [{ line: 'file', ...file, owner: 'ann' }, { line: 'room_end' }];
    const { body } = await send([room, ...lines, ...last]);
    expect(body).toMatchObject({ done: false, uploads: [{ file_id: id }] });
    chat.files.upload(`lunch/${id}`);
    expect((await send(last)).body).toMatchObject({ done: true, uploads: [] });
    const { db } = chat.app.database;
    const expiresAt = (await db.chat.get(logKey('lunch', 1)))?.['expiresAt'];
    expect(expiresAt).toBe(Date.parse('2025-03-18T00:00:00.000Z') / 1000);
    const sentAt = Date.parse('2025-02-16T00:00:00.000Z');
    expect(await db.chat.get(fileKey('lunch', id))).toMatchObject({ expiresAt, sentAt, state: 'ready' });
    expect(await listDueFiles(db, expiresAt * 1000 - 1_000, 10)).toMatchObject([]);
    expect(await listDueFiles(db, expiresAt * 1000, 10)).toMatchObject([{ room: 'lunch', id }]);
  });

  test('takes lines that a person wrote, with only the required fields', async () => {
    const lines = [
      message(5),
      message(7, { reply_to: 5 }),
      {
        line: 'log',
        kind: 'edit',
        seq: 9,
        message: 5,
        by: 'ann',
        at: '2020-01-03T00:00:00.000Z',
        text: 'new',
      },
      { line: 'member', user_id: 'ann', role: 'owner' },
      { line: 'member', user_id: 'ben' },
    ];
    expect(await send(lines)).toMatchObject({ status: 200, body: { done: false, seq: 9 } });
    expect((await chat.app.askAdmin('GET /rooms/lunch/')).status).toBe(404);
    expect((await send([{ line: 'room_end', name: 'Lunch' }])).body).toMatchObject({ done: true, seq: 9 });
    const { body } = await chat.app.askAdmin('GET /rooms/lunch/messages/');
    expect(body['messages']).toMatchObject([
      {
        id: 7,
        text: 'text 7',
        reply_to: 5,
        created_at: '2020-01-02T03:04:05.000Z',
        sender: { username: 'ann' },
      },
      { id: 5, text: 'new', edited: true },
    ]);
    expect(await chat.app.listed('ben', 'lunch')).toMatchObject({
      name: 'Lunch',
      unread: 0,
      last_at: '2020-01-03T00:00:00.000Z',
    });
    // The numbers that no line has are void at once, so that no reader waits for a write.
    const room = await getRoom(chat.app.context.db, 'lunch');
    const { entries } = await settleLog(chat.app.database.db, 'lunch', { since: 0, upTo: 9, limit: 20 });
    expect(entries).toMatchObject([
      { kind: 'void', seq: 4, from: 1 },
      { kind: 'message' },
      { kind: 'void', seq: 6 },
      { kind: 'message' },
      { kind: 'void', seq: 8 },
      { kind: 'edit' },
    ]);
    expect(room?.seq).toBe(9);
  });

  test('counts no imported message as unread for a member whose line comes in a later request', async () => {
    await send([message(1), message(2)]);
    await send([{ line: 'member', user_id: 'ben' }, { line: 'room_end' }]);
    expect(await chat.app.listed('ben', 'lunch')).toMatchObject({ unread: 0 });
  });

  test('adds nothing to a removed member, so that the export is the same', async () => {
    const removed = { line: 'member', user_id: 'ben', declined: true, removed_seq: 2 };
    await send([message(1), { line: 'member', user_id: 'ann' }, removed, { line: 'room_end' }]);
    const lines = await exported(chat, '/rooms/lunch/export/');
    expect(lines.find(({ user_id, line }) => line === 'member' && user_id === 'ben')).toEqual(removed);
    expect(await chat.app.listed('ben', 'lunch')).toBeUndefined();
  });

  test('refuses a room that exists, and one that is imported from another source', async () => {
    await chat.app.makeRoom('lunch', 'ann');
    expect(await send([message(1)])).toMatchObject({ status: 409, body: { error: 'ROOM_EXISTS' } });
    await send([message(1)], 'old-chat', 'dinner');
    const again = await send([message(2)], 'other', 'dinner');
    expect(again).toMatchObject({ status: 409, body: { error: 'ROOM_EXISTS' } });
    expect((await chat.app.askAdmin('PUT /rooms/dinner/', {})).status).toBe(404);
    await send([{ line: 'room_end' }], 'old-chat', 'dinner');
    expect((await send([], 'other', 'dinner')).status).toBe(409);
    expect((await send([message(9)], 'old-chat', 'dinner')).body).toMatchObject({ done: true, seq: 1 });
    expect((await chat.app.askAdmin('GET /rooms/dinner/messages/')).body['messages']).toHaveLength(1);
  });

  test('refuses the id of a room that was imported and then deleted', async () => {
    await send([message(1), { line: 'room_end' }]);
    const { db } = chat.app.database;
    await db.chat.update(roomKey('lunch'), { update: 'SET deletedAt = :now', values: { ':now': NOON } });
    expect(await send([message(1)])).toMatchObject({ status: 410, body: { error: 'ROOM_DELETED' } });
  });

  test('stores no attribute of a line that decides whether there is a room', async () => {
    const own = {
      importing: 'x',
      deleted_at: 1,
      cancelled_at: 1,
      shards: 64,
      seq: 1,
      kind: 'direct',
      imported_to: 9,
    };
    await send([
      { ...own, line: 'room', room_id: 'lunch' },
      { ...own, line: 'room_end', name: 'Lunch' },
    ]);
    expect(await getRoom(chat.app.database.db, 'lunch')).toMatchObject({ seq: 1, shards: 1, kind: 'group' });
    expect((await chat.app.askAdmin('GET /rooms/lunch/')).body).toMatchObject({ name: 'Lunch' });
  });

  test('that is given up is cancelled by deleting its room, which removes all items and frees the id', async () => {
    const before = await chat.app.database.countItems();
    const id = '0b9d7c1e-5a53-4a52-9c3f-6b2a54f0d7a1';
    const file = { id, name: 'menu.txt', content_type: 'text/plain', size: 4, owner: 'ann' };
    const lines = [
      { line: 'room', room_id: 'lunch', name: 'Lunch' },
      ...Array.from({ length: 150 }, (_, index) => message(index + 1)),
      { line: 'file', ...file },
      { line: 'member', user_id: 'ann', placement: { pinned: true } },
      { line: 'mute', actor: 'ben', muted_until: 1 },
    ];
    const { body } = await send(lines);
    for (const { upload } of body['uploads'] as Json[]) chat.files.upload(String((upload as Json)['url']));
    await send(lines);
    const { context } = chat.app;
    const stored = (await chat.app.database.countItems()) - before;
    expect(stored).toBeGreaterThan(153);
    expect(chat.files.objects.size).toBe(1);

    // A request that is under way may still store lines, so the id is free a minute later.
    const drop = () => chat.app.askAdmin('DELETE /rooms/lunch/');
    expect(await drop()).toMatchObject({ status: 202, body: { done: false } });
    expect(chat.files.objects.size).toBe(0);
    for (const late of [[message(151)], [{ line: 'room_end' }]]) {
      expect(await send(late)).toMatchObject({ status: 409, body: { error: 'ROOM_EXISTS' } });
    }
    const finished = { source: 'old-chat', seq: 1, attributes: {}, room: {} };
    expect(await finishImport(context.db, 'lunch', finished)).toBe(false);
    expect((await chat.app.askAdmin('GET /rooms/lunch/')).status).toBe(404);
    const state = {
      source: 'old-chat',
      done: false,
      walking: false,
      seq: 150,
      lastAt: 0,
      attributes: {},
      room: {},
    };
    const rest = {
      entries: [],
      files: [],
      members: [],
      mutes: [],
      end: { seq: 151, complete: false, attributes: {} },
    };
    await expect(importLines('lunch', state, rest, context)).rejects.toBeInstanceOf(ImportRefused);

    const later = { ...context, now: () => NOON + 60_000 };
    expect(await cancelImport('lunch', later)).toBe(true);
    expect(await cancelImport('lunch', later)).toBeUndefined();
    expect(await listImported(context.db, 'lunch')).toEqual([]);
    expect((await listPlacements(context.db, 'ann')).size).toBe(0);
    expect((await drop()).status).toBe(404);
    expect((await send([message(1), { line: 'room_end' }], 'new-chat')).body).toMatchObject({ done: true });
    // After the import is complete, the room can be deleted like any other room.
    expect((await drop()).status).toBe(200);
    expect(await send([message(1)], 'new-chat')).toMatchObject({
      status: 410,
      body: { error: 'ROOM_DELETED' },
    });
  });

  test('is in the audit trail, with its beginning and its end', async () => {
    await send([message(1)]);
    await send([message(2)]);
    await send([message(3), { line: 'room_end' }]);
    await chat.app.askAdmin('GET /rooms/lunch/export/');
    await exported(chat, '/export/');
    await chat.app.askAdmin('POST /import/users/', { lines: [{ line: 'user', user_id: 'ann' }] });
    const { body } = await chat.app.askAdmin('GET /audit/');
    const entries = (body['entries'] as Json[]).map(({ action, room_id, user_ids }) => [
      action,
      room_id ?? user_ids,
    ]);
    expect(entries.sort()).toEqual([
      ['chat.export', undefined],
      ['room.export', 'lunch'],
      ['room.import', 'lunch'],
      ['room.import', 'lunch'],
      ['user.import', ['ann']],
    ]);
  });

  const edit = { line: 'log', kind: 'edit', seq: 2, message: 1, by: 'ann', at: '2020-01-03T00:00:00.000Z' };

  test.each([
    ['a log whose numbers do not go up', [message(2), message(1)]],
    ['a log with a number twice', [message(1), message(1)]],
    ['a line "room" about another room', [{ line: 'room', room_id: 'dinner' }]],
    [
      'a member who is not in the id of a direct room',
      [{ line: 'member', user_id: 'cat' }],
      'direct:ann:ben',
    ],
    ['a message without a text', [{ ...message(1), text: undefined }]],
    ['a void entry', [{ line: 'log', kind: 'void', seq: 1 }]],
    ['an entry of an unknown kind', [{ line: 'log', kind: 'mesage', seq: 1 }]],
    ['an edit of a message with its own number', [message(1), { ...edit, seq: 2, message: 2 }]],
    ['an edit of a later message', [{ ...edit, seq: 1, message: 2 }, message(2)]],
    ['a message of a time in the future', [message(1, { created_at: '2999-01-01T00:00:00.000Z' })]],
    ['an edit at a time in the future', [message(1), { ...edit, at: '2999-01-01T00:00:00.000Z' }]],
    ['a reply to itself', [message(1, { reply_to: 1 })]],
    ['a reply to a later message', [message(1, { reply_to: 2 }), message(2)]],
    ['values nested too deeply', [message(1, { data: JSON.parse('['.repeat(40) + ']'.repeat(40)) })]],
  ])('refuses %s', async (_what, lines, room = 'lunch') => {
    expect(await send(lines, 'old-chat', room)).toMatchObject({
      status: 400,
      body: { error: 'BAD_REQUEST' },
    });
  });

  test('keeps the profile of a user whom the chat knows', async () => {
    await chat.app.askAdmin('PUT /users/ann/', { name: 'Ann' });
    const lines = [
      { line: 'user', user_id: 'ann', name: 'Old Ann' },
      { line: 'user', user_id: 'ben', name: 'Ben', avatar_url: 'https://example.com/ben.png' },
    ];
    expect((await chat.app.askAdmin('POST /import/users/', { lines })).body).toEqual({ stored: 1 });
    expect((await chat.app.askAdmin('GET /users/ann/')).body).toMatchObject({ name: 'Ann' });
    expect((await chat.app.askAdmin('GET /users/ben/')).body).toMatchObject({
      name: 'Ben',
      avatar_url: 'https://example.com/ben.png',
    });
  });
});

/** Deletes, edits and sends in both rooms. */
async function generateMore(source: Chat, target: Chat, { id }: GeneratedRoom): Promise<void> {
  for (const { app } of [source, target]) {
    const { body } = await app.askAdmin(`GET ${pathOf(id, 'messages')}?limit=2`);
    const [first, second] = body['messages'] as Json[];
    if (first) await app.askAdmin(`DELETE ${pathOf(id, `messages/${first['id']}`)}`);
    if (second) await app.askAdmin(`PATCH ${pathOf(id, `messages/${second['id']}`)}`, { text: 'edited' });
    const sent = { text: 'new', bot: { id: 'b' } };
    expect((await app.askAdmin(`POST ${pathOf(id, 'messages')}`, sent)).status).toBe(201);
  }
}
