import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkRoom, type RoomHistory } from '../../torture/check-run.ts';
import { bugNames, sourcesWithBug } from '../../torture/known-bugs.ts';
import type { Operation } from '../../torture/operations.ts';
import { type Item, type MessageState, storedRoom, tombstone } from '../../torture/room-states.ts';

test.each(bugNames)('the bug %s applies to the current sources', (name) => {
  const sources = sourcesWithBug(name);
  expect(sources.size).toBeGreaterThan(0);
  for (const [file, source] of sources) expect(source).not.toBe(readFileSync(file, 'utf8'));
});

/** An operation with its sequence number. The client id is also its name. */
interface Entry extends Pick<Operation, 'kind' | 'clientId' | 'user'> {
  readonly seq: number;
  readonly message?: number;
  readonly text?: string;
}

const entries: readonly Entry[] = [
  { seq: 1, kind: 'send', clientId: 'a', user: '1001', text: 'text of room 101: a send.' },
  { seq: 2, kind: 'send', clientId: 'b', user: '1002', text: 'text of room 101: b send.' },
  { seq: 3, kind: 'send', clientId: 'c', user: '1001', text: 'text of room 101: c send.' },
  { seq: 4, kind: 'edit', clientId: 'd', user: '1002', message: 2, text: 'text of room 101: d edit.' },
  { seq: 5, kind: 'delete', clientId: 'e', user: '1002', message: 2 },
  { seq: 6, kind: 'send', clientId: 'f', user: '1002', text: 'text of room 101: f send.' },
  { seq: 7, kind: 'edit', clientId: 'g', user: '1001', message: 1, text: 'text of room 101: g edit.' },
];

const textOf = (clientId: string): string => entries.find((each) => each.clientId === clientId)?.text ?? '';

const logItem = (seq: number, fields: object): Item => ({
  ...{ room: '101', item: `log#${String(seq).padStart(12, '0')}`, seq },
  ...fields,
});

const messageItem = (seq: number, clientId: string, user: string, text: string, fields: object = {}): Item =>
  logItem(seq, { kind: 'message', clientId, author: { id: user }, text, status: 'sent', ...fields });

const claimItem = ({ user, clientId, seq }: Entry): Item => ({
  ...{ room: '101', item: `sent#${user}#${clientId}`, seq },
});

const roomItem = (seq: number): Item => ({ room: '101', item: 'room', seq });

/** The chat table after these operations. A delete has removed the texts of its message and of the edit. */
const items: readonly Item[] = [
  roomItem(7),
  ...entries.map(claimItem),
  messageItem(1, 'a', '1001', textOf('g'), { editedAt: '2026-03-02T09:15:00.000Z' }),
  messageItem(2, 'b', '1002', '', { deletedAt: '2026-03-02T09:15:00.000Z' }),
  messageItem(3, 'c', '1001', textOf('c')),
  logItem(4, { kind: 'edit', message: 2, by: '1002' }),
  logItem(5, { kind: 'delete', message: 2, by: '1002' }),
  messageItem(6, 'f', '1002', textOf('f')),
  logItem(7, { kind: 'edit', message: 1, by: '1001', text: textOf('g') }),
];

const shown = (text: string): MessageState => ({ text, deleted: false, reactions: [] });

const messages: ReadonlyMap<number, MessageState> = new Map([
  [1, shown(textOf('g'))],
  [2, tombstone],
  [3, shown(textOf('c'))],
  [6, shown(textOf('f'))],
]);

/** The traces of a run without bugs: each operation acknowledged and stored once, and two equal copies. */
const correct: RoomHistory = {
  room: { id: '101', members: new Map([['1001', 'owner'] as const, ['1002', 'member'] as const]) },
  stored: storedRoom(items),
  operations: entries.map(({ seq, ...fields }) => ({
    operation: { ...fields, name: fields.clientId, room: '101' },
    responses: { seqs: new Set([seq]), errors: new Set(), resolved: true },
  })),
  copies: ['c0 of user 1001', 'c1 of user 1002'].map((owner) => ({ owner, messages, from: 0 })),
};

/** Replaces items by their keys, and adds those with new keys. */
const withItems = (...changed: readonly Item[]): RoomHistory['stored'] =>
  storedRoom([...new Map([...items, ...changed].map((each) => [each.item, each])).values()]);

/** The client repeated send c after its answer was lost: it was stored again as 8, and all clients show both. */
const storedTwice: RoomHistory = {
  ...correct,
  stored: withItems(
    roomItem(8),
    { room: '101', item: 'sent#1001#c', seq: 8 },
    messageItem(8, 'c', '1001', textOf('c')),
  ),
  operations: correct.operations.map(({ operation, responses }) => ({
    operation,
    responses: operation.name === 'c' ? { ...responses, seqs: new Set([3, 8]) } : responses,
  })),
  copies: correct.copies.map((copy) => ({
    ...copy,
    messages: new Map([...messages, [8, shown(textOf('c'))]]),
  })),
};

/** Changes 3 and 7 were posted to c0 only, and the sync of c1 did not contain them. */
const postedToOne: RoomHistory = {
  ...correct,
  copies: correct.copies.map((copy, index) => {
    const withoutPosts = new Map([...messages, [1, shown(textOf('a'))]] as const);
    withoutPosts.delete(3);
    return index === 0 ? copy : { ...copy, messages: withoutPosts };
  }),
};

/** The delete of message 2 kept its last text, in the message and in its edit. The copies do not show it. */
const textKept: RoomHistory = {
  ...correct,
  stored: withItems(
    messageItem(2, 'b', '1002', textOf('d'), { deletedAt: '2026-03-02T09:15:00.000Z' }),
    logItem(4, { kind: 'edit', message: 2, by: '1002', text: textOf('d') }),
  ),
};

describe('the checker', () => {
  test('accepts a history without bugs', () => {
    expect(checkRoom(correct)).toEqual([]);
  });

  const reports = {
    dedupe: {
      history: storedTwice,
      violations: [
        /^Room 101: entry 3 is a duplicate or was never requested/,
        /^Room 101: send c of user 1001 was acknowledged as 3 but is entry 8/,
        /^The table, room 101: message 3 must not exist/,
        /^c0 of user 1001, room 101: message 3 must not exist/,
        /^c1 of user 1002, room 101: message 3 must not exist/,
      ],
    },
    post: {
      history: postedToOne,
      violations: [
        /^c1 of user 1002, room 101: message 1 is .*a send.*must be .*g edit/,
        /^c1 of user 1002, room 101: message 3 is missing/,
      ],
    },
    tombstone: {
      history: textKept,
      violations: [
        /^The table, room 101: message 2 is .*d edit/,
        /^Room 101: the text of edit d of user 1002 remains after the delete/,
      ],
    },
  };

  test.each(bugNames)(
    'reports each violation that the bug %s causes in a history, and no other violation',
    (name) => {
      const { history, violations } = reports[name];
      expect(checkRoom(history)).toEqual(violations.map((violation) => expect.stringMatching(violation)));
    },
  );
});
