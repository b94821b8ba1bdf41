import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CountingDatabase } from '../../bench/counting-database.ts';
import { action } from '../../functions/dialects/action/decode.ts';
import type { Deletion, Edit, Message, Reaction } from '../../functions/domain/message.ts';
import { applyChange } from '../../functions/log/apply-change.ts';
import { catchUp } from '../../functions/log/catch-up.ts';
import { newestMessages } from '../../functions/log/history.ts';
import type { Database } from '../../functions/store/database.ts';
import { logKey } from '../../functions/store/keys.ts';
import { getEntry, getMessage, putChange, putMessage, takeSeq } from '../../functions/store/log.ts';
import { raiseStatus } from '../../functions/store/messages.ts';
import { effectOfReaction, withReaders } from '../../functions/store/reaction-readers.ts';
import { getRoom, putRoom } from '../../functions/store/rooms.ts';
import { usualOrLong } from '../support/long.ts';
import { messageOf, NOON, reactionOf } from '../support/sample.ts';

let db: Database;
let context: Parameters<typeof applyChange>[2];

let embedded: CountingDatabase;

beforeEach(async () => {
  embedded = await CountingDatabase.open();
  db = embedded.db;
  const noFiles = { remove: async () => undefined };
  context = { db, now: () => NOON, files: () => noFiles as never };
  await putRoom(db, { id: '1', name: '', kind: 'group', access: 'members' });
  await takeSeq(db, '1', NOON);
  await putMessage(db, messageOf());
});

afterEach(() => embedded.close());

const emojis = Array.from({ length: 60 }, (_, index) => String.fromCodePoint(0x1f400 + index));
const emoji = (index: number): string => emojis[index] ?? '';

/** Logs a reaction and applies it. Returns the outcome. */
async function react(by: string | number, symbol: string, removed = false) {
  const { seq } = await takeSeq(db, '1', NOON);
  const change = reactionOf({ seq, by: String(by), emoji: symbol, removed });
  await putChange(db, '1', change);
  return (await applyChange('1', change, context))?.outcome;
}

