import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { editMessage } from '../../../functions/commands/edit-message.ts';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { takeSlowTurn } from '../../../functions/store/slow-mode.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import { memoryFiles } from '../../support/memory-files.ts';
import { connectionOf } from '../../support/sample.ts';

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp();
  await app.makeRoom('lunch', 'ann', 'ben', 'cat');
  await app.ask('ann', 'PATCH /chats/lunch/members/cat/', { role: 'moderator' });
});
afterEach(() => app.database.close());

const change = (user: string, settings: object) => app.ask(user, 'PATCH /chats/lunch/', settings);
const say = (user: string, content = 'hello') =>
  app.ask(user, 'POST /chats/lunch/send_message/', { content });
const seq = async () => (await getRoom(app.database.db, 'lunch'))?.seq;

describe('the settings of a room', () => {
  const settings = {
    name: 'Brunch',
    description: 'Where to eat',
    avatar_url: 'https://example.com/brunch.png',
    posting: 'moderators',
    slow_mode: 30,
    archived: true,
    data: { menu: [1, 'two'], __proto__: null },
  };

  test('are stored, listed and changed back', async () => {
    expect(await change('ann', settings)).toMatchObject({ status: 200, body: settings });
    expect(await app.listed('ben', 'lunch')).toMatchObject(settings);
    expect((await app.askAdmin('GET /rooms/lunch/')).body).toMatchObject(settings);
    const defaults = {
      ...{ name: '', description: '', avatar_url: null, posting: 'everyone', slow_mode: 0 },
      ...{ archived: false, data: null },
    };
    expect(await app.askAdmin('PATCH /rooms/lunch/', defaults)).toMatchObject({
      status: 200,
      body: defaults,
    });
    expect(await app.listed('ben', 'lunch')).toMatchObject(defaults);
    expect(await seq()).toBe(3);
  });

  test.each([
    [{}],
    [{ description: 'x'.repeat(1_001) }],
    [{ avatar_url: 'http://example.com/a.png' }],
    [{ posting: 'nobody' }],
    [{ slow_mode: 86_401 }],
    [{ slow_mode: 1.5 }],
    [{ archived: 'yes' }],
    [{ data: [] }],
    [{ data: { text: 'x'.repeat(2_100) } }],
  ])('cannot be %j', async (settings) => {
    expect(await change('ann', settings)).toMatchObject({ status: 400 });
    expect(await app.askAdmin('PATCH /rooms/lunch/', settings)).toMatchObject({ status: 400 });
  });

  test('are changed by moderators, and only owners archive', async () => {
    expect((await change('cat', { description: 'x' })).status).toBe(200);
    expect((await change('cat', { archived: true })).body['error']).toBe('NOT_AN_OWNER');
    await change('ann', { archived: true });
    expect((await change('cat', { archived: false })).body['error']).toBe('NOT_AN_OWNER');
    expect((await change('ann', { archived: false })).status).toBe(200);
  });

  test('changed at the same time keep all their fields', async () => {
    const fields = [
      { description: 'Daily' },
      { slow_mode: 5 },
      { posting: 'moderators' },
      { data: { a: 1 } },
    ];
    const answers = await Promise.all(fields.map((field) => change('ann', field)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await app.listed('ben', 'lunch')).toMatchObject(Object.assign({}, ...fields));
  });
});

describe('a room for moderators only', () => {
  test('refuses messages of plain members, which take no number, and allows their reactions and edits', async () => {
    await say('ben');
    await change('ann', { posting: 'moderators' });
    const before = await seq();
    expect(await say('ben')).toMatchObject({ status: 403, body: { error: 'POSTING_RESTRICTED' } });
    expect(await seq()).toBe(before);
    expect((await say('cat')).status).toBe(201);
    expect((await app.askAdmin('POST /rooms/lunch/messages/', { text: 'x', bot: { id: 'b' } })).status).toBe(
      201,
    );
    const { context } = app;
    const session: Session = connectionOf(
      { id: 'ben', username: 'ben', email: '', userType: '' },
      { room: 'lunch' },
    );
    const { editMessage } = await import('../../../functions/commands/edit-message.ts');
    await editMessage({ kind: 'EditMessage', message: 2, text: 'edited' }, session, context);
    expect((await app.askAdmin('GET /rooms/lunch/messages/2/')).body['text']).toBe('edited');
  });
});

test('a message or an edit with a file that a setting forbids stores no file', async () => {
  const files = memoryFiles();
  Object.assign(app.context, { files: () => files });
  await say('ben');
  const [message] = (await app.ask('ben', 'GET /chats/lunch/messages/')).body['messages'] as { id: number }[];
  await change('ann', { archived: true });
  const ben = connectionOf({ id: 'ben', username: 'ben', email: '', userType: '' }, { room: 'lunch' });
  const file = { kind: 'inline', data: 'aGVsbG8=' } as const;
  const refused = [
    sendMessage({ kind: 'SendMessage', text: '', type: 'file', file }, ben, app.context),
    editMessage({ kind: 'EditMessage', message: message?.id ?? 0, text: 'a', file }, ben, app.context),
  ];
  for (const each of await Promise.allSettled(refused)) {
    expect(each).toMatchObject({ status: 'rejected', reason: { code: 'ROOM_ARCHIVED' } });
  }
  const { items } = await app.database.db.chat.query({
    where: '#room = :room AND begins_with(#item, :file)',
    values: { ':room': 'lunch', ':file': 'file#' },
  });
  expect(items).toEqual([]);
});

describe('an archived room', () => {
  test('is read-only also for its owner, until it is opened again', async () => {
    await say('ben');
    await change('ann', { archived: true });
    const before = await seq();
    for (const user of ['ann', 'ben', 'cat']) {
      expect(await say(user)).toMatchObject({ status: 403, body: { error: 'ROOM_ARCHIVED' } });
    }
    const message = '/rooms/lunch/messages/2/';
    expect((await app.askAdmin(`PATCH ${message}`, { text: 'x' })).body['error']).toBe('ROOM_ARCHIVED');
    expect(await seq()).toBe(before);
    expect((await app.ask('ben', 'GET /chats/lunch/messages/')).status).toBe(200);
    // Backends have to be able to remove what must not be seen.
    expect((await app.askAdmin(`DELETE ${message}`)).status).toBe(204);
    await change('ann', { archived: false });
    expect((await say('ben')).status).toBe(201);
  });
});

describe('slow mode', () => {
  test('makes members wait between two messages, and moderators not', async () => {
    await change('ann', { slow_mode: 10 });
    expect((await say('ben')).status).toBe(201);
    app.wait(4_000);
    const before = await seq();
    expect(await say('ben')).toMatchObject({
      status: 429,
      body: { error: 'SLOW_MODE', retry_after_ms: 6_000 },
    });
    expect(await seq()).toBe(before);
    expect([(await say('cat')).status, (await say('cat')).status]).toEqual([201, 201]);
    app.wait(6_000);
    expect((await say('ben')).status).toBe(201);
  });

  test('counts visitors of an open room one by one', async () => {
    await app.askAdmin('PUT /rooms/plaza/', { access: 'open' });
    await app.askAdmin('PATCH /rooms/plaza/', { slow_mode: 10 });
    const visit = (id: string, guest?: true) =>
      sendMessage(
        { kind: 'SendMessage', text: 'hi', type: 'text' },
        connectionOf(
          { id: 'eve', username: 'eve', email: '', userType: '', ...(guest && { guest }) },
          { id, room: 'plaza' },
        ),
        app.context,
      );
    await visit('one');
    await expect(visit('other')).rejects.toMatchObject({ code: 'SLOW_MODE', retryAfterMs: 10_000 });
    await visit('one', true);
    await visit('two', true);
    await expect(visit('one', true)).rejects.toMatchObject({ code: 'SLOW_MODE' });
  });

  test('does not count a repeat', async () => {
    await change('ann', { slow_mode: 10 });
    const session = connectionOf({ id: 'ben', username: 'ben', email: '', userType: '' }, { room: 'lunch' });
    const send = () =>
      sendMessage({ kind: 'SendMessage', text: 'hi', type: 'text', clientId: 'a' }, session, app.context);
    expect(await send()).toEqual([]);
    expect(await send()).toMatchObject([{ kind: 'MessageSent', message: { text: 'hi' } }]);
  });

  test('does not refuse a repeat at the same time, or one whose first try stopped before it took a number', async () => {
    await change('ann', { slow_mode: 10 });
    const session = connectionOf({ id: 'ben', username: 'ben', email: '', userType: '' }, { room: 'lunch' });
    const { context } = app;
    const send = (clientId: string) =>
      sendMessage({ kind: 'SendMessage', text: clientId, type: 'text', clientId }, session, context);
    const writer = { user: { user: 'ben' }, writer: 'ben', clientId: 'a' };
    expect(await takeSlowTurn(context.db, 'lunch', writer, 10_000, context.now())).toBe(0);
    await Promise.all([send('a'), send('a'), send('a')]);
    await expect(send('b')).rejects.toMatchObject({ code: 'SLOW_MODE' });
    const { body } = await app.ask('ben', 'GET /chats/lunch/messages/');
    expect(body['messages']).toMatchObject([{ content: 'a' }]);
    expect(body['messages']).toHaveLength(1);
  });
});

describe('the cost of a send', () => {
  const session = connectionOf({ id: 'ben', username: 'ben', email: '', userType: '' }, { room: 'lunch' });
  const counts = async () => {
    app.database.restart();
    await sendMessage({ kind: 'SendMessage', text: 'hi', type: 'text' }, session, app.context);
    const { trips, writeUnits } = app.database.counts();
    return { trips: trips.slice(0, 3).flat().toSorted(), all: trips.flat().length, writeUnits };
  };

  test('does not depend on settings that forbid nothing', async () => {
    const before = await counts();
    await change('ann', { description: 'Daily', data: { a: 1 }, avatar_url: 'https://example.com/a.png' });
    await change('ann', { archived: true });
    await change('ann', { archived: false });
    expect(await counts()).toEqual(before);
  });

  test('of a refused message is less than that of an accepted one', async () => {
    const accepted = await counts();
    await change('ann', { posting: 'moderators' });
    app.database.restart();
    const send = { kind: 'SendMessage', text: 'hi', type: 'text' } as const;
    await expect(sendMessage(send, session, app.context)).rejects.toMatchObject({
      code: 'POSTING_RESTRICTED',
    });
    const refused = app.database.counts();
    expect(refused.trips.flat().length).toBeLessThan(accepted.all);
    expect(refused.writeUnits).toBeLessThan(accepted.writeUnits);
  });
});
