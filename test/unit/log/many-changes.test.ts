import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';
import * as domain from '../../../functions/domain/message.ts';
import { newestMessages } from '../../../functions/log/history.ts';
import { logKey } from '../../../functions/store/keys.ts';
import { putMessage } from '../../../functions/store/log.ts';
import { messageOf, reactionOf } from '../../support/sample.ts';

vi.mock('../../../functions/domain/message.ts', { spy: true });

let counting: CountingDatabase;
beforeAll(async () => {
  counting = await CountingDatabase.open();
});
afterAll(() => counting.close());

/** Fills a room with two messages and then many reactions. Returns the calls and log entries that the history reads. */
async function costOf(reactions: number) {
  const room = `${reactions}`;
  for (const id of [1, 2]) await putMessage(counting.db, messageOf({ id, room, revision: id }));
  const items = Array.from({ length: reactions }, (_, index) => {
    const seq = index + 3;
    return marshall({ ...logKey(room, seq), ...reactionOf({ seq, message: 2, by: `u${index}` }) });
  });
  await counting.fill('chat', items);
  counting.restart();
  vi.mocked(domain.currentMessages).mockClear();
  const { messages } = await newestMessages(counting.db, room, { limit: 50 });
  expect(messages.map(({ id }) => id)).toEqual([2, 1]);
  const compared = vi.mocked(domain.currentMessages).mock.calls.map(([entries]) => entries.length);
  return {
    calls: counting.counts().trips.flat().length,
    compared: compared.reduce((sum, each) => sum + each, 0),
  };
}

test('the history reads through many reactions in few calls, and handles each of them once', async () => {
  const [some, many] = [await costOf(1_000), await costOf(4_000)];
  expect(some.calls).toBeLessThanOrEqual(6);
  expect(many.calls).toBeLessThanOrEqual(9);
  expect(some.compared).toBe(1_002);
  expect(many.compared).toBe(4_002);
});
