import { describe, expect, test } from 'vitest';
import { type Answered, checkLog } from '../../torture/check-log.ts';
import { checkBuried, differences, Statuses, storedMessages } from '../../torture/check-run.ts';
import type { Deed } from '../../torture/operations.ts';
import { expectedMessages, numbered } from '../../torture/expected.ts';
import type { Entry, Item, Records } from '../../torture/room-states.ts';

const room = { id: '101', members: new Map([['1', 'owner'] as const, ['2', 'member'] as const]) };

const deed = (clientId: string, kind: Deed['kind'], more: Partial<Deed> = {}): Deed => ({
  name: clientId,
  clientId,
  user: '1',
  room: '101',
  kind,
  ...more,
});

const answered = (
  one: Deed,
  numbers: readonly number[],
  refusals: readonly string[] = [],
  kept = false,
): Answered => ({
  deed: one,
  answers: { numbers: new Set(numbers), refusals: new Set(refusals), kept },
});

function records(entries: readonly object[], claims: Readonly<Record<string, number>>): Records {
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

const hello = deed('a', 'send', { text: 'hello a.' });
const edit = deed('b', 'edit', { message: 1, text: 'hello b.' });
const removal = deed('c', 'delete', { message: 1 });
const heart = deed('d', 'react', { message: 1, emoji: '👍', user: '2' });

const helloEntry = { kind: 'message', clientId: 'a', text: 'hello b.', status: 'sent' };
const editEntry = { kind: 'edit', message: 1, by: '1', text: 'hello b.' };
const tombstone = { kind: 'message', clientId: 'a', text: '', deletedAt: 'now', status: 'sent' };
const removalEntry = { kind: 'delete', message: 1, by: '1' };

describe('the log', () => {
  test('in which each acknowledged change stands once is right', () => {
    const log = records([helloEntry, editEntry, { kind: 'void' }], { '1 a': 1, '1 b': 2 });
    expect(checkLog(room, log, [answered(hello, [1]), answered(edit, [2])])).toEqual([]);
  });

  test.each([
    [
      'lacks one that was acknowledged',
      [{ kind: 'void' }],
      { '1 a': 1 },
      [answered(hello, [1])],
      /is not in the log/,
    ],
    [
      'has one twice',
      [helloEntry, helloEntry],
      { '1 a': 1 },
      [answered(hello, [1])],
      /nobody asked for it, or twice/,
    ],
    [
      'has one under another number',
      [{ kind: 'void' }, helloEntry],
      { '1 a': 2 },
      [answered(hello, [1])],
      /stands under 2/,
    ],
    [
      'has one that nobody was told of',
      [helloEntry],
      { '1 a': 1 },
      [answered(hello, [])],
      /was never answered/,
    ],
    [
      'has another change under the number',
      [removalEntry],
      { '1 a': 1 },
      [answered(hello, [1])],
      /should be send a/,
    ],
    [
      'has two under one number',
      [helloEntry],
      { '1 a': 1, '1 b': 1 },
      [answered(hello, [1]), answered(edit, [1])],
      /that of send a of user 1 and of edit b/,
    ],
    [
      'has one that was refused',
      [helloEntry],
      { '1 a': 1 },
      [answered({ ...hello, refusal: 'NOT_A_MEMBER' }, [], ['NOT_A_MEMBER'])],
      /was refused with NOT_A_MEMBER and stands under 1/,
    ],
    [
      'lacks one that was promised',
      [{ kind: 'void' }],
      { '1 a': 1 },
      [answered(hello, [], [], true)],
      /send a of user 1 was promised as made/,
    ],
    [
      'has one that must be refused',
      [helloEntry],
      { '1 a': 1 },
      [answered({ ...hello, refusal: 'MESSAGE_NOT_FOUND' }, [], [], true)],
      /must be refused/,
    ],
    ['refuses one without a reason', [], {}, [answered(hello, [], ['BAD_FRAME'])], /without a reason/],
  ] as const)('that %s is not', (_name, entries, claims, answers, violation) => {
    expect(checkLog(room, records(entries, claims), answers).join('\n')).toMatch(violation);
  });

  test('that goes beyond its counter is not', () => {
    const log = { ...records([helloEntry], { '1 a': 1 }), seq: 0 };
    expect(checkLog(room, log, [answered(hello, [1])]).join('\n')).toMatch(/the room counts to 0/);
  });

  test('may refuse what is about a deleted message, and what is somebody else’s', () => {
    const log = records([tombstone, removalEntry], { '1 a': 1, '1 c': 2 });
    const theirs = { ...edit, user: '2' };
    for (const code of ['MESSAGE_NOT_FOUND', 'NOT_THE_AUTHOR']) {
      const answers = [answered(hello, [1]), answered(removal, [2]), answered(theirs, [], [code])];
      expect(checkLog(room, log, answers)).toEqual([]);
    }
  });
});

test('a delete that is promised may be another’s, where the message is gone', () => {
  const log = records([tombstone, removalEntry], { '1 a': 1, '1 c': 2 });
  const theirs = answered({ ...removal, name: 'g', clientId: 'g', user: '2' }, [], [], true);
  expect(checkLog(room, log, [answered(hello, [1]), answered(removal, [2]), theirs])).toEqual([]);
  const bare = records([helloEntry], { '1 a': 1 });
  expect(checkLog(room, bare, [answered(hello, [1]), theirs]).join()).toMatch(/promised as made/);
});

describe('what everybody must see', () => {
  test('are the texts that were sent, in the order of the log, and a delete is final', () => {
    const log = records([tombstone, removalEntry, editEntry], { '1 a': 1, '1 c': 2, '1 b': 3 });
    const made = numbered('101', [edit, hello, removal], log);
    expect(made.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect([...expectedMessages(made)]).toEqual([[1, { text: '', deleted: true, reactions: [] }]]);
  });

  test('are the reactions that were not taken back', () => {
    const again = { ...heart, clientId: 'e', user: '1' };
    const back = { ...heart, clientId: 'f', remove: true };
    const made = [hello, heart, again, back].map((one, index) => ({ deed: one, seq: index + 1 }));
    expect(expectedMessages(made).get(1)).toEqual({ text: 'hello a.', deleted: false, reactions: ['👍 1'] });
  });
});

describe('a copy', () => {
  const right = new Map([[1, { text: 'hello b.', deleted: false, reactions: [] }]]);

  test('that is the log’s is right, as is the table’s own', () => {
    expect(differences('c0', right, right)).toEqual([]);
    expect(differences('table', storedMessages(records([helloEntry, editEntry], {})), right)).toEqual([]);
  });

  test.each([
    ['lacks a message', new Map()],
    ['has an old text', new Map([[1, { text: 'hello a.', deleted: false, reactions: [] }]])],
    ['has a reaction more', new Map([[1, { text: 'hello b.', deleted: false, reactions: ['👍 1'] }]])],
    ['has a message more', new Map([...right, [2, { text: 'x', deleted: false, reactions: [] }]])],
  ])('that %s is not', (_name, found) => {
    expect(differences('c0', found, right)).toHaveLength(1);
  });

  test('may lack what is deleted', () => {
    const deleted = new Map([[1, { text: '', deleted: true, reactions: [] }]]);
    expect(differences('c0', new Map(), deleted)).toEqual([]);
  });
});

test('a text that outlives its message is found wherever it stands', () => {
  const made = [hello, edit, removal].map((one, index) => ({ deed: one, seq: index + 1 }));
  expect(
    checkBuried(made, records([tombstone, { ...editEntry, text: undefined }, removalEntry], {})),
  ).toEqual([]);
  const left = records([tombstone, editEntry, removalEntry], {});
  expect(checkBuried(made, left).join('\n')).toMatch(
    /^Room 101: the text of edit b of user 1 \(number 2\) outlived/,
  );
});

test('a status that goes down, and one that was told and is not stored, are found', () => {
  const statuses = new Statuses();
  const with_ = (status: string) => records([{ ...helloEntry, status }], {});
  expect(statuses.compare('101', with_('delivered'))).toEqual([]);
  expect(statuses.compareTold(new Map([['101 1', 'delivered']]))).toEqual([]);
  expect(statuses.compareTold(new Map([['101 1', 'read']]))).toHaveLength(1);
  expect(statuses.compare('101', with_('sent'))).toHaveLength(1);
});
