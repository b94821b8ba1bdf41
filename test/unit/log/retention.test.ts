import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';
import { eventSeq } from '../../../functions/domain/event.ts';
import { keptIn } from '../../../functions/domain/retention.ts';
import type { Room } from '../../../functions/domain/room.ts';
import { catchUp } from '../../../functions/log/catch-up.ts';
import { latestMessages, newestMessages } from '../../../functions/log/history.ts';
import { logKey, roomKey } from '../../../functions/store/keys.ts';
import { getEntry, putMessage, takeSeq } from '../../../functions/store/log.ts';
import { getRoom, putRoom } from '../../../functions/store/rooms.ts';
import { noFiles } from '../../support/mock-database.ts';
import { alice, bob, messageOf, NOON } from '../../support/sample.ts';

let counting: CountingDatabase;
beforeAll(async () => {
  counting = await CountingDatabase.open();
});
afterAll(() => counting.close());

const DAY = 24 * 60 * 60 * 1000;
let rooms = 0;

/** Creates a room with `count` messages, one in each hour, the last one at noon. Returns its id. */
async function roomOf(count: number): Promise<string> {
  const room = `room-${rooms++}`;
  await putRoom(counting.db, { id: room, name: 'r', kind: 'group', access: 'open' });
  for (let id = 1; id <= count; id++) {
    const at = NOON - (count - id) * 60 * 60 * 1000;
    await takeSeq(counting.db, room, at);
    const createdAt = new Date(at).toISOString();
    await putMessage(counting.db, messageOf({ author: alice, room, id, revision: id, createdAt }));
  }
  return room;
}

const set = (room: string, values: Record<string, unknown>) =>
  counting.db.chat.update(roomKey(room), {
    update: `SET ${Object.keys(values).map((name) => `#${name} = :${name}`)}`,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
  });

const remove = (room: string, ...ids: readonly number[]) =>
  Promise.all(ids.map((id) => counting.db.chat.remove(logKey(room, id))));

const at = (now: number, retentionDays?: number) => ({ now: () => now, retentionDays });

const stateOf = async (room: string): Promise<Room> => {
  const found = await getRoom(counting.db, room);
  if (!found) throw new Error('The room is missing');
  return found;
};

const sync = async (room: string, since: number, now = NOON, retentionDays?: number) =>
  catchUp(await stateOf(room), since, bob, {
    db: counting.db,
    files: noFiles,
    ...at(now, retentionDays),
  });

const history = async (room: string, now = NOON, retentionDays?: number, before?: number) => {
  const context = at(now, retentionDays);
  const reading = getRoom(counting.db, room);
  const keptOf = (found: Room) => keptIn(found, context);
  const range = { limit: 50 };
  const page =
    before === undefined
      ? await latestMessages(counting.db, room, reading, range, keptOf)
      : await newestMessages(counting.db, room, { before, ...range }, keptOf(await stateOf(room)));
  return { ids: page.messages.map(({ id }) => id), hasMore: page.hasMore };
};

describe('the floor of a room', () => {
  test('hides the numbers up to it from history and sync, and no reader waits for them or voids them', async () => {
    const room = await roomOf(8);
    await set(room, { floor: 5 });
    await remove(room, 1, 2, 3, 5);
    counting.restart();
    expect(await history(room)).toEqual({ ids: [8, 7, 6], hasMore: false });
    expect(await history(room, NOON, undefined, 7)).toEqual({ ids: [6], hasMore: false });
    expect(await sync(room, 0)).toMatchObject({ complete: false, changes: [], seq: 8 });
    expect(await sync(room, 4)).toMatchObject({ complete: false });
    const { changes, complete } = await sync(room, 5);
    expect([complete, changes.map(eventSeq)]).toEqual([true, [6, 7, 8]]);
    expect(counting.counts().writeUnits).toBe(0);
    expect(await getEntry(counting.db, room, 3)).toBeUndefined();
  });

  test('can be the last number of the room, which then shows no messages', async () => {
    const room = await roomOf(4);
    await set(room, { floor: 4 });
    await remove(room, 1, 2, 3, 4);
    expect(await history(room)).toEqual({ ids: [], hasMore: false });
    expect(await sync(room, 4)).toMatchObject({ complete: true, changes: [] });
    await takeSeq(counting.db, room, NOON);
    await putMessage(counting.db, messageOf({ author: alice, room, id: 5, revision: 5 }));
    expect((await history(room)).ids).toEqual([5]);
  });

  test('does not keep readers from voiding an open number above it', async () => {
    const room = await roomOf(4);
    await set(room, { floor: 2 });
    await remove(room, 1, 2, 4);
    expect((await history(room)).ids).toEqual([3]);
    expect(await getEntry(counting.db, room, 4)).toMatchObject({ kind: 'void' });
    expect(await getEntry(counting.db, room, 2)).toBeUndefined();
  });
});

describe('messages that expire', () => {
  test('are hidden at once by the setting of the room, or else of the chat', async () => {
    const room = await roomOf(30);
    const later = NOON + 12 * 60 * 60 * 1000;
    // One message is 12 hours old, the next one 13 hours, and so on.
    expect((await history(room, later, 1)).ids).toEqual([30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19]);
    expect((await history(room, later)).ids).toHaveLength(30);
    await set(room, { retentionDays: 2 });
    expect((await history(room, later, 1)).ids).toHaveLength(30);
    await set(room, { retentionDays: 0 });
    expect((await history(room, NOON + 99 * DAY, 1)).ids).toHaveLength(30);
  });

  test('make a client reload if it may still show some of them', async () => {
    const room = await roomOf(30);
    const later = NOON + 12 * 60 * 60 * 1000;
    expect(await sync(room, 10, later, 1)).toMatchObject({ complete: false, seq: 30 });
    const { complete, changes } = await sync(room, 18, later, 1);
    expect([complete, changes.length]).toEqual([true, 12]);
  });

  test('leave gaps when DynamoDB deletes them: no reader waits for these numbers or stores void entries', async () => {
    const room = await roomOf(30);
    const later = NOON + 12 * 60 * 60 * 1000;
    await remove(room, 2, 9, 16, 18);
    counting.restart();
    expect((await history(room, later, 1)).ids).toHaveLength(12);
    expect(await sync(room, 12, later, 1)).toMatchObject({ complete: false });
    expect(counting.counts().writeUnits).toBe(0);
  });

  test('leave a room without messages when it was quiet for long', async () => {
    const room = await roomOf(5);
    await remove(room, 1, 2, 3, 4, 5);
    counting.restart();
    const later = NOON + 2 * DAY;
    expect(await history(room, later, 1)).toEqual({ ids: [], hasMore: false });
    expect(await sync(room, 3, later, 1)).toMatchObject({ complete: false, seq: 5 });
    expect(await sync(room, 5, later, 1)).toMatchObject({ complete: true, changes: [] });
    expect(counting.counts().writeUnits).toBe(0);
  });

  test('are not hidden by a slow function that takes a number long after it has started', async () => {
    const room = await roomOf(3);
    await takeSeq(counting.db, room, NOON - DAY - 20_000);
    await putMessage(counting.db, messageOf({ author: alice, room, id: 4, revision: 4 }));
    expect((await history(room, NOON, 1)).ids).toEqual([4, 3, 2, 1]);
  });
});
