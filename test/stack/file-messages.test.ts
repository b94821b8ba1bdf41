import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appendWithFile } from '../../functions/log/release-file.ts';
import { attachFile } from '../../functions/rooms/files.ts';
import { objectKey, signedFiles } from '../../functions/store/files.ts';
import { putChange } from '../../functions/store/log.ts';
import { countBytes, holdUpload } from '../../functions/store/uploads.ts';
import { type Chatter, enter } from '../support/chat.ts';
import { type Asking, askingAs } from '../support/http.ts';
import { databaseOf, newRoom, openRoom } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

let stack: TestStack;
let room: string;
let alice: Chatter;
let asAlice: Asking;
let asBob: Asking;

beforeAll(async () => {
  stack = await startTestStack({}, { maxFileMegabytes: '1', dailyFileMegabytes: '1' });
  [asAlice, asBob] = await Promise.all([askingAs(stack, 'alice'), askingAs(stack, 'bob')]);
});
beforeEach(async () => {
  room = await newRoom(stack, 'alice', 'bob');
  alice = await enter(stack, 'alice', `room=${room}`);
});
afterAll(() => stack?.stop());

async function newest(): Promise<unknown> {
  alice.send({ action: 'history', limit: 1 });
  const { messages } = (await alice.take('history')) as { messages?: unknown[] };
  return messages?.[0];
}

const TEXT = 'Hello, Bob';

/** Announces a file and uploads its bytes. Resolves to its id. */
async function upload(): Promise<string> {
  const wish = { name: 'hello.txt', content_type: 'text/plain', size: TEXT.length };
  const { status, body } = await asAlice(`POST /chats/${room}/files/`, wish);
  expect(status).toBe(201);
  const { url, ...request } = body['upload'] as {
    url: string;
    method: string;
    headers: Record<string, string>;
  };
  expect((await fetch(url, { ...request, body: TEXT })).status).toBe(200);
  return String(body['file_id']);
}

const developer = { accessKeyId: 'developer', secretAccessKey: 'developer', sessionToken: undefined };

const store = () =>
  signedFiles('parley-files-local', {
    endpoint: stack.stack.s3Url,
    region: 'us-east-1',
    credentials: () => developer,
  });

/** Whether the bytes of a file exist, and whether a member can read them. */
async function stateOf(file: string): Promise<{ stored: boolean; status: number }> {
  const [stored, { status }] = await Promise.all([
    store().head(objectKey(room, file)),
    asBob(`GET /chats/${room}/files/${file}/`),
  ]);
  return { stored: stored !== undefined, status };
}

const KEPT = { stored: true, status: 302 };
const GONE = { stored: false, status: 404 };

/** Returns the ids of the room's files that do not expire. */
async function keptFiles(): Promise<string[]> {
  const { items } = await databaseOf(stack).chat.query({
    where: '#room = :room AND begins_with(#item, :file)',
    values: { ':room': room, ':file': 'file#' },
    consistent: true,
  });
  const kept = items.filter((item) => item['expiresAt'] === undefined);
  return kept.map((item) => String(item['item']).slice('file#'.length));
}

const idOf = (message: Record<string, unknown>): string =>
  String(message['file_url']).split('/').at(-2) ?? '';

async function remove(message_id: unknown): Promise<void> {
  alice.send({ action: 'delete', message_id });
  await alice.take('message_deleted', (frame) => frame['message_id'] === message_id);
}

describe('the caption of a file', () => {
  test.each(['', '  ', '\u200b'])('can be emptied, because the file stays: %j', async (text) => {
    const { message_id } = await alice.say('caption', { file: 'aGk=', file_name: 'hi.txt' });
    alice.send({ action: 'edit', message_id, text });
    const edited = await alice.take('message_edited', (frame) => frame['message_id'] === message_id);
    expect(edited).toMatchObject({ text });
    expect(await newest()).toMatchObject({ message_id, text, file: 'hi.txt' });
  });

  test('is needed in a message without a file', async () => {
    const { message_id } = await alice.say('only text');
    alice.send({ action: 'edit', message_id, text: '\u200b' });
    expect(await alice.take('error')).toMatchObject({ code: 'EMPTY_TEXT' });
    expect(await newest()).toMatchObject({ message_id, text: 'only text' });
  });
});

