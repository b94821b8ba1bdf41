import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CountedRoom, openCountedRoom } from '../../../bench/counted-room.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import { queryAll } from '../../../functions/store/database.ts';
import { roomKey, shardKey } from '../../../functions/store/keys.ts';
import { setMute } from '../../../functions/store/members.ts';

const PEOPLE = 10;
const START = Date.now();

let room: CountedRoom;

beforeAll(async () => {
  room = await openCountedRoom(PEOPLE);
  const update = { update: 'SET access = :open', values: { ':open': 'open' } };
  await room.context.db.chat.update(roomKey(room.session.room), update);
});

afterAll(() => room.close());

type SendFrame = (frame: object) => Promise<unknown>;

/** Returns the number of rows of the room: of the room itself, its log, members, visitors, claims and connections. */
async function countRows(): Promise<number> {
  const { chat, connections } = room.context.db;
  const where = '#room = :room';
  const pages = await Promise.all([
    queryAll(chat, { where, values: { ':room': roomKey(room.session.room).room } }),
    queryAll(connections, { where, values: { ':room': shardKey(room.session.room, 0) } }),
  ]);
  return pages.reduce((sum, { items }) => sum + items.length, 0);
}

/** The costs of one refused frame. */
interface Cost {
  readonly code: string;
  readonly calls: number;
  readonly writeUnits: number;
  readonly posts: number;
  readonly newRows: number;
}

async function costOf(send: SendFrame, frame: object): Promise<Cost> {
  const before = await countRows();
  const { code, trips, writeUnits, posts } = await room.countRefused(() => send(frame));
  return { code, calls: trips.flat().length, writeUnits, posts, newRows: (await countRows()) - before };
}

const user = (index: number): Session => ({
  ...room.session,
  id: `${String(index).padStart(15, 'L')}=`,
  user: { ...room.session.user, id: `user-${index}`, username: `user-${index}` },
});

const rates = { group: { messages: 1, windowMs: 600_000 }, direct: null };

/** Returns the frames of a muted member. */
async function mutedMember(): Promise<SendFrame> {
  const session = user(1);
  await setMute(room.context.db, session.room, session.user.id, Date.now() + 3_600_000);
  return (frame) => room.send(frame, { session });
}

/** Returns the context of an execution environment that has refused no change yet. */
const freshContext = () => ({ ...room.context, rates, budgets: new Budgets(true) });

/** Returns the frames of a member who has used up both limits. */
async function limitedMember(): Promise<SendFrame> {
  const send: SendFrame = (frame) => room.send(frame, { session: user(2), context: freshContext() });
  await send({ action: 'send', message: 'the only one' });
  await send({ action: 'react', message_id: 1, emoji: '👍' });
  return send;
}

/** Returns the frames of a guest who has used up both limits. */
async function limitedGuest(): Promise<SendFrame> {
  const guest = { id: 'g', username: '', email: '', userType: '', guest: true } as const;
  const session = { ...room.session, id: 'guest=', user: guest };
  const send: SendFrame = (frame) => room.send(frame, { session, context: freshContext() });
  await send({ action: 'send', message: 'the only one' });
  await send({ action: 'react', message_id: 1, emoji: '👍' });
  return send;
}

/** A change, and how many calls of DynamoDB its refusal makes for a member. A guest needs one more. */
const changes = [
  ['send', 2, { action: 'send', message: 'hi' }],
  ['send with client_id', 3, { action: 'send', message: 'hi', client_id: 'c-1' }],
  ['send, a reply', 3, { action: 'send', message: 'hi', reply_to: 1 }],
  ['send with a file', 2, { action: 'send', message: 'hi', file: 'aGVsbG8=' }],
  ['edit', 3, { action: 'edit', message_id: 1, text: 'hi' }],
  ['edit with client_id', 4, { action: 'edit', message_id: 1, text: 'hi', client_id: 'c-2' }],
  ['delete', 3, { action: 'delete', message_id: 1 }],
  ['react', 3, { action: 'react', message_id: 1, emoji: '👍' }],
] as const;

describe.each([
  ['a muted member', mutedMember, 'MUTED', 0],
  ['a member at the limit', limitedMember, 'RATE_LIMITED', 0],
  ['a guest at the limit', limitedGuest, 'RATE_LIMITED', 1],
] as const)('a refused change of %s', (_name, open, code, more) => {
  let send: SendFrame;
  beforeAll(async () => {
    send = await open();
  });

  test.each(changes)('%s: %i calls, one post to its sender, no row', async (_name, calls, frame) => {
    const cost = { code, calls: calls + more, writeUnits: 1, posts: 1, newRows: 0 };
    expect(await costOf(send, frame)).toEqual(cost);
  });
});

