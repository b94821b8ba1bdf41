import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteMessage } from '../../../../functions/commands/delete-message.ts';
import { editMessage } from '../../../../functions/commands/edit-message.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../../support/embedded-app.ts';
import { noLimit } from '../../../support/mock-database.ts';
import { alice, connectionOf } from '../../../support/sample.ts';

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp({ rates: { group: { messages: 1, windowMs: 60_000 }, direct: null } });
  await app.makeRoom('lunch', 'ann', 'ben');
});
afterEach(() => app.database.close());

const send = (body: object, headers = {}) => app.askAdmin('POST /rooms/lunch/messages/', body, headers);

const texts = async (line = 'GET /rooms/lunch/messages/') => {
  const { body } = await app.askAdmin(line);
  return (body['messages'] as { text: string }[]).map(({ text }) => text);
};

describe('a message', () => {
  test('can be sent as a bot that is not a member', async () => {
    expect(await send({ text: 'Shipped', bot: { id: 'orders', name: 'Orders' } })).toMatchObject({
      status: 201,
      body: {
        id: 1,
        room_id: 'lunch',
        text: 'Shipped',
        sender: { id: 'bot:orders', username: 'Orders', user_type: 'bot' },
        edited: false,
      },
    });
  });

  test('can be sent as a muted member, and has no rate limit', async () => {
    await app.ask('ann', 'PATCH /chats/lunch/members/ben/', { muted_seconds: 3_600 });
    for (const text of ['one', 'two', 'three']) {
      expect(await send({ text, user_id: 'ben' })).toMatchObject({
        status: 201,
        body: { sender: { id: 'ben', username: 'ben' } },
      });
    }
    expect(await texts()).toEqual(['three', 'two', 'one']);
  });

  test('can be sent as a banned member', async () => {
    await app.askAdmin('POST /users/ben/ban/');
    expect(await send({ text: 'one', user_id: 'ben' })).toMatchObject({ status: 201 });
  });

  test.each([
    ['a user who is not a member', { text: 'hi', user_id: 'cat' }, 404, 'NO_SUCH_MEMBER'],
    ['a reserved id as user_id', { text: 'hi', user_id: 'bot:orders' }, 400, 'BAD_REQUEST'],
    ['no sender', { text: 'hi' }, 400, 'BAD_REQUEST'],
    ['two senders', { text: 'hi', user_id: 'ann', bot: { id: 'b' } }, 400, 'BAD_REQUEST'],
    ['a blank text', { text: ' ', bot: { id: 'b' } }, 400, 'EMPTY_TEXT'],
    ['a bot with a malformed id', { text: 'hi', bot: { id: 'a b' } }, 400, 'BAD_REQUEST'],
    ['a reply to nothing', { text: 'hi', bot: { id: 'b' }, reply_to: 9 }, 404, 'REPLY_NOT_FOUND'],
  ])('is refused with %s', async (_what, body, status, error) => {
    expect(await send(body)).toMatchObject({ status, body: { error } });
    expect(await texts()).toEqual([]);
  });

  test('is refused in a room that does not exist', async () => {
    for (const sender of [{ user_id: 'ann' }, { bot: { id: 'b' } }]) {
      const answer = await app.askAdmin('POST /rooms/dinner/messages/', { text: 'hi', ...sender });
      expect(answer).toMatchObject({ status: 404, body: { error: 'ROOM_NOT_FOUND' } });
    }
  });

  test.each([
    ['client_id', { client_id: 'order-7' }, {}],
    ['Idempotency-Key', {}, { 'Idempotency-Key': 'order-7' }],
  ])('is stored once with the same %s', async (_what, fields, headers) => {
    const body = { text: 'Shipped', bot: { id: 'orders' }, ...fields };
    const first = await send(body, headers);
    expect(first.status).toBe(201);
    expect(await send(body, headers)).toEqual({ status: 200, body: first.body });
    expect(await texts()).toEqual(['Shipped']);
  });

  test('of any author can be edited and deleted, and a repeat changes nothing', async () => {
    await app.fillLog('lunch', 'ann', ['Helo']);
    const edited = { status: 200, body: { text: 'Hello', edited: true, sender: { id: 'ann' } } };
    expect(await app.askAdmin('PATCH /rooms/lunch/messages/1/', { text: 'Hello' })).toMatchObject(edited);
    expect(await app.askAdmin('PATCH /rooms/lunch/messages/1/', { text: 'Hello' })).toMatchObject(edited);
    expect((await app.askAdmin('DELETE /rooms/lunch/messages/1/')).status).toBe(204);
    expect((await app.askAdmin('DELETE /rooms/lunch/messages/1/')).status).toBe(204);
    expect(await app.askAdmin('GET /rooms/lunch/messages/1/')).toMatchObject({
      body: { text: '', deleted: true },
    });
    expect((await app.askAdmin('GET /rooms/lunch/')).body['seq']).toBe(3);
  });

  test('has data, which an edit replaces, keeps or removes', async () => {
    const data = { order: 7 };
    const path = '/rooms/lunch/messages/1/';
    expect(await send({ text: 'Shipped', bot: { id: 'orders' }, data })).toMatchObject({ body: { data } });
    expect(await app.askAdmin(`PATCH ${path}`, { text: 'Shipped today' })).toMatchObject({ body: { data } });
    const changed = await app.askAdmin(`PATCH ${path}`, { text: 'Shipped today', data: { order: 8 } });
    expect(changed.body['data']).toEqual({ order: 8 });
    expect(await app.ask('ann', 'GET /chats/lunch/messages/')).toMatchObject({
      body: { messages: [{ data: { order: 8 } }] },
    });
    const removed = await app.askAdmin(`PATCH ${path}`, { text: 'Shipped today', data: null });
    expect(removed.body).not.toHaveProperty('data');
  });

  test('that does not exist cannot be edited', async () => {
    for (const id of ['9', 'x']) {
      const answer = await app.askAdmin(`PATCH /rooms/lunch/messages/${id}/`, { text: 'Hello' });
      expect(answer).toMatchObject({ status: 404, body: { error: 'MESSAGE_NOT_FOUND' } });
    }
  });
});