describe('one file in several messages', () => {
  test('stays as long as one of them exists', async () => {
    const file = await upload();
    const messages = [];
    for (const text of ['one', 'two', 'three']) messages.push(await alice.say(text, { file }));
    expect(new Set(messages.map(idOf))).toEqual(new Set([file]));
    await remove(messages[1]?.['message_id']);
    await remove(messages[0]?.['message_id']);
    expect(await stateOf(file)).toEqual(KEPT);
    await remove(messages[2]?.['message_id']);
    expect(await stateOf(file)).toEqual(GONE);
  });

  test('is gone when both are deleted at the same moment', async () => {
    const file = await upload();
    const [one, two] = [await alice.say('one', { file }), await alice.say('two', { file })];
    await Promise.all([remove(one['message_id']), remove(two['message_id'])]);
    expect(await stateOf(file)).toEqual(GONE);
    alice.send({ action: 'send', message: 'three', file });
    expect(await alice.take('error')).toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('can be in 100 messages and no more', async () => {
    const file = await upload();
    await alice.say('one', { file });
    const hold = (number: number) =>
      holdUpload(
        databaseOf(stack),
        room,
        { id: file, hold: `hold-${number}` },
        { sentAt: Date.now(), now: Date.now() },
      );
    for (let number = 1; number < 100; number++) expect(await hold(number)).toBe(true);
    expect(await hold(100)).toBe(false);
  });
});

describe('a file of an edit', () => {
  let member: WsClient;

  beforeEach(async () => {
    const headers = { Authorization: `Bearer ${await stack.token('alice')}` };
    member = await connect(`${stack.socketUrl}?room=${room}&dialect=operation`, { headers });
  });

  const operation = (name: string) => (frame: unknown) =>
    (frame as { operation?: string }).operation === name;

  async function update(fields: object): Promise<Record<string, unknown>> {
    member.send({ operation: 'update', body: 'edited', ...fields });
    const { message } = (await member.next(operation('update'))) as { message: Record<string, unknown> };
    return message;
  }

  test('replaces the old file, which is deleted at once', async () => {
    const first = await alice.say('one', { file: await upload() });
    const edited = await update({ message_id: first['message_id'], file: await upload() });
    expect(await stateOf(idOf(first))).toEqual(GONE);
    expect(await stateOf(idOf(edited))).toEqual(KEPT);
    await remove(first['message_id']);
    expect(await stateOf(idOf(edited))).toEqual(GONE);
    expect(await keptFiles()).toEqual([]);
  });

  test('replaces the old file even if the text stays the same', async () => {
    const first = await alice.say('one', { file: await upload() });
    const file = await upload();
    expect(idOf(await update({ message_id: first['message_id'], body: 'one', file }))).toBe(file);
    await remove(first['message_id']);
  });

  test('may be the same one', async () => {
    const file = await upload();
    const { message_id } = await alice.say('one', { file });
    await update({ message_id, file });
    expect(await stateOf(file)).toEqual(KEPT);
    await remove(message_id);
    expect(await stateOf(file)).toEqual(GONE);
  });

  test('is stored once when the edit is repeated, and not at all when it is refused', async () => {
    const { message_id } = await alice.say('one', { file: 'aGk=' });
    const edit = { message_id, file: 'aG8=', client_id: 'edit-1' };
    const [edited, repeated] = [await update(edit), await update(edit)];
    expect(idOf(repeated)).toBe(idOf(edited));
    expect(await keptFiles()).toEqual([idOf(edited)]);
    for (const refused of [{ message_id: 999 }, { message_id, client_id: 'edit-1', body: '', user: 'eve' }]) {
      member.send({ operation: 'update', body: 'x', file: 'aGk=', ...refused });
      await member.next(operation('error'));
    }
    expect(await keptFiles()).toEqual([idOf(edited)]);
  });
});

describe('a file of a message that is not stored', () => {
  test('is deleted, whether the message is a repeat or is refused', async () => {
    const first = await alice.say('one', { file: 'aGk=', client_id: 'send-1' });
    const repeats = Array.from({ length: 4 }, () => alice.say('one', { file: 'aGk=', client_id: 'send-1' }));
    for (const repeat of await Promise.all(repeats)) expect(idOf(repeat)).toBe(idOf(first));
    alice.send({ action: 'send', message: 'two', file: 'aGk=', reply_to: 999 });
    expect(await alice.take('error')).toMatchObject({ code: 'REPLY_NOT_FOUND' });
    expect(await keptFiles()).toEqual([idOf(first)]);
  });

  test('does not stay when several repeats come at the same moment', async () => {
    const body = { content: 'one', file: 'aGk=', client_id: 'send-2' };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => asAlice(`POST /chats/${room}/send_message/`, body)),
    );
    const ids = new Set(answers.map(({ body }) => idOf(body)));
    expect(ids.size).toBe(1);
    expect(await keptFiles()).toEqual([...ids]);
  });

  test.each([
    { when: 'nothing was stored', storeFirst: false, after: GONE },
    { when: 'the answer was lost', storeFirst: true, after: KEPT },
  ])('stays only if the message is there after a fault: $when', async ({ storeFirst, after }) => {
    const db = databaseOf(stack);
    const context = { db, files: store, now: Date.now };
    const file = await attachFile({ kind: 'inline', data: 'aGk=' }, { room, user: '1' }, Date.now(), context);
    const entry = { kind: 'edit', seq: 7, message: 1, by: '1', at: new Date().toISOString(), text: '', file };
    const append = async (noteSeq: (seq: number) => void) => {
      noteSeq(7);
      if (storeFirst) await putChange(db, room, entry as Parameters<typeof putChange>[2]);
      throw new Error('timed out');
    };
    await expect(appendWithFile(room, file, append, context)).rejects.toThrow('timed out');
    expect(await stateOf(file.id)).toEqual(after);
  });
});

