import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';
import { RoomCache } from '../../../functions/connections/room-cache.ts';
import { MAX_ANNOUNCED_CONNECTIONS } from '../../../functions/domain/connection.ts';
import type { Message } from '../../../functions/domain/message.ts';
import { putConnection } from '../../../functions/store/connections.ts';
import { getEntry, putChange, putMessage, takeSeq } from '../../../functions/store/log.ts';
import { applyChange, raiseStatus } from '../../../functions/store/messages.ts';
import { getRoom, putRoom } from '../../../functions/store/rooms.ts';
import { alice, bob, connectionOf, messageOf, NOON } from '../../support/sample.ts';

let counting: CountingDatabase;
let room = '';
let rooms = new RoomCache();
let count = 0;

beforeAll(async () => {
  counting = await CountingDatabase.open();
});

afterAll(() => counting.close());

beforeEach(async () => {
  room = `room-${count++}`;
  rooms = new RoomCache();
  await putRoom(counting.db, { id: room, name: 'r', kind: 'group', access: 'open' });
});

const AT = new Date(NOON).toISOString();

const nextSeq = async () => (await takeSeq(counting.db, room, NOON)).seq;

async function say(fields: Partial<Message> = {}): Promise<number> {
  const id = await nextSeq();
  await putMessage(counting.db, {
    ...messageOf({ author: alice, status: 'read', ...fields }),
    room,
    id,
    revision: id,
  });
  return id;
}

/** Returns the history that a user gets, oldest first, and the number of log entries that were read for it. */
async function load(reader = bob.id, now = NOON) {
  counting.restart();
  const messages = await rooms.latestMessages(counting.db, room, getRoom(counting.db, room), {
    limit: 50,
    reader: { id: reader },
    now,
  });
  const { readUnits } = counting.counts();
  return { messages: messages.toReversed(), texts: messages.map(({ text }) => text).reverse(), readUnits };
}

/** The read units of a room that did not change: only its item is read. */
const ROOM_ONLY = 1;

describe('the kept history of a room', () => {
  test('is read once, as long as the room does not change', async () => {
    await say({ text: 'one' });
    expect((await load()).texts).toEqual(['one']);
    expect(await load()).toMatchObject({ texts: ['one'], readUnits: ROOM_ONLY });
  });

  test('gets new messages, edits, reactions and deletes', async () => {
    for (let index = 0; index < 60; index++) await say({ text: `old ${index}`.padEnd(2_000) });
    const [edited, liked, deleted] = [
      await say({ text: 'a' }),
      await say({ text: 'b' }),
      await say({ text: 'c' }),
    ];
    await load();
    await say({ text: 'new' });
    const by = { by: alice.id, at: AT };
    await putChange(counting.db, room, {
      kind: 'edit',
      seq: await nextSeq(),
      message: edited,
      text: 'A',
      ...by,
    });
    const reaction = { kind: 'react', message: liked, emoji: '👍', removed: false, ...by } as const;
    await putChange(counting.db, room, { ...reaction, seq: await nextSeq() });
    await putChange(counting.db, room, { kind: 'delete', seq: await nextSeq(), message: deleted, ...by });
    const { messages, texts, readUnits } = await load();
    expect(texts).toHaveLength(50);
    expect(texts.slice(-3)).toEqual(['A', 'b', 'new']);
    expect(messages.find(({ id }) => id === liked)?.reactions).toEqual({
      '👍': { count: 1, users: [alice.id] },
    });
    expect(readUnits).toBeLessThanOrEqual(ROOM_ONLY + 1);
    rooms = new RoomCache();
    expect((await load()).messages).toEqual(messages);
  });

  test('never has a gap: a number that is still open is settled first', async () => {
    await say({ text: 'one' });
    await load();
    const open = await nextSeq();
    await say({ text: 'three' });
    expect((await load()).texts).toEqual(['one', 'three']);
    expect(await getEntry(counting.db, room, open)).toMatchObject({ kind: 'void' });
  });

  test('is read again after 30 seconds and after many changes', async () => {
    await say({ text: 'one' });
    await load();
    const change = {
      kind: 'edit',
      seq: 1,
      message: 1,
      text: 'not in the log',
      by: alice.id,
      at: AT,
    } as const;
    await applyChange(counting.db, room, { ...change, seq: 2 });
    expect((await load()).texts).toEqual(['one']);
    expect((await load(bob.id, NOON + 30_000)).texts).toEqual(['not in the log']);
    for (let index = 0; index < 51; index++) await say({ text: 'more' });
    expect((await load(bob.id, NOON + 30_001)).texts).toHaveLength(50);
  });

  test('is read again after a reaction with an emoji that has more users than it lists', async () => {
    const id = await say();
    const react = async (by: string) => {
      const change = { kind: 'react', message: id, emoji: '👍', removed: false, by, at: AT } as const;
      const logged = { ...change, seq: await nextSeq() };
      await putChange(counting.db, room, logged);
      await applyChange(counting.db, room, logged);
    };
    for (let index = 0; index < 110; index++) await react(`user-${index}`);
    await load();
    await react('user-105');
    await react('user-110');
    const { messages } = await load();
    expect(messages[0]?.reactions?.['👍']?.count).toBe(111);
  });

  test('is read again for the author of a message whose status may have changed', async () => {
    const id = await say({ status: 'sent' });
    await load();
    await raiseStatus(counting.db, { room, id }, 'read', AT);
    expect((await load(alice.id)).messages).toMatchObject([{ status: 'read' }]);
    expect(await load(alice.id)).toMatchObject({ readUnits: ROOM_ONLY });
  });

  test('notes acknowledged messages, so that the next connection does not acknowledge them', async () => {
    await say({ status: 'sent' });
    const { messages } = await load();
    rooms.raiseStatus(room, messages, 'delivered');
    expect((await load()).messages).toMatchObject([{ status: 'delivered' }]);
  });
});

test('a large room is sampled every ten seconds, a small one each time', async () => {
  const found = await getRoom(counting.db, room);
  if (!found) throw new Error('no room');
  const sample = (now: number) => rooms.sampleRoom(found, { db: counting.db, now: () => now });
  const unitsOf = async (now: number) => {
    counting.restart();
    await sample(now);
    return counting.counts().readUnits;
  };
  expect((await sample(NOON)).isLarge).toBe(false);
  for (let index = 0; index <= MAX_ANNOUNCED_CONNECTIONS; index++) {
    await putConnection(counting.db, connectionOf(bob, { id: `${index}=`, room, connectedAt: NOON }));
  }
  expect((await sample(NOON + 1)).isLarge).toBe(true);
  expect(await unitsOf(NOON + 2)).toBe(0);
  expect(await unitsOf(NOON + 10_001)).toBeGreaterThan(1);
});
