import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Change } from '../../functions/domain/message.ts';
import { appendToLog } from '../../functions/log/append.ts';
import { logKey, repeatKey, roomKey } from '../../functions/store/keys.ts';
import { getEntry, putChange, putMessage, putVoid, takeSeq } from '../../functions/store/log.ts';
import { getRoom } from '../../functions/store/rooms.ts';
import { type Chatter, enter, type Frame } from '../support/chat.ts';
import { databaseOf, newRoom } from '../support/rooms.ts';
import { messageOf } from '../support/sample.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await sharedTestStack();
});

afterAll(() => stack.stop());

interface Page extends Frame {
  readonly since: number;
  readonly events: readonly (Frame & { readonly message_id: number; readonly seq: number })[];
  readonly seq: number;
  readonly has_more: boolean;
  readonly complete: boolean;
  readonly receipts: readonly { readonly message_id: number; readonly status: string }[];
  readonly seen: readonly { readonly user_id: number; readonly message_id: number }[];
}

const isPage = (frame: unknown) => (frame as Frame).type === 'sync';

async function sync(client: WsClient, since: number): Promise<Page> {
  client.send({ action: 'sync', since });
  return (await client.next(isPage)) as Page;
}

/** Connects with ?since= and waits for the missed changes. */
async function resume(username: string, query: string): Promise<{ client: WsClient; page: Page }> {
  const headers = { Authorization: `Bearer ${await stack.token(username)}` };
  const client = await connect(`${stack.socketUrl}?${query}`, { headers });
  return { client, page: (await client.next(isPage)) as Page };
}

const brief = ({ events }: Page) => events.map(({ seq, type, message_id }) => [seq, type, message_id]);

async function roomOfTwo(): Promise<{ id: string; alice: Chatter; bob: Chatter }> {
  const id = await newRoom(stack, 'alice', 'bob');
  const query = `room=${id}&reads=manual`;
  return { id, alice: await enter(stack, 'alice', query), bob: await enter(stack, 'bob', query) };
}

async function sayAll(alice: Chatter, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await alice.say(text);
}

/** Takes a sequence number and never uses it. */
const burn = async (room: string): Promise<number> =>
  (await takeSeq(databaseOf(stack), room, Date.now())).seq;

