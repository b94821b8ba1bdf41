import { describe, expect, test } from 'vitest';
import { checkLog } from '../../torture/check-log.ts';
import { checkDeletedTexts, compareMessages } from '../../torture/check-run.ts';
import type { Operation, TrackedOperation } from '../../torture/operations.ts';
import { StatusChecker } from '../../torture/recording.ts';
import {
  type Entry,
  expectedMessages,
  type Item,
  type StoredRoom,
  storedMessages,
  storedOperations,
} from '../../torture/room-states.ts';

const room = { id: '101', members: new Map([['1', 'owner'] as const, ['2', 'member'] as const]) };

const operation = (
  clientId: string,
  kind: Operation['kind'],
  fields: Partial<Operation> = {},
): Operation => ({ name: clientId, clientId, user: '1', room: '101', kind, ...fields });

const tracked = (
  one: Operation,
  seqs: readonly number[],
  errors: readonly string[] = [],
  resolved = false,
): TrackedOperation => ({
  operation: one,
  responses: { seqs: new Set(seqs), errors: new Set(errors), resolved },
});

function storedRoom(entries: readonly object[], claims: Readonly<Record<string, number>>): StoredRoom {
  const items = entries.map(
    (entry, index): Item => ({
      room: '101',
      item: `log#${index + 1}`,
      seq: index + 1,
      ...entry,
    }),
  );
  return {
    seq: entries.length,
    log: new Map(items.map((item, index) => [index + 1, item as Entry])),
    claims: new Map(Object.entries(claims)),
    items,
  };
}

const hello = operation('a', 'send', { text: 'hello a.' });
const edit = operation('b', 'edit', { message: 1, text: 'hello b.' });
const deletion = operation('c', 'delete', { message: 1 });
const reaction = operation('d', 'react', { message: 1, emoji: '👍', user: '2' });

const helloEntry = { kind: 'message', clientId: 'a', text: 'hello b.', status: 'sent' };
const editEntry = { kind: 'edit', message: 1, by: '1', text: 'hello b.' };
const tombstone = { kind: 'message', clientId: 'a', text: '', deletedAt: 'now', status: 'sent' };
const deletionEntry = { kind: 'delete', message: 1, by: '1' };

describe('checkLog', () => {
  test('accepts a log that contains each acknowledged change once', () => {
    const log = storedRoom([helloEntry, editEntry, { kind: 'void' }], { '1 a': 1, '1 b': 2 });
    expect(checkLog(room, log, [tracked(hello, [1]), tracked(edit, [2])])).toEqual([]);
  });

  test('accepts an acknowledgement of a change of nothing without an entry, if it can have changed nothing', () => {
    const unchanged = (one: Operation): TrackedOperation => ({
      operation: one,
      responses: { seqs: new Set(), errors: new Set(), resolved: true, unchanged: true },
    });
    const again = { ...reaction, name: 'again', clientId: 'again' };
    const reactionEntry = { kind: 'react', message: 1, by: '2', emoji: '👍', removed: false };
    const log = storedRoom([helloEntry, reactionEntry], { '1 a': 1, '2 d': 2 });
    const operations = [tracked(hello, [1]), tracked(reaction, [2])];
    const removal = { ...again, emoji: '🎉', remove: true };
    expect(checkLog(room, log, [...operations, unchanged(again), unchanged(removal)])).toEqual([]);
    const other = { ...again, emoji: '🎉' };
    expect(checkLog(room, log, [...operations, unchanged(other)])).toEqual([
      expect.stringContaining('was acknowledged as a change of nothing'),
    ]);
  });

  test.each([
    [
      'lacks an acknowledged change',
      [{ kind: 'void' }],
      { '1 a': 1 },
      [tracked(hello, [1])],
      /is not in the log/,
    ],
    [
      'contains a change twice',
      [helloEntry, helloEntry],
      { '1 a': 1 },
      [tracked(hello, [1])],
      /is a duplicate or was never requested/,
    ],
    [
      'contains a change under another sequence number',
      [{ kind: 'void' }, helloEntry],
      { '1 a': 2 },
      [tracked(hello, [1])],
      /was acknowledged as 1 but is entry 2/,
    ],
    [
      'contains a change without a response',
      [helloEntry],
      { '1 a': 1 },
      [tracked(hello, [])],
      /got no response/,
    ],
    [
      'contains another change under the sequence number',
      [deletionEntry],
      { '1 a': 1 },
      [tracked(hello, [1])],
      /should be send a/,
    ],
    [
      'has two operations for one entry',
      [helloEntry],
      { '1 a': 1, '1 b': 1 },
      [tracked(hello, [1]), tracked(edit, [1])],
      /belongs to both send a of user 1 and edit b/,
    ],
    [
      'contains a refused change',
      [helloEntry],
      { '1 a': 1 },
      [tracked({ ...hello, expectedError: 'NOT_A_MEMBER' }, [], ['NOT_A_MEMBER'])],
      /was refused with NOT_A_MEMBER but is entry 1/,
    ],
    [
      'lacks a change that the client resolved',
      [{ kind: 'void' }],
      { '1 a': 1 },
      [tracked(hello, [], [], true)],
      /send a of user 1 was resolved by the client but is not in the log/,
    ],
    [
      'contains a change that must be refused',
      [helloEntry],
      { '1 a': 1 },
      [tracked({ ...hello, expectedError: 'MESSAGE_NOT_FOUND' }, [], [], true)],
      /was accepted instead of refused with MESSAGE_NOT_FOUND/,
    ],
    [
      'lacks a change that was refused without a reason',
      [],
      {},
      [tracked(hello, [], ['BAD_FRAME'])],
      /without a reason/,
    ],
  ] as const)('reports a log that %s', (_name, entries, claims, operations, violation) => {
    expect(checkLog(room, storedRoom(entries, claims), operations).join('\n')).toMatch(violation);
  });

  test('reports an entry above the counter of the room', () => {
    const log = { ...storedRoom([helloEntry], { '1 a': 1 }), seq: 0 };
    expect(checkLog(room, log, [tracked(hello, [1])]).join('\n')).toMatch(/the counter is at 0/);
  });

  test('accepts refusals of changes to deleted messages and to messages of other users', () => {
    const log = storedRoom([tombstone, deletionEntry], { '1 a': 1, '1 c': 2 });
    const foreign = { ...edit, user: '2' };
    for (const code of ['MESSAGE_NOT_FOUND', 'NOT_THE_AUTHOR']) {
      const operations = [tracked(hello, [1]), tracked(deletion, [2]), tracked(foreign, [], [code])];
      expect(checkLog(room, log, operations)).toEqual([]);
    }
  });
});

