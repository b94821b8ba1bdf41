import { describe, expect, test } from 'vitest';
import { FrameChecker } from '../../torture/frame-checker.ts';
import type { Operation } from '../../torture/operations.ts';
import { Recording } from '../../torture/recording.ts';
import { planScenario } from '../../torture/scenario.ts';

const [user] = planScenario({ clients: 6, rooms: 3 }).users;
const operation = (owner: string): Operation => ({
  ...{ name: 'c0-1', clientId: '', user: owner, room: '101', kind: 'edit', message: 1 },
});

/** Checks frames on a connection of user 1001, whose home room is 101 and second room 102. */
function check(room: string | undefined, received: readonly object[], sent: readonly object[] = []) {
  if (user === undefined) throw new Error('The scenario has no users');
  const recording = new Recording();
  const { operations } = recording;
  operations.setClientId(operations.add(operation('1001')), 'own');
  operations.setClientId(operations.add(operation('1002')), 'foreign');
  const checker = new FrameChecker({ name: 'c0', user, room, recording });
  for (const frame of sent) checker.onSend(frame);
  for (const frame of received) checker.onReceive(JSON.stringify(frame));
  return { violations: recording.violations, responses: operations.list().map((each) => each.responses) };
}

const chatMessage = (room: number, seq = 1) => ({
  type: 'chat_message',
  message: { message_id: seq, text: `text of room ${room}: hello.`, sender_id: 1003, status: 'send' },
  message_id: seq,
  room_id: room,
  seq,
});
const edited = (more: object) => ({ type: 'message_edited', message_id: 1, text: 'new', seq: 2, ...more });

describe('FrameChecker accepts', () => {
  test.each([
    ['a new message in an inbox', undefined, [chatMessage(102)], []],
    ['a change of a joined room', undefined, [edited({ room_id: 102 })], [102]],
    ['a change of the room of the connection', '101', [edited({})], []],
    ['the acknowledgement of an own change', undefined, [edited({ room_id: 102, client_id: 'own' })], []],
    ['the answer to a leave of any room', undefined, [{ type: 'left', room_id: 103 }], []],
    ['the newest messages as an array', '101', [[{ text: 'text of room 101: hello.' }]], []],
  ] as const)('%s', (_name, room, frames, joined) => {
    const joins = joined.map((room_id) => ({ action: 'join', room_id }));
    expect(check(room, frames, joins).violations).toEqual([]);
  });
});

describe('FrameChecker reports', () => {
  test.each([
    [
      'a text of a forbidden room',
      undefined,
      [chatMessage(103)],
      /received a text of room 103 without being a member/,
    ],
    [
      'a text of another room than the room of its frame',
      '101',
      [{ type: 'history', messages: [{ text: 'text of room 102: hello.' }] }],
      /received a frame of room 101 with a text of room 102/,
    ],
    ['a frame of a forbidden room', undefined, [{ type: 'pong', room_id: 103, seq: 4 }], /frame of room 103/],
    [
      'a change of a room that the connection did not join',
      undefined,
      [edited({ room_id: 102, type: 'message_reacted', emoji: '👍' })],
      /without joining it/,
    ],
    [
      'an edit in a room that the connection of another room did not join',
      '101',
      [edited({ room_id: 102 })],
      /without joining it/,
    ],
    [
      'a message of another room on a connection of one room',
      '101',
      [chatMessage(102)],
      /without joining it/,
    ],
    [
      'the client id of another user',
      '101',
      [edited({ client_id: 'foreign' })],
      /client id of c0-1 of user 1002/,
    ],
    [
      'two changes with one sequence number',
      '101',
      [edited({}), edited({ message_id: 7 })],
      /^Sequence number 2 of room 101/,
    ],
  ] as const)('%s', (_name, room, frames, violation) => {
    expect(check(room, frames).violations.join('\n')).toMatch(violation);
  });
});

test('FrameChecker records sequence numbers and permanent errors of operations', () => {
  const refused = (code: string) => ({ type: 'error', code, client_id: 'own' });
  const frames = [edited({ client_id: 'own' }), refused('INTERNAL'), refused('MESSAGE_NOT_FOUND')];
  const [own] = check('101', frames).responses;
  expect([[...(own?.seqs ?? [])], [...(own?.errors ?? [])]]).toEqual([[2], ['MESSAGE_NOT_FOUND']]);
});
