import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedApp, openEmbeddedApp } from '../../../support/embedded-app.ts';

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
  test('is sent as a bot, which is no member', async () => {
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

  test('is sent as a member, even a muted one, without a rate limit', async () => {
    await app.ask('ann', 'PATCH /chats/lunch/members/ben/', { muted_seconds: 3_600 });
    for (const text of ['one', 'two', 'three']) {
      expect(await send({ text, user_id: 'ben' })).toMatchObject({
        status: 201,
        body: { sender: { id: 'ben', username: 'ben' } },
      });
    }
    expect(await texts()).toEqual(['three', 'two', 'one']);
  });

  test.each([
    ['a user who is no member', { text: 'hi', user_id: 'cat' }, 404, 'NO_SUCH_MEMBER'],
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

  test('of anybody is edited and deleted, and a repeat changes nothing', async () => {
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

  test('that does not exist is not changed', async () => {
    for (const id of ['9', 'x']) {
      const answer = await app.askAdmin(`PATCH /rooms/lunch/messages/${id}/`, { text: 'Hello' });
      expect(answer).toMatchObject({ status: 404, body: { error: 'MESSAGE_NOT_FOUND' } });
    }
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