test('accepts a resolved delete without an entry only if another delete came first', () => {
  const log = storedRoom([tombstone, deletionEntry], { '1 a': 1, '1 c': 2 });
  const foreign = tracked({ ...deletion, name: 'g', clientId: 'g', user: '2' }, [], [], true);
  expect(checkLog(room, log, [tracked(hello, [1]), tracked(deletion, [2]), foreign])).toEqual([]);
  const bare = storedRoom([helloEntry], { '1 a': 1 });
  expect(checkLog(room, bare, [tracked(hello, [1]), foreign]).join()).toMatch(/was resolved by the client/);
});

describe('expectedMessages', () => {
  test('returns the sent texts in the order of the log, and treats a delete as final', () => {
    const log = storedRoom([tombstone, deletionEntry, editEntry], { '1 a': 1, '1 c': 2, '1 b': 3 });
    const inLog = storedOperations('101', [edit, hello, deletion], log);
    expect(inLog.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect([...expectedMessages(inLog)]).toEqual([[1, { text: '', deleted: true, reactions: [] }]]);
  });

  test('returns the reactions that were not removed', () => {
    const again = { ...reaction, clientId: 'e', user: '1' };
    const back = { ...reaction, clientId: 'f', remove: true };
    const inLog = [hello, reaction, again, back].map((one, index) => ({ operation: one, seq: index + 1 }));
    expect(expectedMessages(inLog).get(1)).toEqual({ text: 'hello a.', deleted: false, reactions: ['👍 1'] });
  });
});

describe('compareMessages', () => {
  const right = new Map([[1, { text: 'hello b.', deleted: false, reactions: [] }]]);

  test('accepts equal messages, including those of the table', () => {
    expect(compareMessages('c0', right, right)).toEqual([]);
    expect(compareMessages('table', storedMessages(storedRoom([helloEntry, editEntry], {})), right)).toEqual(
      [],
    );
  });

  test.each([
    ['lacks a message', new Map()],
    ['has an old text', new Map([[1, { text: 'hello a.', deleted: false, reactions: [] }]])],
    ['has an additional reaction', new Map([[1, { text: 'hello b.', deleted: false, reactions: ['👍 1'] }]])],
    ['has an additional message', new Map([...right, [2, { text: 'x', deleted: false, reactions: [] }]])],
  ])('reports a copy that %s', (_name, found) => {
    expect(compareMessages('c0', found, right)).toHaveLength(1);
  });

  test('accepts a copy without the deleted messages', () => {
    const deleted = new Map([[1, { text: '', deleted: true, reactions: [] }]]);
    expect(compareMessages('c0', new Map(), deleted)).toEqual([]);
  });
});

test('checkDeletedTexts reports the text of a deleted message in any item', () => {
  const inLog = [hello, edit, deletion].map((one, index) => ({ operation: one, seq: index + 1 }));
  expect(
    checkDeletedTexts(inLog, storedRoom([tombstone, { ...editEntry, text: undefined }, deletionEntry], {})),
  ).toEqual([]);
  const left = storedRoom([tombstone, editEntry, deletionEntry], {});
  expect(checkDeletedTexts(inLog, left).join('\n')).toMatch(
    /^Room 101: the text of edit b of user 1 remains after the delete/,
  );
});

test('StatusChecker reports a status that goes down, and a received status that is not stored', () => {
  const checker = new StatusChecker();
  const withStatus = (status: string) => storedRoom([{ ...helloEntry, status }], {});
  expect(checker.checkStored('101', withStatus('delivered'))).toEqual([]);
  checker.receive('101', 1, 'delivered');
  expect(checker.checkReceived()).toEqual([]);
  checker.receive('101', 1, 'read');
  expect(checker.checkReceived()).toHaveLength(1);
  expect(checker.checkStored('101', withStatus('sent'))).toHaveLength(1);
});
