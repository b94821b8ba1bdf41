import { describe, expect, test } from 'vitest';
import { type Deed, Deeds } from '../../torture/operations.ts';
import { Ear } from '../../torture/frame-checker.ts';
import { Tally, Witness } from '../../torture/recording.ts';
import { makeWorld } from '../../torture/scenario.ts';

const [person] = makeWorld({ clients: 6, rooms: 3 }).people;
const deed = (user: string): Deed => ({
  ...{ name: 'c0-1', clientId: '', user, room: '101', kind: 'edit', message: 1 },
});

/** What an ear in a room, or at an inbox, has to say of some frames. User 1001 is at home in 101 and a member of 102. */
function heard(home: string | undefined, frames: readonly object[], asked: readonly object[] = []) {
  if (person === undefined) throw new Error('World has no people');
  const witness = new Witness();
  const deeds = new Deeds();
  deeds.call(deeds.add(deed('1001')), 'mine');
  deeds.call(deeds.add(deed('1002')), 'theirs');
  const ear = new Ear({ name: 'c0', person, home, deeds, witness, tally: new Tally() });
  for (const frame of asked) ear.said(frame);
  for (const frame of frames) ear.heard(JSON.stringify(frame));
  return { violations: witness.violations, answers: deeds.list().map(({ answers }) => answers) };
}

const said = (room: number, seq = 1) => ({
  type: 'chat_message',
  message: { message_id: seq, text: `said in ${room}: hello.`, sender_id: 1003, status: 'send' },
  message_id: seq,
  room_id: room,
  seq,
});
const edited = (more: object) => ({ type: 'message_edited', message_id: 1, text: 'new', seq: 2, ...more });

describe('an ear has nothing to say of', () => {
  test.each([
    ['a new message in an inbox', undefined, [said(102)], []],
    ['a change of a room that was joined', undefined, [edited({ room_id: 102 })], [102]],
    ['a change at home', '101', [edited({})], []],
    ['the answer to one’s own change', undefined, [edited({ room_id: 102, client_id: 'mine' })], []],
    ['a room that was left', undefined, [{ type: 'left', room_id: 103 }], []],
    ['the newest messages, which come as an array', '101', [[{ text: 'said in 101: hello.' }]], []],
  ] as const)('%s', (_name, home, frames, joined) => {
    const asked = joined.map((room_id) => ({ action: 'join', room_id }));
    expect(heard(home, frames, asked).violations).toEqual([]);
  });
});

describe('an ear tells of', () => {
  test.each([
    ['what was said in a room of others', undefined, [said(103)], /read what was said in room 103/],
    [
      'what was said in another room than its frame’s',
      '101',
      [{ type: 'history', messages: [{ text: 'said in 102: hello.' }] }],
      /got a frame of room 101 with what was said in 102/,
    ],
    ['a frame of a room of others', undefined, [{ type: 'pong', room_id: 103, seq: 4 }], /frame of room 103/],
    ['a change of a room that was not joined', undefined, [edited({ room_id: 102 })], /without joining it/],
    ['a message elsewhere, in a room', '101', [said(102)], /without joining it/],
    ['another’s client id', '101', [edited({ client_id: 'theirs' })], /client id of user 1002/],
    ['a number with two changes', '101', [edited({}), edited({ message_id: 7 })], /^Number 2 of room 101/],
  ] as const)('%s', (_name, home, frames, violation) => {
    expect(heard(home, frames).violations.join('\n')).toMatch(violation);
  });

  test('the number of a deed, and a refusal that is for good', () => {
    const refused = (code: string) => ({ type: 'error', code, client_id: 'mine' });
    const frames = [edited({ client_id: 'mine' }), refused('INTERNAL'), refused('MESSAGE_NOT_FOUND')];
    const [mine] = heard('101', frames).answers;
    expect([[...(mine?.numbers ?? [])], [...(mine?.refusals ?? [])]]).toEqual([[2], ['MESSAGE_NOT_FOUND']]);
  });
});
