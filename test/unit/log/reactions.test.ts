import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';
import type { Message, Reaction } from '../../../functions/domain/message.ts';
import { applyChange } from '../../../functions/log/apply-change.ts';
import { catchUp } from '../../../functions/log/catch-up.ts';
import type { LogContext } from '../../../functions/log/context.ts';
import { newestMessages } from '../../../functions/log/history.ts';
import type { Database } from '../../../functions/store/database.ts';
import { logKey, messagePartKey } from '../../../functions/store/keys.ts';
import { putChange, putMessage, takeSeq } from '../../../functions/store/log.ts';
import { MAX_INLINE_USERS, partFor } from '../../../functions/store/reaction-items.ts';
import { withReaders } from '../../../functions/store/reaction-readers.ts';
import { getRoom, putRoom } from '../../../functions/store/rooms.ts';
import { noFiles } from '../../support/mock-database.ts';
import { messageOf, NOON, reactionOf } from '../../support/sample.ts';
import { Schedule } from '../../support/schedule.ts';

const ORDERS = 10;
const CHANGES = 10;
const emojis = ['👍', '🎉', '👀'] as const;

/** Users whose reactions are in one part, once the item of the message is full. */
const users = Array.from({ length: 400 }, (_, index) => `u${index}`)
  .filter((user) => partFor(user) === partFor('u0'))
  .slice(0, 4);

let counting: CountingDatabase;
let rooms = 0;

beforeAll(async () => {
  counting = await CountingDatabase.open();
});

afterAll(() => counting.close());

const contextOf = (db: Database): LogContext => ({ db, files: noFiles, now: () => NOON });

/** Creates a room with a message. @param taken the number of users whose reactions are in its item already */
async function roomOf(seed: number, taken: number): Promise<string> {
  const room = `${taken}-${seed}-${rooms++}`;
  await putRoom(counting.db, { id: room, name: '', kind: 'group', access: 'members' });
  await takeSeq(counting.db, room, NOON);
  await putMessage(counting.db, messageOf({ room }));
  await counting.db.chat.update(logKey(room, 1), {
    update: 'SET #users = :users',
    names: { '#users': 'reacted#users' },
    values: { ':users': taken },
  });
  return room;
}

/** Logs random changes of the room's message, without applying them. */
async function logChanges(room: string, schedule: Schedule): Promise<readonly Reaction[]> {
  const changes: Reaction[] = [];
  for (let count = 0; count < CHANGES; count++) {
    const { seq } = await takeSeq(counting.db, room, NOON);
    const by = users[schedule.pick(users.length)] ?? '';
    const emoji = emojis[schedule.pick(emojis.length)] ?? '';
    const change = reactionOf({ seq, by, emoji, removed: schedule.pick(3) === 0 });
    await putChange(counting.db, room, change);
    changes.push(change);
  }
  return changes;
}

/** Returns the users' reactions after all changes, applied in the order of their numbers. */
function expected(changes: readonly Reaction[]): string[] {
  const present = new Set<string>();
  for (const { by, emoji, removed } of changes) {
    if (removed) present.delete(`${emoji} ${by}`);
    else present.add(`${emoji} ${by}`);
  }
  return [...present].sort();
}

async function shown(messages: readonly Message[]) {
  const [message] = await withReaders(counting.db, messages, users);
  const reactions = Object.entries(message?.reactions ?? {});
  return {
    users: reactions.flatMap(([emoji, each]) => each.users.map((user) => `${emoji} ${user}`)).sort(),
    emoji: reactions.map(([emoji]) => emoji),
    count: reactions.reduce((sum, [, { count }]) => sum + count, 0),
  };
}

