import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SETTLING_MS } from '../../functions/domain/room.ts';
import { listConnections } from '../../functions/store/connections.ts';
import { roomKey } from '../../functions/store/keys.ts';
import { getRoom } from '../../functions/store/rooms.ts';
import { growShards } from '../../functions/store/shards.ts';
import { type Chatter, enter, enterInbox, heard, join, said } from '../support/chat.ts';
import { databaseOf, newRoom } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await sharedTestStack();
});

afterAll(() => stack.stop());

const SHARDS = 8;

/** Grows a room, as a message in a room of thousands does. */
async function grow(room: string, to = SHARDS): Promise<void> {
  expect(await growShards(databaseOf(stack), { id: room, shards: 1 }, to, Date.now())).toBe(true);
}

/** Moves the time of the growth back until new rows use the new shards. */
async function settle(room: string): Promise<void> {
  const values = { ':then': Date.now() - SETTLING_MS };
  await databaseOf(stack).chat.update(roomKey(room), { update: 'SET shardsSince = :then', values });
}

async function shardsOf(room: string): Promise<number[]> {
  const rows = await listConnections(databaseOf(stack), { id: room, shards: SHARDS }, Date.now());
  return rows.map(({ shard }) => shard);
}

const enterMany = (count: number, room: string): Promise<Chatter[]> =>
  Promise.all(Array.from({ length: count }, () => enter(stack, 'bob', `room=${room}`)));

const timesHeard = (who: Chatter, text: string) => who.frames().filter(said(text)).length;

describe('a room that has grown more shards', () => {
  test('delivers once to connections from before, during and after the growth', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const alice = await enter(stack, 'alice', `room=${room}`);
    const before = await enterMany(2, room);
    await grow(room);
    const meanwhile = await enterMany(3, room);
    expect(new Set(await shardsOf(room))).toEqual(new Set([0]));
    await settle(room);
    const after = await enterMany(6, room);
    expect(new Set(await shardsOf(room)).size).toBeGreaterThan(1);
    await alice.say('who is there?');
    const all = [...before, ...meanwhile, ...after];
    await Promise.all(all.map((each) => each.next(said('who is there?'))));
    await alice.take('mark_message_as_read');
    await stack.settled();
    for (const each of [alice, ...all]) expect(timesHeard(each, 'who is there?')).toBe(1);
    expect(await getRoom(databaseOf(stack), room)).toMatchObject({ shards: SHARDS });
    await Promise.all([alice, ...all].map((each) => each.close()));
    await vi.waitFor(async () => expect(await shardsOf(room)).toEqual([]), { timeout: 10_000 });
  });

  test('a socket that joined before can leave, and receives each message once after joining again', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const alice = await enter(stack, 'alice', `room=${room}`);
    const inboxes = await Promise.all(Array.from({ length: 3 }, () => enterInbox(stack, 'bob')));
    for (const inbox of inboxes) await join(inbox, room);
    await grow(room);
    await settle(room);
    const [leaver, ...stayers] = inboxes as [Chatter, ...Chatter[]];
    for (const stayer of stayers) await join(stayer, room);
    leaver.send({ action: 'leave', room_id: room });
    await leaver.take('left');
    alice.send({ action: 'typing', typing: true });
    await Promise.all(stayers.map((each) => each.take('typing')));
    await alice.say('hello');
    await Promise.all(inboxes.map((each) => each.next(said('hello'))));
    await stack.settled();
    // A socket that left receives the room like an inbox again.
    expect(heard(leaver, 'typing')).toEqual([]);
    for (const each of inboxes) expect(timesHeard(each, 'hello')).toBe(1);
    await Promise.all([alice, ...inboxes].map((each) => each.close()));
  });

  test('sends receipts of a large room to the author only', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const alice = await enter(stack, 'alice', `room=${room}`);
    await grow(room, 2);
    // More than 50 in each shard, so that receipts go to the author only.
    const many = [...(await enterMany(60, room)), ...(await enterMany(60, room))];
    await alice.say('to all of you');
    await alice.take('mark_message_as_read');
    await Promise.all(many.map((each) => each.next(said('to all of you'))));
    await stack.settled();
    expect(heard(alice, 'mark_message_as_read')).toHaveLength(1);
    expect(many.flatMap((each) => heard(each, 'mark_message_as_read'))).toEqual([]);
  });
});