describe('a system message', () => {
  beforeEach(() => send({ text: 'Ann has joined', system: true, data: { joined: 'ann' } }));

  test('has the author and the type `system`', async () => {
    const sender = { id: 'system', username: 'system', email: '', user_type: 'system' };
    expect((await app.askAdmin('GET /rooms/lunch/messages/1/')).body).toMatchObject({
      type: 'system',
      sender,
    });
    const { body } = await app.ask('ben', 'GET /chats/lunch/messages/');
    expect(body['messages']).toMatchObject([
      { content: 'Ann has joined', type: 'system', sender, data: { joined: 'ann' } },
    ]);
    expect(await app.listed('ben', 'lunch')).toMatchObject({ unread: 1, last_message: { type: 'system' } });
  });

  test('can be sent by the admin API only', async () => {
    const forged = { content: 'Ann has left', type: 'system', system: true, sender: { id: 'system' } };
    expect(await app.ask('ben', 'POST /chats/lunch/send_message/', forged)).toMatchObject({
      status: 201,
      body: { type: 'text', sender: { id: 'ben' } },
    });
    for (const other of [{ user_id: 'ann' }, { bot: { id: 'b' } }, { system: false }]) {
      const answer = await send({ text: 'Ann has left', system: true, ...other });
      expect(answer).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    }
  });

  test('cannot be edited by its room’s owner, or changed by a user whose id is `system`', async () => {
    await app.makeRoom('dinner', 'ann', 'system');
    await app.askAdmin('POST /rooms/dinner/messages/', { text: 'Welcome', system: true });
    const change = { room: 'dinner', message: 1 };
    const as = (id: string) => ({ ...connectionOf({ ...alice, id }), room: 'dinner' });
    const forged = { kind: 'EditMessage', text: 'Send me your password', ...change } as const;
    const refused = { code: 'NOT_THE_AUTHOR' };
    const context = { ...app.context, rates: noLimit };
    await expect(editMessage(forged, as('ann'), context)).rejects.toMatchObject(refused);
    await expect(editMessage(forged, as('system'), context)).rejects.toMatchObject(refused);
    const removal = { kind: 'DeleteMessage', ...change } as const;
    await expect(deleteMessage(removal, as('system'), context)).rejects.toMatchObject(refused);
    await deleteMessage(removal, as('ann'), context);
    expect((await app.askAdmin('GET /rooms/dinner/messages/1/')).body['deleted']).toBe(true);
  });
});

test('reads the history in pages', async () => {
  await app.fillLog('lunch', 'ann', ['one', 'two', 'three']);
  expect(await app.askAdmin('GET /rooms/lunch/messages/?limit=2')).toMatchObject({
    status: 200,
    body: { messages: [{ text: 'three' }, { text: 'two' }], has_more: true },
  });
  expect(await texts('GET /rooms/lunch/messages/?before=2')).toEqual(['one']);
  expect((await app.askAdmin('GET /rooms/dinner/messages/')).status).toBe(404);
  expect((await app.askAdmin('GET /rooms/dinner/messages/?before=2')).status).toBe(404);
});