describe('a change that the same function has just refused for the rate limit', () => {
  let send: SendFrame;
  beforeAll(async () => {
    const context = freshContext();
    send = (frame) => room.send(frame, { session: user(4), context });
    for (let index = 0; index < 2; index++) {
      await send({ action: 'send', message: 'only the first one is accepted' });
      await send({ action: 'react', message_id: 1, emoji: '👍' });
    }
  });

  test.each(changes)('%s: no call, one post to its sender, no row', async (_name, _calls, frame) => {
    const cost = { code: 'RATE_LIMITED', calls: 0, writeUnits: 0, posts: 1, newRows: 0 };
    expect(await costOf(send, frame)).toEqual(cost);
  });
});

/** How many frames of each kind a connection may send in ten seconds. */
const budgets = [
  ['typing', 100, { action: 'typing', typing: true }],
  ['seen', 200, { action: 'seen', message_id: 1 }],
  ['join', 20, { action: 'join', room_id: 'another' }],
  ['leave', 20, { action: 'leave', room_id: 'another' }],
  ['history', 150, { action: 'history' }],
  ['sync', 200, { action: 'sync', since: 60 }],
  ['ping', 150, { action: 'ping' }],
  ['authenticate', 20, { action: 'authenticate', token: 'good' }],
] as const;

test.each(budgets)('%s is refused after %i frames without a call', async (_name, limit, frame) => {
  const context = { ...room.context, now: () => START, budgets: new Budgets(true) };
  const send: SendFrame = (frame) => room.send(frame, { context });
  for (let index = 0; index < limit; index++) await room.count(() => send(frame));
  const cost = { code: 'RATE_LIMITED', calls: 0, writeUnits: 0, posts: 1, newRows: 0 };
  expect(await costOf(send, frame)).toEqual(cost);
});

test('typing of a muted member makes 2 calls and one post to its sender', async () => {
  const send = await mutedMember();
  const cost = { code: 'MUTED', calls: 2, writeUnits: 0, posts: 1, newRows: 0 };
  expect(await costOf(send, { action: 'typing', typing: true })).toEqual(cost);
});

test.each([
  ['typing', 2, { action: 'typing', typing: true }],
  ['seen', 4, { action: 'seen', message_id: 60 }],
] as const)('a repeated %s makes %i reads, no write and one post', async (_name, calls, frame) => {
  const context = { ...room.context, budgets: new Budgets(true) };
  await room.send(frame, { context });
  const { trips, writeUnits, posts } = await room.count(() => room.send(frame, { context }));
  expect({ calls: trips.flat().length, writeUnits, posts }).toEqual({ calls, writeUnits: 0, posts: 1 });
});

describe('a refused frame of a user who is not a member', () => {
  test.each([
    ['send', 3, 1, { action: 'send', message: 'hi' }],
    ['edit', 4, 1, { action: 'edit', message_id: 1, text: 'hi' }],
    ['delete', 4, 1, { action: 'delete', message_id: 1 }],
    ['react', 4, 1, { action: 'react', message_id: 1, emoji: '👍' }],
    ['seen', 5, 0, { action: 'seen', message_id: 1 }],
    ['typing', 3, 0, { action: 'typing', typing: true }],
    ['history', 5, 0, { action: 'history' }],
    ['sync', 4, 0, { action: 'sync', since: 0 }],
    ['ping', 3, 0, { action: 'ping' }],
    ['join', 5, 0, { action: 'join' }],
  ] as const)('%s: %i calls, one post to its sender, no row', async (_name, calls, writeUnits, frame) => {
    const send: SendFrame = (frame) => room.send(frame, { session: user(3) });
    const cost = { code: 'NOT_A_MEMBER', calls, writeUnits, posts: 1, newRows: 0 };
    expect(await costOf(send, { ...frame, room_id: 'another' })).toEqual(cost);
  });
});

test.each([
  ['BAD_FRAME', { action: 'send', message: 7 }],
  ['BAD_FRAME', { message_id: 1 }],
  ['UNKNOWN_ACTION', { action: 'shout' }],
  ['EMPTY_TEXT', { action: 'send', message: ' ' }],
  ['TOO_LONG', { action: 'send', message: 'x'.repeat(8_001) }],
  ['BAD_FRAME', { action: 'send', message: 'hi', file: '!' }],
])('%s costs one post and no call', async (code, frame) => {
  const send: SendFrame = (frame) => room.send(frame, { session: user(3) });
  expect(await costOf(send, frame)).toEqual({ code, calls: 0, writeUnits: 0, posts: 1, newRows: 0 });
});
