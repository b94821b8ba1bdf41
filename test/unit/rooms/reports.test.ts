import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteMessage } from '../../../functions/commands/delete-message.ts';
import { editMessage } from '../../../functions/commands/edit-message.ts';
import { MAX_REPORTERS } from '../../../functions/domain/report.ts';
import { reportCaseKey, reportKey } from '../../../functions/store/keys.ts';
import { getMessage } from '../../../functions/store/log.ts';
import { setRole } from '../../../functions/store/members.ts';
import { addReport, eraseFromReports, listReports, resolveCase } from '../../../functions/store/reports.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { messageOf } from '../../support/sample.ts';

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp();
  await app.makeRoom('r', 'owen', 'ann', 'bob');
  await setRole(app.database.db, 'r', 'ann', 'moderator');
  await app.fillLog('r', 'bob', ['rude', 'polite']);
});
afterEach(() => app.database.close());

const report = (user: string, message = 1, more: Json = {}, room = 'r') =>
  app.ask(user, `POST /chats/${room}/reports/`, { message_id: message, reason: 'abuse', ...more });

const resolve = (user: string, message = 1, body: Json = {}) =>
  app.ask(user, `POST /chats/r/reports/${message}/resolve/`, body);

const listFor = async (user: string, query = '') => {
  const { status, body } = await app.ask(user, `GET /chats/r/reports/${query}`);
  return status === 200 ? (body['reports'] as Json[]) : status;
};

const idsOf = (reports: readonly Json[] | number) =>
  typeof reports === 'number' ? reports : reports.map(({ message_id }) => message_id);

const edit = (message: number, text: string) =>
  editMessage(
    { kind: 'EditMessage', message, text },
    { user: { id: 'bob', username: 'bob', email: '', userType: '' }, room: 'r', service: true },
    app.context,
  );

describe('a report', () => {
  test('is stored once for each member and message', async () => {
    const first = await report('owen', 1, { note: ' He insults me. ' });
    expect(first).toMatchObject({
      status: 201,
      body: { message_id: 1, reason: 'abuse', note: 'He insults me.' },
    });
    app.wait(1_000);
    expect(await report('owen', 1, { reason: 'spam' })).toEqual({ ...first, status: 200 });
    expect((await report('bob', 1)).status).toBe(201);
    const [found] = (await listFor('ann')) as Json[];
    expect(found).toMatchObject({
      ...{ room_id: 'r', message_id: 1, status: 'open', report_count: 2, resolved_at: null },
      ...{ sender: { id: 'bob' }, text: 'rude', reported_texts: ['rude'] },
      reports: [
        { user_id: 'owen', reason: 'abuse', note: 'He insults me.' },
        { user_id: 'bob', note: null },
      ],
    });
  });

  test.each([
    ['of a message that does not exist', 99, {}, 404, 'MESSAGE_NOT_FOUND'],
    ['with an unknown reason', 1, { reason: 'boring' }, 400, 'BAD_REQUEST'],
    ['with a note that is too long', 1, { note: 'x'.repeat(1_001) }, 400, 'BAD_REQUEST'],
  ])('%s is refused', async (_what, message, more, status, error) => {
    expect(await report('ann', message, more)).toMatchObject({ status, body: { error } });
    expect(await listFor('owen')).toEqual([]);
  });

  test('of a stranger is refused, and so is one too many', async () => {
    expect(await report('eve')).toMatchObject({ status: 403, body: { error: 'NOT_A_MEMBER' } });
    await app.fillLog('r', 'bob', Array(20).fill('spam'));
    for (let message = 1; message <= 20; message++) expect((await report('ann', message)).status).toBe(201);
    expect(await report('ann', 21)).toMatchObject({ status: 429, body: { error: 'RATE_LIMITED' } });
    // A repeat is not counted.
    expect((await report('ann', 20)).status).toBe(200);
    app.wait(600_001);
    expect((await report('ann', 21)).status).toBe(201);
  });

  test('keeps what the message said, even after edits and a delete', async () => {
    await report('ann');
    await edit(1, 'friendly');
    expect(((await listFor('ann')) as Json[])[0]).toMatchObject({
      text: 'friendly',
      reported_texts: ['rude'],
    });
    await report('owen');
    await edit(1, 'something else');
    const service = {
      user: { id: 's', username: 's', email: '', userType: '' },
      room: 'r',
      service: true,
    } as const;
    await deleteMessage({ kind: 'DeleteMessage', message: 1 }, service, app.context);
    expect(((await listFor('ann')) as Json[])[0]).toMatchObject({
      text: null,
      reported_texts: ['rude', 'friendly'],
    });
    expect(await report('bob')).toMatchObject({ status: 404 });
    expect((await report('ann')).status).toBe(200);
  });

  test('counts no more users than its item can hold', async () => {
    const { db } = app.database;
    const message = messageOf({ room: 'r' });
    for (let count = 0; count < MAX_REPORTERS + 2; count++) {
      await addReport(db, message, { by: `u${count}`, reason: 'spam', at: count });
    }
    const { reported } = await listReports(db, { status: 'open', room: 'r', limit: 5 }, app.context.now());
    expect(reported[0]?.reporters).toHaveLength(MAX_REPORTERS);
    expect(reported[0]?.reports).toHaveLength(20);
  });

  test('by several users at the same moment is complete', async () => {
    const { db } = app.database;
    const message = messageOf({ room: 'r' });
    const users = ['a', 'b', 'c', 'd'];
    await Promise.all(users.map((by) => addReport(db, message, { by, reason: 'spam', at: 5 })));
    const { reported } = await listReports(db, { status: 'open', room: 'r', limit: 5 }, app.context.now());
    expect(reported.map(({ reporters }) => reporters.toSorted())).toEqual([users]);
  });

  test('whose function stopped halfway is completed by a repeat', async () => {
    const { db } = app.database;
    const key = reportKey('r', 'ann', 1);
    await db.chat.put({ ...key, by: 'ann', reason: 'spam', message: 1, at: app.context.now() });
    expect(await listFor('owen')).toEqual([]);
    expect(await report('ann')).toMatchObject({ status: 200, body: { reason: 'spam' } });
    expect(idsOf(await listFor('owen'))).toEqual([1]);
  });
});

