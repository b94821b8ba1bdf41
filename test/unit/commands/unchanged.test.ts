import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CountedRoom, openCountedRoom } from '../../../bench/counted-room.ts';
import type { Reaction } from '../../../functions/domain/message.ts';
import { applyChange } from '../../../functions/log/apply-change.ts';
import { getConnection } from '../../../functions/store/connections.ts';
import { getMessage, listLog, takeSeq } from '../../../functions/store/log.ts';
import { getMember } from '../../../functions/store/members.ts';
import { MAX_INLINE_USERS } from '../../../functions/store/reaction-items.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { noFiles } from '../../support/mock-database.ts';

/** A message of the session's user, and one with so many reactions that those of further users are in parts. */
const [OWN, POPULAR] = [60, 58];

let room: CountedRoom;
/** The frames that the sender gets. */
let frames: Record<string, unknown>[];
let send: (frame: object) => Promise<unknown>;
/** Whether the sender's socket has closed, so that posts to it fail. */
let isGone = false;

beforeAll(async () => {
  room = await openCountedRoom(3);
  const { context, session } = room;
  const { poster } = context;
  const post: typeof poster.post = async (connection, frame, ...rest) => {
    if (connection === session.id) {
      if (isGone) return 'gone';
      frames.push(JSON.parse(frame));
    }
    return poster.post(connection, frame, ...rest);
  };
  const recording = {
    ...context,
    rates: { group: { messages: 30, windowMs: 10_000 }, direct: null },
    poster: { ...poster, post },
  };
  send = (frame) => room.send(frame, { context: recording });
  for (let user = 0; user <= MAX_INLINE_USERS; user++) {
    const { seq } = await takeSeq(context.db, session.room, Date.now());
    const fields = { kind: 'react', emoji: '👍', removed: false, message: POPULAR } as const;
    const change: Reaction = { ...fields, seq, by: `fan-${user}`, at: new Date().toISOString() };
    await applyChange(session.room, change, { ...context, files: noFiles });
  }
});

afterAll(() => room.close());

/** Sends a frame. Returns its costs, and the answer to its sender. */
async function answerTo(frame: object) {
  frames = [];
  const state = async () => {
    const { db } = room.context;
    const { entries } = await listLog(db, room.session.room, { limit: 1_000 });
    return { seq: (await getRoom(db, room.session.room))?.seq, entries: entries.length };
  };
  const before = await state();
  const { trips, writeUnits, posts } = await room.count(() => send(frame));
  const costs = { trips: trips.length, writeUnits, posts };
  const after = await state();
  expect(frames).toHaveLength(1);
  return {
    ...costs,
    answer: frames[0],
    isLogged: after.seq !== before.seq || after.entries !== before.entries,
  };
}

describe.each([
  ['in the item of the message', OWN, 0],
  ['in a part', POPULAR, 1],
])('a reaction %s', (_place, message_id, more) => {
  const add = { action: 'react', message_id, emoji: '❤' };
  const remove = { ...add, remove: true };
  const unchanged = { posts: 1, writeUnits: 1, trips: 1 + more, isLogged: false };
  const answer = { type: 'message_reacted', message_id, user_id: 'user-0', emoji: '❤️', seq: 0 };

  test('that removes an emoji which is not there is answered to its sender, and not logged', async () => {
    const client_id = `remove-${message_id}`;
    const expected = { ...answer, removed: true };
    expect(await answerTo(remove)).toEqual({ ...unchanged, answer: expected });
    expect(await answerTo({ ...remove, client_id })).toMatchObject({
      posts: 1,
      isLogged: false,
      answer: { ...expected, client_id },
    });
  });

  test('that adds an emoji again is answered to its sender, and not logged', async () => {
    expect(await answerTo(add)).toMatchObject({ posts: 3, isLogged: true });
    expect(await answerTo(add)).toEqual({ ...unchanged, answer });
    expect(await answerTo({ ...add, emoji: '❤️' })).toEqual({ ...unchanged, answer });
    expect(await answerTo(remove)).toMatchObject({ posts: 3, isLogged: true });
    expect(await answerTo(remove)).toMatchObject({ posts: 1, isLogged: false });
    expect(await answerTo(add)).toMatchObject({ posts: 3, isLogged: true });
  });
});

test('an edit to the same text is answered to its sender, and not logged', async () => {
  const edit = { action: 'edit', message_id: OWN, text: 'new' };
  expect(await answerTo(edit)).toMatchObject({ posts: 3, isLogged: true });
  expect(await answerTo({ ...edit, client_id: 'again' })).toMatchObject({
    posts: 1,
    isLogged: false,
    answer: { type: 'message_edited', message_id: OWN, text: 'new', seq: 0, client_id: 'again' },
  });
});

test('the same reaction twice at the same moment is counted once, and the next one is not logged', async () => {
  const add = { action: 'react', message_id: OWN, emoji: '🎉' };
  frames = [];
  await Promise.all([send(add), send(add), send(add)]);
  // Attempts that pass the check together each take a number.
  expect(frames.filter(({ type }) => type === 'error')).toEqual([]);
  const { answer, ...rest } = await answerTo(add);
  expect({ ...rest, seq: answer?.['seq'] }).toMatchObject({ posts: 1, isLogged: false, seq: 0 });
  const message = await getMessage(room.context.db, room.session.room, OWN);
  expect(message?.reactions?.['🎉']).toMatchObject({ count: 1, users: ['user-0'] });
});

test('an answer to a change that is not logged leaves the read mark at the last message if the socket has closed', async () => {
  const { context, session } = room;
  isGone = true;
  await send({ action: 'react', message_id: OWN, emoji: '👀', remove: true });
  const current = await getRoom(context.db, session.room);
  const member = await getMember(context.db, session.room, session.user.id);
  expect(await getConnection(context.db, session)).toBeUndefined();
  expect(member?.readTo).toBe(current?.seq);
});