describe('a client that was offline', () => {
  test('receives all changes in order, each with the message’s current state', async () => {
    const { id, alice, bob } = await roomOfTwo();
    await sayAll(alice, 'one', 'two', 'three');
    await bob.close();
    alice.send({ action: 'edit', message_id: 1, text: 'ONE' });
    await alice.take('message_edited');
    alice.send({ action: 'react', message_id: 2, emoji: '👍' });
    await alice.take('message_reacted');
    alice.send({ action: 'delete', message_id: 3 });
    await alice.take('message_deleted');
    await alice.say('four');
    const { page } = await resume('bob', `room=${id}&since=2`);
    expect(brief(page)).toEqual([
      [3, 'chat_message', 3],
      [4, 'message_edited', 1],
      [5, 'message_reacted', 2],
      [6, 'message_deleted', 3],
      [7, 'chat_message', 4 + 3],
    ]);
    expect(page).toMatchObject({ since: 2, seq: 7, has_more: false, complete: true });
    expect(page.events[0]?.message).toMatchObject({ text: '', deleted: true });
    expect(page.events[1]?.message).toMatchObject({ text: 'ONE', edited: true });
    expect(page.events[2]).toMatchObject({ user_id: 1, emoji: '👍', message: { reactions: { '👍': [1] } } });
    // A page includes the state of each message once, with its first change.
    expect(page.events[3]).not.toHaveProperty('message');
  });

  test('can sync on an open socket, and gets nothing when nothing changed', async () => {
    const { alice, bob } = await roomOfTwo();
    await sayAll(alice, 'one', 'two');
    expect(brief(await sync(bob, 1))).toEqual([[2, 'chat_message', 2]]);
    expect(await sync(bob, 2)).toMatchObject({ events: [], seq: 2, has_more: false, complete: true });
  });

  test('receives the receipts that changed while the client was away', async () => {
    const { id, alice, bob } = await roomOfTwo();
    await sayAll(alice, 'one', 'two');
    await alice.take('mark_message_as_delivered', ({ message }) => message?.['text'] === 'two');
    await alice.close();
    bob.send({ action: 'seen', message_id: 2 });
    await bob.take('message_seen');
    await bob.take('mark_message_as_read', ({ message }) => message?.['text'] === 'one');
    await bob.take('mark_message_as_read', ({ message }) => message?.['text'] === 'two');
    const { page } = await resume('alice', `room=${id}&since=2`);
    expect(page.receipts).toEqual([
      { message_id: 2, status: 'read' },
      { message_id: 1, status: 'read' },
    ]);
    expect(page.seen).toEqual([{ user_id: 2, message_id: 2 }]);
  });

  test('marks the missed messages as delivered, and their author gets receipts', async () => {
    const { id, alice, bob } = await roomOfTwo();
    await bob.close();
    await stack.settled();
    await alice.say('into the void');
    await resume('bob', `room=${id}&since=0&reads=manual`);
    const receipt = await alice.take('mark_message_as_delivered');
    expect(receipt.message).toMatchObject({ text: 'into the void' });
  });

  test('gets complete: false after more than 1,000 missed changes', async () => {
    const { id, alice, bob } = await roomOfTwo();
    await alice.say('long ago');
    await databaseOf(stack).chat.update(roomKey(id), { update: 'SET seq = :seq', values: { ':seq': 1_001 } });
    expect(await sync(bob, 0)).toMatchObject({ events: [], seq: 1_001, has_more: false, complete: false });
    expect(await sync(bob, 1)).toMatchObject({ events: [], seq: 201, has_more: true, complete: true });
    bob.send({ action: 'history' });
    expect((await bob.take('history'))['messages']).toMatchObject([{ text: 'long ago' }]);
  }, 60_000);

  test('gets complete: false for a number beyond the room’s last', async () => {
    const { alice, bob } = await roomOfTwo();
    await alice.say('one');
    expect(await sync(bob, 99)).toMatchObject({ events: [], seq: 1, complete: false });
  });

  test('gets at most 128 KB in a frame, and the rest on request', async () => {
    const { alice, bob } = await roomOfTwo();
    const long = '\u0001'.repeat(5_000);
    for (let index = 0; index < 9; index++) await alice.say(`${index}${long}`);
    const pages = [await sync(bob, 0)];
    while (pages.at(-1)?.has_more) pages.push(await sync(bob, pages.at(-1)?.seq ?? 0));
    expect(pages.length).toBeGreaterThan(2);
    for (const page of pages) expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(128 * 1024);
    expect(pages.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(pages.filter(({ seen }) => seen.length > 0)).toEqual([]);
  });

  test('cannot sync a room that it is not in, and gets BAD_FRAME for a bad number', async () => {
    const { bob } = await roomOfTwo();
    bob.send({ action: 'sync', since: 0, room_id: '2' });
    expect(await bob.take('error')).toMatchObject({ code: 'NOT_A_MEMBER' });
    for (const since of [-1, 1.5, 'x', null]) {
      bob.send({ action: 'sync', since });
      expect(await bob.take('error')).toMatchObject({
        code: 'BAD_FRAME',
        message: expect.stringContaining('since'),
      });
    }
  });
});

describe('a sequence number without an entry', () => {
  test('becomes void for good when a client syncs past it', async () => {
    const { id, alice, bob } = await roomOfTwo();
    await alice.say('one');
    const hole = await burn(id);
    await alice.say('three');
    expect(brief(await sync(bob, 0)).map(([seq]) => seq)).toEqual([1, 3]);
    expect(await getEntry(databaseOf(stack), id, hole)).toEqual({ kind: 'void', seq: hole });
  });

  test('cannot be used by a slow writer, which then stores its change once under another number', async () => {
    const id = await newRoom(stack, 'alice');
    const db = databaseOf(stack);
    const parts = { db, now: Date.now };
    const take = (now: number) => takeSeq(db, id, now);
    const claim = { room: id, user: '1', clientId: 'slow' };
    const write = async () => {
      const room = await takeSeq(db, id, Date.now());
      return appendToLog(
        { room, claim, take },
        (seq) => putMessage(db, messageOf({ id: seq, room: id })),
        parts,
      );
    };
    const room = await takeSeq(db, id, Date.now());
    await putVoid(db, id, room.seq);
    const first = await appendToLog(
      { room, claim, take },
      (seq) => putMessage(db, messageOf({ id: seq, room: id, clientId: 'slow' })),
      parts,
    );
    expect(first).toMatchObject({ room: { seq: 2 } });
    expect(first.earlier).toBeUndefined();
    const again = await Promise.all([write(), write(), write()]);
    for (const { earlier } of again) expect(earlier).toMatchObject({ message: { id: 2 } });
  });

  test('is not left behind by a refused frame', async () => {
    const { id, alice } = await roomOfTwo();
    alice.send({ action: 'send', message: 'to what?', reply_to: 99 });
    expect(await alice.take('error')).toMatchObject({ code: 'REPLY_NOT_FOUND' });
    expect(await getRoom(databaseOf(stack), id)).toMatchObject({ seq: 0 });
    expect(await getEntry(databaseOf(stack), id, 1)).toBeUndefined();
  });

  test('is waited for, or made void, before the newest page of the history is answered', async () => {
    const { id, alice, bob } = await roomOfTwo();
    await alice.say('one');
    const hole = await burn(id);
    bob.send({ action: 'history' });
    expect((await bob.take('history'))['messages']).toMatchObject([{ text: 'one' }]);
    expect(await getEntry(databaseOf(stack), id, hole)).toEqual({ kind: 'void', seq: hole });
  });
});

describe('a change whose function ended before it was applied', () => {
  const change = (seq: number, fields: object) =>
    ({ seq, message: 1, by: '1', at: '2026-01-01T00:00:00.000Z', ...fields }) as Change;

  async function left(fields: object) {
    const { id, alice, bob } = await roomOfTwo();
    await alice.say('one');
    await putChange(databaseOf(stack), id, change(await burn(id), fields));
    return { id, alice, bob };
  }

  test.each([
    ['edit', { kind: 'edit', text: 'ONE' }, { text: 'ONE', edited: true }],
    ['delete', { kind: 'delete' }, { text: '', deleted: true }],
    ['react', { kind: 'react', emoji: '👍', removed: false }, { reactions: { '👍': [1] } }],
  ])('is applied by the next sync: %s', async (_name, fields, expected) => {
    const { id, bob } = await left(fields);
    const page = await sync(bob, 1);
    expect(page.events).toMatchObject([{ seq: 2, message: expected }]);
    const stored = await getEntry(databaseOf(stack), id, 1);
    const message = stored?.kind === 'message' ? stored.message : undefined;
    expect(message?.deletedAt !== undefined).toBe('deleted' in expected);
    expect(message?.text).toBe('text' in expected ? expected.text : 'one');
  });

  test('leaves no text behind if its message was deleted meanwhile', async () => {
    const { id, alice, bob } = await left({ kind: 'edit', text: 'secret' });
    alice.send({ action: 'delete', message_id: 1 });
    await alice.take('message_deleted');
    await sync(bob, 1);
    expect(await getEntry(databaseOf(stack), id, 2)).not.toHaveProperty('text');
  });
});

describe('a repeat', () => {
  test('from another device gets the first result, for edit, delete and react', async () => {
    const { id, alice } = await roomOfTwo();
    await sayAll(alice, 'one', 'two');
    const phone = await enter(stack, 'alice', `room=${id}`);
    const frames = [
      { action: 'edit', message_id: 1, text: 'ONE', client_id: 'e' },
      { action: 'react', message_id: 1, emoji: '👍', client_id: 'r' },
      { action: 'delete', message_id: 2, client_id: 'd' },
    ];
    for (const frame of frames) {
      const own = (each: unknown) => (each as Frame)['client_id'] === frame.client_id;
      alice.send(frame);
      const first = (await alice.next(own)) as Frame;
      await phone.next(own);
      phone.send(frame);
      expect(await phone.next(own)).toMatchObject({ type: first.type, seq: first['seq'] });
    }
    expect((await sync(phone, 2)).seq).toBe(5);
  });

  test('of a change that was logged but not posted is posted to everybody', async () => {
    const { id, alice, bob } = await roomOfTwo();
    await alice.say('one');
    const db = databaseOf(stack);
    alice.send({ action: 'edit', message_id: 1, text: 'ONE', client_id: 'e' });
    await bob.take('message_edited');
    // The state after a function ended between the two writes.
    await db.chat.update(logKey(id, 1), {
      update: 'SET revision = :one, #text = :text REMOVE edits, editedAt',
      values: { ':one': 1, ':text': 'one' },
    });
    alice.send({ action: 'edit', message_id: 1, text: 'ONE', client_id: 'e' });
    expect(await bob.take('message_edited')).toMatchObject({ text: 'ONE', seq: 2 });
  });

  test('of an edit is answered even after its message was deleted', async () => {
    const { alice } = await roomOfTwo();
    await alice.say('one');
    const edit = { action: 'edit', message_id: 1, text: 'ONE', client_id: 'e' };
    alice.send(edit);
    const first = await alice.take('message_edited');
    alice.send({ action: 'delete', message_id: 1 });
    await alice.take('message_deleted');
    alice.send(edit);
    expect(await alice.take('message_edited')).toMatchObject({ seq: first['seq'], client_id: 'e', text: '' });
  });

  test('after a day is a new change', async () => {
    const { id, alice } = await roomOfTwo();
    await alice.say('one', { client_id: 'c' });
    await databaseOf(stack).chat.remove(repeatKey(id, '1', 'c'));
    expect(await alice.say('one', { client_id: 'c' })).toMatchObject({ message_id: 2 });
  });
});
