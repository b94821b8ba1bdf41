import { describe, expect, test } from 'vitest';
import { openCountedRoom } from '../../../bench/counted-room.ts';
import { countCommands, usageOf } from '../../../bench/counts.ts';

/** Round trips before the first post, all round trips, write units, read units, posts. */
type Pinned = readonly [number | undefined, number, number, number, number];

const pinned: Readonly<Record<2 | 50, Readonly<Record<string, Pinned>>>> = {
  2: {
    send: [3, 4, 4, 1, 6],
    'send with client_id': [4, 5, 5, 2, 6],
    'send repeated with the same client_id': [2, 2, 1, 3, 1],
    edit: [5, 5, 4, 2, 2],
    react: [6, 6, 4, 3, 2],
    delete: [6, 6, 6, 2, 2],
    seen: [3, 3, 1, 10, 2],
    typing: [2, 2, 0, 3, 2],
    'history, 50 messages': [1, 1, 0, 9, 1],
    'sync, 10 changes': [3, 3, 0, 14, 1],
    ping: [1, 1, 0, 2, 1],
    'ping in an inbox with an open room': [1, 1, 0, 2, 1],
    authenticate: [2, 2, 1, 0.5, 1],
    'join another room': [4, 4, 2, 7.5, 1],
    'leave the other room': [3, 3, 3, 3, 1],
    $disconnect: [5, 5, 4, 3.5, 1],
    $connect: [undefined, 1, 3, 0, 0],
    welcome: [1, 3, 1, 7, 2],
    'send without a rate limit': [3, 4, 3, 2, 6],
  },
  50: {
    send: [3, 4, 4, 3, 150],
    'send with client_id': [4, 5, 5, 4, 150],
    'send repeated with the same client_id': [2, 2, 1, 3, 1],
    edit: [5, 5, 4, 4, 50],
    react: [6, 6, 4, 5, 50],
    delete: [6, 6, 6, 4, 50],
    seen: [3, 3, 1, 12, 50],
    typing: [2, 2, 0, 5, 50],
    'history, 50 messages': [1, 1, 0, 9, 1],
    'sync, 10 changes': [3, 3, 0, 14, 1],
    ping: [1, 1, 0, 2, 1],
    'ping in an inbox with an open room': [1, 1, 0, 2, 1],
    authenticate: [2, 2, 1, 0.5, 1],
    'join another room': [4, 4, 2, 7.5, 1],
    'leave the other room': [3, 3, 3, 3, 1],
    $disconnect: [5, 5, 4, 5.5, 49],
    $connect: [undefined, 1, 3, 0, 0],
    welcome: [1, 3, 1, 9, 50],
    'send without a rate limit': [3, 4, 3, 4, 150],
  },
};

describe.each([2, 50] as const)('in a room of %i connections', (people) => {
  test('each command uses exactly the pinned requests and units', async () => {
    const counts = await countCommands(people);
    const actual = [...counts].map(([name, { tripsBeforePost, trips, writeUnits, readUnits, posts }]) => [
      name,
      [tripsBeforePost, trips.length, writeUnits, readUnits, posts],
    ]);
    expect(Object.fromEntries(actual)).toEqual(pinned[people]);
  });
});

test('a send to 1,000 connections needs as many round trips as one to 2, and invokes fanout three times', async () => {
  const counts = await countCommands(1_000, ['send', 'send with client_id']);
  const sent = counts.get('send');
  expect(sent).toMatchObject({
    tripsBeforePost: 3,
    writeUnits: 4,
    readUnits: 45,
    posts: 1_002,
    invocations: 4,
  });
  expect(sent?.trips).toHaveLength(4);
  expect(counts.get('send with client_id')).toMatchObject({
    tripsBeforePost: 4,
    writeUnits: 5,
    posts: 1_002,
  });
});

test('connecting to a room of 1,000 and disconnecting read few rows, because presence is not announced there', async () => {
  const counts = await countCommands(1_000, ['$disconnect', 'welcome']);
  expect(counts.get('$disconnect')).toMatchObject({ readUnits: 7.5, posts: 0 });
  expect(counts.get('welcome')).toMatchObject({ readUnits: 11, posts: 1 });
});

test('a send is billed for the received frame, each post and the invocation', async () => {
  const sent = (await countCommands(2, ['send'])).get('send');
  expect(sent?.postWaves).toEqual([2, 2, 2]);
  expect(sent && usageOf(sent)).toMatchObject({
    gatewayMessages: 7,
    writeUnits: 4,
    readUnits: 1,
    invocations: 1,
  });
});

test.each([
  [2, 4],
  [10, 12],
])('with receipts=author, a message in a room of %i is billed as %i messages', async (people, messages) => {
  const sent = (await countCommands(people, ['send'], { receipts: 'author' })).get('send');
  expect(sent && usageOf(sent)).toMatchObject({ gatewayMessages: messages, writeUnits: 4, invocations: 1 });
});

test('counting a refused frame throws', async () => {
  const room = await openCountedRoom(2);
  const counted = room.count(() => room.send({ action: 'edit', message_id: 1_000, text: 'x' }));
  await expect(counted).rejects.toThrow(/^Frame not counted: .*MESSAGE_NOT_FOUND/);
  await room.close();
});
