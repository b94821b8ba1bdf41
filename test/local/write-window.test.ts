import { beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../functions/store/database.ts';
import { memberKey, visitorKey } from '../../functions/store/keys.ts';
import { checkWriteAccess, countVisitorWrite, putMember, setMute } from '../../functions/store/members.ts';
import { sdkDynamoDb } from '../../functions/store/sdk-dynamodb.ts';
import { countWrite, type WriteWindow } from '../../functions/store/write-window.ts';
import { openEmbedded } from '../../local/dynamodb/embedded.ts';
import { NOON } from '../support/sample.ts';
import { useAwsHost } from './aws-host.ts';
import { clientOf, serve } from './dynamodb-host.ts';

let db: Database;

useAwsHost();
beforeEach(async () => {
  const client = sdkDynamoDb(clientOf(await serve(await openEmbedded(null))));
  db = openDatabase(client, { chat: 'rooms', connections: '' });
  await putMember(db, '1', '1', 'member');
});

const windowOf = (messages: number, windowMs = 10_000, counted: WriteWindow['counted'] = 'send') => ({
  counted,
  rate: { messages, windowMs },
});

/** Whether a turn was taken at a time: true, or in how many milliseconds the next is there. */
async function turn(at: number, window: WriteWindow): Promise<true | number> {
  try {
    await checkWriteAccess(db, '1', '1', window, NOON + at);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'RATE_LIMITED' });
    return (error as { retryAfterMs: number }).retryAfterMs;
  }
}

const itemOf = async (key: Record<string, string>) => (await db.chat.get(key)) ?? {};

describe('a window of turns', () => {
  test.each([1, 2, 20, 100])(
    'of %i takes so many and no more, and one again for each that leaves',
    async (n) => {
      const window = windowOf(n);
      for (let at = 0; at < n; at++) expect(await turn(at, window)).toBe(true);
      expect(await turn(n, window)).toBe(10_000 - n);
      expect(await turn(9_999, window)).toBe(1);
      expect(await turn(10_000, window)).toBe(true);
      expect(await turn(10_000, window)).toBe(n === 1 ? 10_000 : 1);
    },
  );

  test('keeps the times of the last turns in order, and moves them by one', async () => {
    for (const at of [1, 2, 3, 4]) await turn(at * 20_000, windowOf(3));
    const item = await itemOf(memberKey('1', '1'));
    expect([item['send0'], item['send1'], item['send2'], item['send3']]).toEqual([
      NOON + 80_000,
      NOON + 60_000,
      NOON + 40_000,
      undefined,
    ]);
  });

  test('lets through what a count of every turn would, at whatever times they come', async () => {
    const window = windowOf(4, 1_000);
    const taken: number[] = [];
    let [at, seed] = [0, 7];
    for (let step = 0; step < 300; step++) {
      seed = (seed * 48_271) % 2_147_483_647;
      at += seed % 400;
      const counted = taken.filter((each) => each > at - 1_000);
      const [oldest = 0] = counted;
      const fits = counted.length < 4;
      expect(await turn(at, window)).toBe(fits ? true : oldest + 1_000 - at);
      if (fits) taken.push(at);
    }
    expect(taken.length).toBeGreaterThan(100);
    expect(taken.length).toBeLessThan(300);
  });

  test('is not lengthened by turns that it refused', async () => {
    const window = windowOf(2);
    await turn(0, window);
    await turn(0, window);
    for (let at = 1; at < 50; at++) expect(await turn(at, window)).toBe(10_000 - at);
    expect(await turn(10_000, window)).toBe(true);
  });

  test('lets exactly its number through of many at the same moment', async () => {
    const turns = await Promise.all(Array.from({ length: 60 }, () => turn(0, windowOf(20))));
    expect(turns.filter((each) => each === true)).toHaveLength(20);
  });

  test('of sends does not count changes', async () => {
    expect(await turn(0, windowOf(1))).toBe(true);
    expect(await turn(1, windowOf(1, 10_000, 'change'))).toBe(true);
    expect(await turn(2, windowOf(1))).toBe(9_998);
    expect(await turn(3, windowOf(1, 10_000, 'change'))).toBe(9_998);
  });

  test('holds at once when the setting is made smaller or larger', async () => {
    for (let at = 0; at < 5; at++) await turn(at, windowOf(5));
    expect(await turn(5, windowOf(2))).toBe(9_998);
    expect(await turn(5, windowOf(6))).toBe(true);
    expect(await turn(6, windowOf(6))).toBe(9_994);
  });

  test('holds where the functions’ clocks differ a little', async () => {
    const window = windowOf(2);
    expect(await turn(30, window)).toBe(true);
    expect(await turn(0, window)).toBe(true);
    expect(await turn(5, window)).toBe(10_025);
    expect(await turn(10_029, window)).toBe(1);
    expect(await turn(10_030, window)).toBe(true);
  });

  test('locks nobody out for what a clock that was wrong has left', async () => {
    const window = windowOf(1);
    expect(await turn(24 * 60 * 60 * 1000, window)).toBe(true);
    expect(await turn(0, window)).toBe(true);
    expect(await turn(1, window)).toBe(9_999);
  });

  test('is no stranger’s, and says of one who is muted that and not when to come back', async () => {
    await expect(checkWriteAccess(db, '1', '2', windowOf(1), NOON)).rejects.toMatchObject({
      code: 'NOT_A_MEMBER',
    });
    expect(await itemOf(memberKey('1', '2'))).toEqual({});
    await turn(0, windowOf(1));
    await setMute(db, '1', '1', NOON + 5_000);
    const muted = { code: 'MUTED', retryAfterMs: undefined };
    await expect(checkWriteAccess(db, '1', '1', windowOf(1), NOON)).rejects.toMatchObject(muted);
    await expect(checkWriteAccess(db, '1', '1', null, NOON)).rejects.toMatchObject(muted);
    expect(await turn(5_000, windowOf(1))).toBe(5_000);
  });
});

test('a visitor has a window of their own, in an item that goes by itself and is in no index of members', async () => {
  const take = (visitor: string, at: number) =>
    countVisitorWrite(db, '1', visitor, windowOf(2), NOON + at).then(() => true);
  expect(await take('a', 0)).toBe(true);
  expect(await take('a', 1)).toBe(true);
  await expect(take('a', 2)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 9_998 });
  expect(await take('b', 2)).toBe(true);
  expect(await take('a', 10_000)).toBe(true);
  expect(await itemOf(visitorKey('1', 'a'))).toEqual({
    ...visitorKey('1', 'a'),
    send0: NOON + 10_000,
    send1: NOON + 1,
    expiresAt: Math.floor((NOON + 10_000) / 1000) + 3_600,
  });
});

test('the largest window that a setting may have fits DynamoDB’s 4 KB and 300 operators', () => {
  const { set, condition } = countWrite(windowOf(100, 3_600_000, 'change'), NOON);
  expect(`SET expiresAt=:expires,${set}`.length).toBeLessThan(4_096);
  expect(set.match(/=|if_not_exists/g)?.length).toBeLessThan(300);
  expect(condition.length).toBeLessThan(200);
});