async function reactAll(users: readonly (string | number)[], symbol: string, removed = false): Promise<void> {
  for (let start = 0; start < users.length; start += 20) {
    await Promise.all(users.slice(start, start + 20).map((user) => react(user, symbol, removed)));
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

const itemOf = async (id = 1) => (await db.chat.get(logKey('1', id))) ?? {};
const sizeOf = (item: object): number => JSON.stringify(item).length;

/** Whether a reaction is refused before it takes a number. */
async function isRefused(reaction: Pick<Reaction, 'by' | 'emoji' | 'removed'>): Promise<boolean> {
  const message = await getMessage(db, '1', 1);
  if (!message) throw new Error('The message is missing.');
  return (await effectOfReaction(db, message, reaction)) === 'full';
}

/** Returns the message as a reader finds it in the history. */
async function messageFor(reader: string): Promise<Message | undefined> {
  const { messages } = await newestMessages(db, '1', { limit: 50 });
  return (await withReaders(db, messages, [reader])).find(({ id }) => id === 1);
}

/** Returns the reactions of a history frame. */
async function wireReactions(reader: string): Promise<Record<string, unknown>> {
  const message = await messageFor(reader);
  const event = {
    kind: 'HistoryLoaded',
    room: '1',
    messages: message ? [message] : [],
    hasMore: false,
  } as const;
  const frame = action.encode(event, { viewer: reader, elsewhere: false }) ?? '';
  return JSON.parse(frame).messages[0].reactions ?? {};
}

async function itemsWith(prefix: string) {
  const { room } = logKey('1', 1);
  const { items } = await db.chat.query({
    where: '#room = :room AND begins_with(#item, :prefix)',
    values: { ':room': room, ':prefix': prefix },
  });
  return items;
}

describe('reactions to one message', () => {
  test('are at most 20 of one member, even when they arrive at once', async () => {
    const outcomes = await Promise.all(emojis.slice(0, 40).map((symbol) => react('1', symbol)));
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(20);
    expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(20);
    expect(Object.keys(await wireReactions('1'))).toHaveLength(20);
  });

  test('have at most 50 different emoji, even when they arrive at once', async () => {
    const outcomes = await Promise.all(emojis.map((symbol, user) => react(user, symbol)));
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(50);
    expect(Object.keys(await wireReactions('1'))).toHaveLength(50);
    expect(await react('70', emoji(0))).toBe(outcomes[0] === 'applied' ? 'applied' : 'refused');
  });

  test('are refused before they take a number, once a limit is reached', async () => {
    for (const symbol of emojis.slice(0, 20)) await react('1', symbol);
    const next = { by: '1', emoji: emoji(30), removed: false };
    expect(await isRefused(next)).toBe(true);
    expect(await isRefused({ ...next, by: '2' })).toBe(false);
    expect(await isRefused({ ...next, emoji: emoji(3) })).toBe(false);
    expect(await isRefused({ ...next, removed: true })).toBe(false);
    for (const [user, symbol] of emojis.slice(20, 50).entries()) await react(`x${user}`, symbol);
    expect(await isRefused({ ...next, by: '2', emoji: emoji(55) })).toBe(true);
    expect(await isRefused({ ...next, by: '2', emoji: emoji(49) })).toBe(false);
  });

  test('leave no entry in the log when they are refused after all', async () => {
    for (const symbol of emojis.slice(0, 21)) await react('1', symbol);
    expect(await getEntry(db, '1', 22)).toMatchObject({ kind: 'void' });
  });

  test('free their place when they are removed', async () => {
    for (const symbol of emojis.slice(0, 20)) await react('1', symbol);
    expect(await react('1', emoji(20))).toBe('refused');
    await react('1', emoji(0), true);
    expect(await react('1', emoji(20))).toBe('applied');
    const before = sizeOf(await itemOf());
    for (let round = 0; round < usualOrLong(2, 5); round++) {
      for (const symbol of emojis.slice(30)) {
        await react('2', symbol);
        await react('2', symbol, true);
      }
    }
    expect(sizeOf(await itemOf())).toBeLessThan(before + 500);
    expect(Object.keys(await wireReactions('1'))).toHaveLength(20);
    for (const [user, symbol] of emojis.slice(30).entries()) await react(`x${user}`, symbol);
    expect(Object.keys(await wireReactions('1'))).toHaveLength(50);
  });

  test('list all users up to 50, and above that a count and the reader', async () => {
    await reactAll(upTo(50), '👍');
    expect(((await wireReactions('1'))['👍'] as number[]).toSorted((a, b) => a - b)).toEqual(upTo(50));
    await reactAll(upTo(120), '👍');
    for (const reader of ['1', '60', '100', '120']) {
      const { count, users } = (await wireReactions(reader))['👍'] as { count: number; users: number[] };
      expect(count).toBe(120);
      expect(users).toContain(Number(reader));
      expect(users.length).toBeLessThanOrEqual(51);
    }
    const { users } = (await wireReactions('121'))['👍'] as { users: number[] };
    expect(users).not.toContain(121);
  });

  test('of many users keep the items small', async () => {
    await reactAll(upTo(usualOrLong(100, 200)), '👍');
    const parts = await itemsWith('part#');
    expect(sizeOf(await itemOf())).toBeLessThan(20_000);
    expect(parts.length).toBeLessThanOrEqual(32);
    for (const part of parts) expect(sizeOf(part)).toBeLessThan(5_000);
  });

  test('of many users are listed again once 50 are left', async () => {
    const many = usualOrLong(70, 120);
    await reactAll(upTo(many), '👍');
    await reactAll(upTo(many - 50), '👍', true);
    const users = (await wireReactions('1'))['👍'] as number[];
    expect(users.toSorted((a, b) => a - b)).toEqual(upTo(many).slice(many - 50));
    await reactAll(upTo(many), '👍', true);
    expect(await wireReactions('1')).toEqual({});
    // Of all 60 emoji 50 are free again.
    for (const [user, symbol] of emojis.slice(0, 50).entries()) {
      expect(await react(`new${user}`, symbol)).toBe('applied');
    }
  });

  test('of a member whose reactions are in a part are limited too', async () => {
    await reactAll(upTo(60), '👍');
    for (const symbol of emojis.slice(0, 19)) expect(await react('60', symbol)).toBe('applied');
    expect(await react('60', emoji(20))).toBe('refused');
    expect(await isRefused({ by: '60', emoji: emoji(20), removed: false })).toBe(true);
    await react('60', emoji(0), true);
    expect(await react('60', emoji(20))).toBe('applied');
  });

  test.each([
    ['in the item of the message', '1'],
    ['in a part', '130'],
  ])('are counted once when they are repeated, and ordered by number: %s', async (_place, by) => {
    await reactAll(upTo(60), '👍');
    const { seq } = await takeSeq(db, '1', NOON);
    const changes = [false, true, false].map((removed, index) =>
      reactionOf({ seq: seq + index, by, emoji: '🎉', removed }),
    );
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 1, 2],
    ]) {
      for (const index of order) await applyChange('1', changes[index] as Reaction, context);
      expect((await wireReactions(by))['🎉']).toEqual([Number(by)]);
    }
    const last = reactionOf({ seq: seq + 3, by, emoji: '🎉', removed: true });
    await applyChange('1', last, context);
    for (const change of changes) await applyChange('1', change, context);
    expect(await wireReactions(by)).not.toHaveProperty('🎉');
    expect((await wireReactions(by))['👍']).toMatchObject({ count: 60 });
  });

  test('in a part are completed by a sync if the function ended in between', async () => {
    await reactAll(upTo(60), '👍');
    const { seq } = await takeSeq(db, '1', NOON);
    const change = reactionOf({ seq, by: '200', emoji: '👍' });
    await putChange(db, '1', change);
    // The first write of the part takes effect, and the copy of its counts fails.
    const { chat } = db;
    const failing = new Proxy(chat, {
      get(target, name) {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (key: { item?: string }, ...rest: unknown[]) =>
          name === 'update' && key.item === logKey('1', 1).item
            ? Promise.reject(new Error('stopped'))
            : method.call(target, key, ...rest);
      },
    });
    await expect(applyChange('1', change, { ...context, db: { ...db, chat: failing } })).rejects.toThrow(
      'stopped',
    );
    const stored = async () => (await getEntry(db, '1', 1)) as { message: Message } | undefined;
    expect((await stored())?.message.reactions?.['👍']).toMatchObject({ count: 60 });
    const room = await getRoom(db, '1');
    if (!room) throw new Error('The room is missing.');
    const page = await catchUp(room, seq - 1, { id: '200' }, context);
    expect(page.changes[0]).toMatchObject({ message: { reactions: { '👍': { count: 61 } } } });
    expect((await stored())?.message.reactions?.['👍']).toMatchObject({ count: 61 });
    expect((await messageFor('200'))?.reactions?.['👍']?.users).toContain('200');
  });

  test('are removed with all their items when the message is deleted', async () => {
    await reactAll(upTo(60), '👍');
    const { seq } = await takeSeq(db, '1', NOON);
    const deletion: Deletion = { kind: 'delete', seq, message: 1, by: '1', at: '2025-02-16T13:00:00.000Z' };
    await applyChange('1', deletion, context);
    expect(await itemsWith('part#')).toEqual([]);
    expect(Object.keys(await itemOf()).filter((name) => name.startsWith('reacted#'))).toEqual([]);
    expect(await react('500', '👍')).toBe('overtaken');
    expect(await itemsWith('part#')).toEqual([]);
  });

  test('keep the order of their first use, whatever their code points', async () => {
    for (const symbol of ['🎉', '👍', '❤️', '🐀']) await react('1', symbol);
    await react('2', '🐀');
    await react('2', '🎉');
    await react('1', '🎉', true);
    expect(Object.keys(await wireReactions('1'))).toEqual(['🎉', '👍', '❤️', '🐀']);
    await react('2', '🎉', true);
    await react('2', '🎉');
    expect(Object.keys(await wireReactions('1'))).toEqual(['👍', '❤️', '🐀', '🎉']);
  });

  test('of an earlier release stay readable and can be removed', async () => {
    await db.chat.update(logKey('1', 1), {
      update: 'SET #a = :a, #b = :b, #c = :c',
      names: { '#a': 'reaction#1#🎉', '#b': 'reaction#2#❤', '#c': 'reaction#3#👍' },
      values: {
        ':a': { seq: 4, removed: false },
        ':b': { seq: 3, removed: false },
        ':c': { seq: 5, removed: true },
      },
    });
    expect(Object.entries(await wireReactions('1'))).toEqual([
      ['❤️', [2]],
      ['🎉', [1]],
    ]);
    for (let tries = 0; tries < 8; tries++) await takeSeq(db, '1', NOON);
    await react('2', '❤️', true);
    await react('3', '🎉');
    expect(await wireReactions('1')).toEqual({ '🎉': [1, 3] });
    expect(await itemOf()).not.toHaveProperty('reaction#2#❤');
  });

  test('are not shown again by an older page once they are removed', async () => {
    await react('1', '👍');
    for (let count = 0; count < 3; count++) {
      const { seq } = await takeSeq(db, '1', NOON);
      await putMessage(db, messageOf({ id: seq, revision: seq }));
    }
    await react('1', '👍', true);
    const { messages } = await newestMessages(db, '1', { before: 4, limit: 50 });
    expect(messages.find(({ id }) => id === 1)).not.toHaveProperty('reactions');
  });
});