describe.each([
  ['in the item of the message', 0],
  ['in the item and in a part', MAX_INLINE_USERS - 2],
  ['in a part', MAX_INLINE_USERS],
])('whatever the order of the calls, reactions %s', (_place, taken) => {
  test.each([
    ['repeat them', false],
    ['end halfway', true],
  ])(
    'end as their sequence numbers say, although functions %s',
    async (_what, halfway) => {
      for (let seed = 0; seed < ORDERS; seed++) {
        const room = await roomOf(seed, taken);
        const schedule = new Schedule(seed);
        const changes = await logChanges(room, schedule);
        const applying = changes.flatMap((change) => {
          const repeats = 1 + schedule.pick(2);
          return Array.from({ length: repeats }, async () => {
            let calls = halfway && schedule.pick(2) === 0 ? schedule.pick(5) : 100;
            const db = schedule.database(counting.db, `${change.seq}`, () => calls-- <= 0);
            await applyChange(room, change, contextOf(db));
          });
        });
        // The calls of a function that ended halfway never end.
        void Promise.all(applying);
        await schedule.run();
        const state = await getRoom(counting.db, room);
        if (!state) throw new Error('The room is missing.');
        await catchUp(state, 0, { id: 'u0' }, contextOf(counting.db));

        const trace = `seed ${seed}: ${JSON.stringify(changes)} ${schedule.ran.join(', ')}`;
        const { messages } = await newestMessages(counting.db, room, { limit: 10 });
        const after = await shown(messages);
        expect(after.users, trace).toEqual(expected(changes));
        expect(after.count, trace).toBe(after.users.length);
        const item = (await counting.db.chat.get(logKey(room, 1))) ?? {};
        const places = Object.keys(item).filter((name) => name.startsWith('reacted#first#'));
        // A function that ended halfway may have left an emoji that nobody has.
        const kept = places.map((name) => name.slice('reacted#first#'.length));
        if (halfway) expect(kept, trace).toEqual(expect.arrayContaining(after.emoji));
        else expect(kept.sort(), trace).toEqual(after.emoji.toSorted());
        expect(item['reacted#kinds'] ?? 0, trace).toBe(places.length);
      }
    },
    120_000,
  );
});

test('the history shows a logged reaction that its message lacks, although the message has a later one', async () => {
  const room = await roomOf(0, 1);
  const { seq } = await takeSeq(counting.db, room, NOON);
  await takeSeq(counting.db, room, NOON);
  const [lost, later] = [reactionOf({ seq, by: 'u1' }), reactionOf({ seq: seq + 1, by: 'u2' })];
  await putChange(counting.db, room, lost);
  await putChange(counting.db, room, later);
  await applyChange(room, later, contextOf(counting.db));
  const { messages } = await newestMessages(counting.db, room, { limit: 10 });
  expect((await shown(messages)).users).toHaveLength(2);
});

test('places of emoji that a function left without users are free again at the limit', async () => {
  const room = await roomOf(1, MAX_INLINE_USERS);
  const left = Array.from({ length: 50 }, (_, index) => String.fromCodePoint(0x1f400 + index));
  await counting.db.chat.update(logKey(room, 1), {
    update: `SET #kinds = :kinds, ${left.map((_, index) => `#f${index} = :seq`).join(', ')}`,
    names: Object.fromEntries([
      ['#kinds', 'reacted#kinds'],
      ...left.map((emoji, index) => [`#f${index}`, `reacted#first#${emoji}`]),
    ]),
    values: { ':kinds': left.length, ':seq': 1 },
  });
  const { seq } = await takeSeq(counting.db, room, NOON);
  const change = reactionOf({ seq, by: 'u1' });
  expect(await applyChange(room, change, contextOf(counting.db))).toMatchObject({ outcome: 'applied' });
  const item = (await counting.db.chat.get(logKey(room, 1))) ?? {};
  expect(item['reacted#kinds']).toBe(50);
  expect(item).toHaveProperty('reacted#first#👍');
});

test('300 people can like one message, which stays small and is read quickly', async () => {
  const room = await roomOf(2, 0);
  const AT_ONCE = 50;
  for (let first = 0; first < 300; first += AT_ONCE) {
    const liked = Array.from({ length: AT_ONCE }, (_, index) => {
      const change = reactionOf({ seq: first + index + 2, by: `${first + index}` });
      return applyChange(room, change, contextOf(counting.db));
    });
    for (const applied of await Promise.all(liked)) expect(applied?.outcome).toBe('applied');
  }
  const sizeOf = async (key: Record<string, string>) =>
    JSON.stringify((await counting.db.chat.get(key)) ?? {}).length;
  expect(await sizeOf(logKey(room, 1))).toBeLessThan(20_000);
  expect(await sizeOf(messagePartKey(room, 1, partFor('299')))).toBeLessThan(4_000);
  const { messages } = await newestMessages(counting.db, room, { limit: 10 });
  const [message] = await withReaders(counting.db, messages, ['299']);
  expect(message?.reactions?.['👍']).toMatchObject({
    count: 300,
    users: expect.arrayContaining(['299']),
  });
  expect(message?.reactions?.['👍']?.users).toHaveLength(51);
}, 120_000);