describe('the queue of a room', () => {
  test('is for its owners and moderators, who do not handle their own messages', async () => {
    await report('owen');
    expect(await listFor('bob')).toBe(403);
    expect(await listFor('eve')).toBe(403);
    expect(idsOf(await listFor('ann'))).toEqual([1]);
    await app.ask('owen', 'PATCH /chats/r/members/bob/', { role: 'moderator' });
    expect(await listFor('bob')).toEqual([]);
    expect(await resolve('bob')).toMatchObject({ status: 404, body: { error: 'REPORT_NOT_FOUND' } });
    expect(await resolve('eve')).toMatchObject({ status: 403 });
  });

  test('moves resolved reports, once, and opens them again for a new report', async () => {
    await report('owen');
    app.wait(1_000);
    await report('owen', 2);
    expect(idsOf(await listFor('ann'))).toEqual([2, 1]);
    const resolved = await resolve('ann', 1, { note: 'Warned bob.' });
    expect(resolved).toMatchObject({
      status: 200,
      body: { status: 'resolved', resolved_by: 'ann', resolution: 'Warned bob.' },
    });
    app.wait(1_000);
    expect(await resolve('owen', 1, { note: 'Other' })).toEqual(resolved);
    expect(idsOf(await listFor('ann'))).toEqual([2]);
    expect(idsOf(await listFor('ann', '?status=resolved'))).toEqual([1]);
    expect(await resolve('ann', 3)).toMatchObject({ status: 404, body: { error: 'REPORT_NOT_FOUND' } });
    await report('bob', 1);
    expect(await listFor('ann', '?status=resolved')).toEqual([]);
    const [reopened] = (await listFor('ann')) as Json[];
    expect(reopened).toMatchObject({ message_id: 1, report_count: 2, resolved_at: null, resolution: null });
  });

  test('is read in pages, the latest first', async () => {
    await app.fillLog('r', 'bob', ['3', '4', '5']);
    for (const message of [1, 2, 3, 4, 5]) {
      await report('owen', message);
      app.wait(1_000);
    }
    const pages: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await app.ask('ann', `GET /chats/r/reports/?limit=2${cursor}`);
      pages.push(idsOf(body['reports'] as Json[]));
      cursor = body['next_cursor'] === null ? '' : `&cursor=${String(body['next_cursor'])}`;
    } while (cursor !== '');
    expect(pages).toEqual([[5, 4], [3, 2], [1]]);
    expect((await app.ask('ann', 'GET /chats/r/reports/?cursor=WzFd')).status).toBe(400);
  });

  test('ignores the entry of a resolved report that a stopped function did not move', async () => {
    const { db } = app.database;
    await report('owen');
    await db.chat.update(reportCaseKey('r', 1), {
      update: 'SET #status = :resolved, resolvedAt = :at, resolvedBy = :by',
      values: { ':resolved': 'resolved', ':at': app.context.now(), ':by': 'ann' },
    });
    expect(await listFor('ann')).toEqual([]);
    expect(await listFor('ann', '?status=resolved')).toEqual([]);
    await resolveCase(db, { room: 'r', message: 1 }, { by: 'owen', at: app.context.now() + 5 });
    expect(idsOf(await listFor('ann', '?status=resolved'))).toEqual([1]);
  });
});

