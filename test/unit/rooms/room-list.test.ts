import { afterEach, expect, test } from 'vitest';
import type { DynamoDb } from '../../../functions/aws/dynamodb.ts';
import { openDatabase } from '../../../functions/store/database.ts';
import { putChange } from '../../../functions/store/log.ts';
import { addOpenConnection } from '../../../functions/store/profiles.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import { bob, connectionOf, deletionOf, editOf } from '../../support/sample.ts';

let app: EmbeddedApp | undefined;
afterEach(() => app?.database.close());

/** Returns the bytes that DynamoDB answers for one room list, with 20 rooms of 100 unread messages. */
async function bytesOfList(text: string): Promise<number> {
  let bytes = 0;
  const filled = await openEmbeddedApp();
  const counting: DynamoDb = async (operation, input) => {
    const output = await filled.database.client(operation, input);
    bytes += JSON.stringify(output).length;
    return output;
  };
  const db = openDatabase(counting, { chat: 'chat', connections: 'connections' });
  app = await openEmbeddedApp({ db });
  for (let room = 0; room < 20; room++) {
    await filled.makeRoom(`room-${room}`, 'ann', 'ben');
    await filled.fillLog(`room-${room}`, 'ann', Array<string>(100).fill(text));
  }
  bytes = 0;
  const { body } = await app.ask('ben', 'GET /chats/?limit=50');
  expect(body['chats']).toHaveLength(20);
  expect((body['chats'] as object[])[0]).toMatchObject({ unread: 99, last_message: { content: text } });
  await filled.database.close();
  return bytes;
}

test('the room list reads one whole message of each room, however many are unread', async () => {
  const long = 'x'.repeat(8_000);
  const [withShort, withLong] = [await bytesOfList('x'), await bytesOfList(long)];
  // Only the last message of each room is longer.
  expect(withLong - withShort).toBeLessThan(20 * long.length * 1.1);
});

test('the room list skips a message whose delete is logged but not applied', async () => {
  app = await openEmbeddedApp();
  await app.makeRoom('1', 'ann', 'ben');
  await app.fillLog('1', 'ann', ['one', 'two']);
  await putChange(app.database.db, '1', deletionOf({ message: 2, seq: 3 }));
  expect(await app.listed('ben', '1')).toMatchObject({ unread: 1, last_message: { content: 'one' } });
});

test('the room list shows the text of an edit that is logged but not applied', async () => {
  app = await openEmbeddedApp();
  await app.makeRoom('1', 'ann', 'ben');
  await app.fillLog('1', 'ann', ['one', 'two']);
  await putChange(app.database.db, '1', editOf({ message: 2, seq: 3, text: 'three' }));
  expect(await app.listed('ben', '1')).toMatchObject({ last_message: { content: 'three' } });
});

test('a message stays the last one after many changes of it', async () => {
  app = await openEmbeddedApp();
  await app.makeRoom('1', 'ann', 'ben');
  await app.fillLog('1', 'ann', ['one', 'two']);
  const { db } = app.database;
  for (let seq = 3; seq < 400; seq++) await putChange(db, '1', editOf({ message: 1, seq, text: 'again' }));
  expect(await app.listed('ben', '1')).toMatchObject({ unread: 2, last_message: { content: 'two' } });
});

test('a new room without messages is listed before rooms with older messages', async () => {
  app = await openEmbeddedApp();
  await app.makeRoom('old', 'ann');
  await app.fillLog('old', 'ann', ['one']);
  await app.makeRoom('silent', 'ann');
  const { body } = await app.ask('ann', 'POST /chats/', { name: 'new' });
  const list = await app.ask('ann', 'GET /chats/');
  expect(list.body['chats']).toMatchObject([
    { id: body['id'], last_at: null },
    { id: 'old' },
    { id: 'silent' },
  ]);
});

test('an imported room without messages is listed last, whatever its line says about its creation', async () => {
  app = await openEmbeddedApp();
  for (const room of ['one', 'two']) {
    const lines = [
      { line: 'room', room_id: room, created_at: '2026-01-02T11:58:00.000Z' },
      { line: 'member', user_id: 'ann' },
      { line: 'room_end' },
    ];
    await app.askAdmin(`POST /rooms/${room}/import/`, { source: 'file', lines });
  }
  const { body } = await app.ask('ann', 'POST /chats/', { name: 'new' });
  const pages = [await app.ask('ann', 'GET /chats/?limit=2')];
  pages.push(await app.ask('ann', `GET /chats/?cursor=${pages[0]?.body['next_cursor']}`));
  expect(pages.map(({ body: page }) => page['chats'])).toMatchObject([
    [{ id: body['id'] }, { id: 'one' }],
    [{ id: 'two' }],
  ]);
});

test('the room list has the other member of a direct room, without presence until they accept', async () => {
  app = await openEmbeddedApp();
  await app.makeRoom('lunch', 'ann', 'ben');
  const now = app.context.now();
  for (const id of ['ben', 'eve']) {
    await addOpenConnection(app.database.db, connectionOf({ ...bob, id }, { connectedAt: now }), now);
  }
  for (const member of ['ben', 'eve'])
    await app.ask('ann', 'POST /chats/', { kind: 'direct', members: [member] });
  const listed = async (other: string) => (await app?.listed('ann', `direct:ann:${other}`))?.['other'];
  expect(await listed('ben')).toMatchObject({ user_id: 'ben', username: 'bob', online: true });
  expect(await listed('eve')).toMatchObject({ user_id: 'eve', username: null, online: false, pending: true });
  expect(await app.listed('ann', 'lunch')).toMatchObject({ other: null });
});