describe('a message whose item is full', () => {
  const editOf = (seq: number, text: string): Edit => ({
    kind: 'edit',
    seq,
    message: 1,
    by: '1',
    text,
    at: '2025-02-16T13:00:00.000Z',
  });

  test('refuses an edit, and does not break a sync', async () => {
    await db.chat.update(logKey('1', 1), {
      update: 'SET filler = :filler',
      values: { ':filler': 'x'.repeat(400 * 1024 - 600) },
    });
    const { seq } = await takeSeq(db, '1', NOON);
    const edit = editOf(seq, 'y'.repeat(2_000));
    await putChange(db, '1', edit);
    const room = await getRoom(db, '1');
    if (!room) throw new Error('The room is missing.');
    const page = await catchUp(room, 1, { id: '1' }, context);
    expect(page.seq).toBe(seq);
    expect((await applyChange('1', edit, context))?.outcome).toBe('refused');
    expect(await getEntry(db, '1', seq)).toMatchObject({ kind: 'void' });
  });

  /** Fills the item of the message to the last byte. */
  async function fillItem(): Promise<void> {
    let size = 0;
    for (let step = 2 ** 18; step >= 1; step /= 2) {
      const update = { update: 'SET filler = :filler', values: { ':filler': 'x'.repeat(size + step) } };
      const fits = await db.chat.update(logKey('1', 1), update).then(
        () => true,
        () => false,
      );
      if (fits) size += step;
    }
  }

  test('can be deleted, and does not fail its receipts', async () => {
    const names = Array.from({ length: 700 }, (_, index) => [`#a${index}`, `reaction#${index}#🎉`] as const);
    const padding = 'x'.repeat(540);
    for (let start = 0; start < names.length; start += 70) {
      const some = names.slice(start, start + 70);
      await db.chat.update(logKey('1', 1), {
        update: `SET ${some.map(([name]) => `${name} = :old`).join(', ')}`,
        names: Object.fromEntries(some),
        values: { ':old': { seq: 1, removed: false, padding } },
      });
    }
    await fillItem();
    expect(await raiseStatus(db, messageOf(), 'delivered', '2025-02-16T13:00:00.000Z')).toBeUndefined();
    const { seq } = await takeSeq(db, '1', NOON);
    const deletion: Deletion = { kind: 'delete', seq, message: 1, by: '1', at: '2025-02-16T13:00:00.000Z' };
    expect((await applyChange('1', deletion, context))?.outcome).toBe('applied');
    expect(Object.keys(await itemOf()).filter((name) => name.startsWith('reaction#'))).toEqual([]);
  });

  test('does not result from many edits: only the last ones are listed', async () => {
    const edits = usualOrLong(40, 100);
    for (let count = 0; count < edits; count++) {
      const { seq } = await takeSeq(db, '1', NOON);
      const edit = editOf(seq, `text ${count}`);
      await putChange(db, '1', edit);
      await applyChange('1', edit, context);
    }
    const item = await itemOf();
    expect(item['text']).toBe(`text ${edits - 1}`);
    expect(item['edits'].size).toBeLessThanOrEqual(20);
    const entries = await itemsWith('log#');
    const texts = entries.filter(({ kind, text }) => kind === 'edit' && text !== undefined);
    expect(texts.length).toBeLessThanOrEqual(20);
  });

  test('does not result from many edits with files: only the shown one is listed', async () => {
    for (let count = 0; count < 30; count++) {
      const { seq } = await takeSeq(db, '1', NOON);
      const file = { id: `f${count}`, hold: `h${count}`, name: 'a.txt', contentType: 'text/plain', size: 1 };
      const edit = { ...editOf(seq, ''), file };
      await putChange(db, '1', edit);
      await applyChange('1', edit, context);
    }
    expect((await itemOf())['files']).toEqual(new Set(['f29#h29']));
  });
});