describe('the admin API', () => {
  test('lists the reports of all rooms, resolves them, and writes to the audit trail', async () => {
    for (const room of ['a', 'b', 'c', 'd', 'e', '7']) {
      await app.makeRoom(room, 'owen', 'bob');
      await app.fillLog(room, 'bob', ['hi']);
      app.wait(1_000);
      await report('owen', 1, {}, room);
    }
    const rooms: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await app.askAdmin(`GET /reports/?limit=4${cursor}`);
      rooms.push(...(body['reports'] as Json[]).map(({ room_id }) => room_id));
      cursor = body['next_cursor'] === null ? '' : `&cursor=${String(body['next_cursor'])}`;
    } while (cursor !== '');
    expect(rooms).toEqual(['7', 'e', 'd', 'c', 'b', 'a']);
    const resolved = await app.askAdmin('POST /rooms/c/reports/1/resolve/', { note: 'Deleted it.' });
    expect(resolved).toMatchObject({
      status: 200,
      body: { room_id: 'c', status: 'resolved', resolved_by: 'service:orders' },
    });
    expect((await app.askAdmin('GET /reports/?status=resolved')).body['reports']).toEqual([resolved.body]);
    app.wait(1_000);
    expect(await app.askAdmin('POST /rooms/r/reports/2/resolve/', {})).toMatchObject({
      status: 404,
      body: { error: 'REPORT_NOT_FOUND' },
    });
    expect((await app.askAdmin('GET /audit/')).body['entries']).toMatchObject([
      { action: 'report.resolve', room_id: 'r', message_id: 2, error: 'REPORT_NOT_FOUND' },
      { action: 'report.resolve', room_id: 'c', message_id: 1 },
    ]);
  });
});

test('erasing a user removes their reports, and what their reported messages said', async () => {
  const { db } = app.database;
  await app.fillLog('r', 'ann', ['from ann']);
  await report('owen', 1, { note: 'secret note' });
  await report('ann', 1);
  await report('owen', 3);
  for (const user of ['owen', 'bob', 'bob']) await eraseFromReports(db, 'r', user);
  const all = JSON.stringify((await app.askAdmin('GET /reports/')).body['reports']);
  expect(all).not.toContain('secret note');
  const { body } = await app.askAdmin('GET /reports/');
  expect(body['reports']).toMatchObject([
    { message_id: 1, report_count: 1, sender: null, reported_texts: [], reports: [{ user_id: 'ann' }] },
  ]);
  expect(await getMessage(db, 'r', 1)).toMatchObject({ text: 'rude' });
});

test('erasing the only reporter of a message removes the case if it is open', async () => {
  const { db } = app.database;
  const before = await app.database.countItems();
  await report('owen', 2);
  await eraseFromReports(db, 'r', 'owen');
  // The item that counts owen's reports remains.
  expect(await app.database.countItems()).toBe(before + 1);
  expect((await app.askAdmin('GET /reports/')).body['reports']).toEqual([]);
  // A later report opens a new case.
  await report('ann', 2);
  expect((await app.askAdmin('GET /reports/')).body['reports']).toMatchObject([{ report_count: 1 }]);

  await resolve('owen', 2, { note: 'Warned bob.' });
  await eraseFromReports(db, 'r', 'ann');
  const { body } = await app.askAdmin('GET /reports/?status=resolved');
  expect(body['reports']).toMatchObject([{ report_count: 0, reports: [], resolution: 'Warned bob.' }]);
});

test('an erasure by a backend reaches reports too', async () => {
  await report('owen', 1, { note: 'secret note' });
  await report('ann', 1);
  for (const user of ['owen', 'bob']) {
    expect(await app.askAdmin(`POST /users/${user}/erase/`)).toMatchObject({ body: { done: true } });
  }
  const { body } = await app.askAdmin('GET /reports/');
  expect(body['reports']).toMatchObject([{ sender: null, text: null, reported_texts: [], report_count: 1 }]);
  expect(JSON.stringify(body)).not.toMatch(/secret note|rude/);
});

test('each item of a report expires', async () => {
  await report('owen');
  await resolve('ann');
  const { db } = app.database;
  const room = await db.chat.query({
    where: '#room = :room AND #item BETWEEN :first AND :last',
    values: { ':room': 'r', ':first': 'report', ':last': 'report~' },
  });
  expect(room.items.map(({ item }) => String(item).split('#')[0]).toSorted()).toEqual([
    'report',
    'reported-by',
    'reports-resolved',
  ]);
  const days = room.items.map(({ expiresAt }) =>
    Math.round((expiresAt * 1_000 - app.context.now()) / 86_400_000),
  );
  expect(days).toEqual([180, 180, 180]);
});
