import { beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../functions/store/database.ts';
import { memberKey, visitorKey } from '../../functions/store/keys.ts';
import { addMember, checkWriteAccess, setMute } from '../../functions/store/members.ts';
import { sdkDynamoDb } from '../../functions/store/sdk-dynamodb.ts';
import { countVisitorWrite, countWrite, type WriteWindow } from '../../functions/store/write-window.ts';
import { NOON } from '../support/sample.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { useAwsHost } from './aws-host.ts';
import { clientOf, serve } from './dynamodb-host.ts';

let db: Database;

useAwsHost();
beforeEach(async () => {
  const client = sdkDynamoDb(clientOf(await serve(await openTestDatabase())));
  db = openDatabase(client, { chat: 'rooms', connections: '' });
  await addMember(db, { id: '1', seq: 0 }, '1', 'member');
});

const windowOf = (messages: number, windowMs = 10_000, counted: WriteWindow['counted'] = 'send') => ({
  counted,
  rate: { messages, windowMs },
});

/** Writes at a time. Returns true, or the milliseconds until the next write is allowed. */
async function write(at: number, window: WriteWindow): Promise<true | number> {
  try {
    await checkWriteAccess(db, '1', '1', window, NOON + at);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'RATE_LIMITED' });
    return (error as { retryAfterMs: number }).retryAfterMs;
  }
}

const itemOf = async (key: Record<string, string>) => (await db.chat.get(key)) ?? {};

describe('a window of writes', () => {
  test.each([1, 2, 20, 100])(
    'of %i allows as many writes, and another when the oldest leaves the window',
    async (n) => {
      const window = windowOf(n);
      for (let at = 0; at < n; at++) expect(await write(at, window)).toBe(true);
      expect(await write(n, window)).toBe(10_000 - n);
      expect(await write(9_999, window)).toBe(1);
      expect(await write(10_000, window)).toBe(true);
      expect(await write(10_000, window)).toBe(n === 1 ? 10_000 : 1);
    },
  );

  test('stores the times of the last writes in order', async () => {
    for (const at of [1, 2, 3, 4]) await write(at * 20_000, windowOf(3));
    const item = await itemOf(memberKey('1', '1'));
    expect([item['send0'], item['send1'], item['send2'], item['send3']]).toEqual([
      NOON + 80_000,
      NOON + 60_000,
      NOON + 40_000,
      undefined,
    ]);
  });

  test('allows the same writes as a full count, at any times', async () => {
    const window = windowOf(4, 1_000);
    const times: number[] = [];
    let [at, seed] = [0, 7];
    for (let step = 0; step < 300; step++) {
      seed = (seed * 48_271) % 2_147_483_647;
      at += seed % 400;
      const counted = times.filter((each) => each > at - 1_000);
      const [oldest = 0] = counted;
      const fits = counted.length < 4;
      expect(await write(at, window)).toBe(fits ? true : oldest + 1_000 - at);
      if (fits) times.push(at);
    }
    expect(times.length).toBeGreaterThan(100);
    expect(times.length).toBeLessThan(300);
  });

  test('does not count rejected writes', async () => {
    const window = windowOf(2);
    await write(0, window);
    await write(0, window);
    for (let at = 1; at < 50; at++) expect(await write(at, window)).toBe(10_000 - at);
    expect(await write(10_000, window)).toBe(true);
  });

  test('allows exactly its number of concurrent writes', async () => {
    const writes = await Promise.all(Array.from({ length: 60 }, () => write(0, windowOf(20))));
    expect(writes.filter((each) => each === true)).toHaveLength(20);
  });

  test('counts sends and changes separately', async () => {
    expect(await write(0, windowOf(1))).toBe(true);
    expect(await write(1, windowOf(1, 10_000, 'change'))).toBe(true);
    expect(await write(2, windowOf(1))).toBe(9_998);
    expect(await write(3, windowOf(1, 10_000, 'change'))).toBe(9_998);
  });

  test('applies a changed rate at once', async () => {
    for (let at = 0; at < 5; at++) await write(at, windowOf(5));
    expect(await write(5, windowOf(2))).toBe(9_998);
    expect(await write(5, windowOf(6))).toBe(true);
    expect(await write(6, windowOf(6))).toBe(9_994);
  });

  test('tolerates small differences of clocks', async () => {
    const window = windowOf(2);
    expect(await write(30, window)).toBe(true);
    expect(await write(0, window)).toBe(true);
    expect(await write(5, window)).toBe(10_025);
    expect(await write(10_029, window)).toBe(1);
    expect(await write(10_030, window)).toBe(true);
  });

  test('ignores a time far in the future, left by a wrong clock', async () => {
    const window = windowOf(1);
    expect(await write(24 * 60 * 60 * 1000, window)).toBe(true);
    expect(await write(0, window)).toBe(true);
    expect(await write(1, window)).toBe(9_999);
  });

  test('rejects users who are not members, and muted members without a time', async () => {
    await expect(checkWriteAccess(db, '1', '2', windowOf(1), NOON)).rejects.toMatchObject({
      code: 'NOT_A_MEMBER',
    });
    expect(await itemOf(memberKey('1', '2'))).toEqual({});
    await write(0, windowOf(1));
    await setMute(db, '1', '1', NOON + 5_000);
    const muted = { code: 'MUTED', retryAfterMs: undefined };
    await expect(checkWriteAccess(db, '1', '1', windowOf(1), NOON)).rejects.toMatchObject(muted);
    await expect(checkWriteAccess(db, '1', '1', null, NOON)).rejects.toMatchObject(muted);
    expect(await write(5_000, windowOf(1))).toBe(5_000);
  });
});

test('counts the writes of a visitor in an expiring item that is not in the index of members', async () => {
  const writeAs = (visitor: string, at: number) =>
    countVisitorWrite(db, '1', visitor, windowOf(2), NOON + at).then(() => true);
  expect(await writeAs('a', 0)).toBe(true);
  expect(await writeAs('a', 1)).toBe(true);
  await expect(writeAs('a', 2)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 9_998 });
  expect(await writeAs('b', 2)).toBe(true);
  expect(await writeAs('a', 10_000)).toBe(true);
  expect(await itemOf(visitorKey('1', 'a'))).toEqual({
    ...visitorKey('1', 'a'),
    send0: NOON + 10_000,
    send1: NOON + 1,
    // The window of ten seconds starts again.
    expiresAt: Math.ceil((NOON + 20_000) / 1000),
  });
});

test('fits the largest configurable window into the limits of a DynamoDB expression', () => {
  const { set, condition } = countWrite(windowOf(100, 3_600_000, 'change'), NOON);
  expect(`SET expiresAt=:expires,${set}`.length).toBeLessThan(4_096);
  expect(set.match(/=|if_not_exists/g)?.length).toBeLessThan(300);
  expect(condition.length).toBeLessThan(200);
});