describe('uploads', () => {
  test('must have the tag that lets them expire: S3 refuses an upload without it', async () => {
    const wish = { name: 'a.txt', content_type: 'text/plain', size: TEXT.length };
    const { body } = await asAlice(`POST /chats/${room}/files/`, wish);
    const { url, headers, method } = body['upload'] as {
      url: string;
      method: string;
      headers: Record<string, string>;
    };
    expect(headers['x-amz-tagging']).toBe('parley=pending');
    const { 'x-amz-tagging': _tag, ...untagged } = headers;
    expect((await fetch(url, { method, headers: untagged, body: TEXT })).status).toBe(403);
    const other = { ...headers, 'x-amz-tagging': 'parley=kept' };
    expect((await fetch(url, { method, headers: other, body: TEXT })).status).toBe(403);
    expect((await fetch(url, { method, headers, body: TEXT })).status).toBe(200);
  });

  test('of a user are limited to a number of bytes a day, together with files in frames', async () => {
    const asCarol = await askingAs(stack, 'carol');
    room = await newRoom(stack, 'carol', 'dave');
    const announce = (asking: Asking, size: number) =>
      asking(`POST /chats/${room}/files/`, { name: 'a.txt', content_type: 'text/plain', size });
    const send = (file: string) => asCarol(`POST /chats/${room}/send_message/`, { content: 'x', file });
    expect((await announce(asCarol, 999_990)).status).toBe(201);
    const before = await keptFiles();
    const refused = await announce(asCarol, 11);
    expect(refused).toMatchObject({ status: 429, body: { error: 'FILE_BUDGET_USED' } });
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(86_400);
    const large = Buffer.from('elevenbytes').toString('base64');
    expect(await send(large)).toMatchObject({ status: 429, body: { error: 'FILE_BUDGET_USED' } });
    expect(await keptFiles()).toEqual(before);
    expect((await send(Buffer.from('tenbytes10').toString('base64'))).status).toBe(201);
    expect((await send('aGk=')).status).toBe(429);
    expect((await announce(await askingAs(stack, 'dave'), 11)).status).toBe(201);
  });

  test('are counted anew each day, and the count expires', async () => {
    const db = databaseOf(stack);
    const noon = Date.UTC(2030, 0, 1, 12);
    const count = (owner: Parameters<typeof countBytes>[1], now: number) =>
      countBytes(db, owner, { bytes: 60, budget: 100 }, now);
    for (const owner of [{ user: 'x' }, { guestsOf: 'x' }]) {
      expect(await count(owner, noon)).toBe(0);
      expect(await count(owner, noon)).toBe(12 * 3_600_000);
      expect(await count(owner, noon + 12 * 3_600_000)).toBe(0);
    }
    const { items } = await db.chat.query({
      where: '#room = :room AND begins_with(#item, :bytes)',
      values: { ':room': 'user#x', ':bytes': 'bytes#' },
    });
    expect(items.map((item) => item['expiresAt'])).toEqual([
      Date.UTC(2030, 0, 3) / 1000,
      Date.UTC(2030, 0, 4) / 1000,
    ]);
  });
});

test('the profile of a guest expires with the connection, even after it has closed', async () => {
  const open = await openRoom(stack);
  const guest = await connect(`${stack.socketUrl}?room=${open}&dialect=operation`);
  const guestProfile = async () => {
    const { connections } = databaseOf(stack);
    const { items } = await connections.query({ where: '#room = :room', values: { ':room': `${open}#0` } });
    return items.map((item) => item['user']?.id ?? item['user']);
  };
  const [id] = await guestProfile();
  const profile = () => databaseOf(stack).chat.get({ room: `user#${id}`, item: 'profile' });
  const inTwoHours = Date.now() / 1000 + 2 * 3600;
  expect((await profile())?.['expiresAt']).toBeGreaterThan(inTwoHours - 60);
  expect((await profile())?.['expiresAt']).toBeLessThan(inTwoHours + 3600);
  // `welcome` tries for ten seconds to reach a connection that closes before its first frame.
  await stack.settled();
  await guest.close();
  await stack.settled();
  expect((await profile())?.['expiresAt']).toBeGreaterThan(inTwoHours - 60);
});
