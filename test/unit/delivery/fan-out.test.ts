import { describe, expect, test, vi } from 'vitest';
import { ModelledTables } from '../../../bench/modelled-tables.ts';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import type { Context, DeliveryStats, FanOutBatch } from '../../../functions/delivery/context.ts';
import { fanOut } from '../../../functions/delivery/fan-out.ts';
import { type Poster, TransientError } from '../../../functions/delivery/poster.ts';
import { MAX_BATCH_BYTES, publish } from '../../../functions/delivery/publish.ts';
import type { Connection } from '../../../functions/domain/connection.ts';
import { shardOf } from '../../../functions/store/keys.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { noFiles, noLimit } from '../../support/mock-database.ts';
import { alice, bob, connectionOf, messageOf, NOON } from '../../support/sample.ts';
import { countWaves, intercepted } from '../../support/waves.ts';

const session = connectionOf(alice, { shard: 0 });

/** So many connections of bob, each placed by a count of the past. */
const crowd = (count: number, shards: number, more: Partial<Connection> = {}): Connection[] =>
  Array.from({ length: count }, (_, index) => {
    const id = `${(index * 7919).toString(36)}socket=`;
    return connectionOf(bob, { ...more, id, shard: shardOf(id, 2 ** (index % (Math.log2(shards) + 1))) });
  });

/** Room 1 with so many shards; its fan-outs run at once, or wait in `shares`. */
function room(shards: number, connections: readonly Connection[], runsAtOnce = true) {
  const tables = new ModelledTables({ latency: async () => undefined });
  tables.putRoom('1', shards);
  tables.putMember('1', alice.id);
  for (const connection of connections) tables.putConnection(connection);
  const frames = new Map<string, string[]>();
  const poster: Poster = {
    post: vi.fn<Poster['post']>(async (id, frame) => {
      frames.set(id, [...(frames.get(id) ?? []), frame]);
      return 'delivered';
    }),
    isOpen: async () => true,
    close: async () => undefined,
  };
  const shares: FanOutBatch[] = [];
  const tallies: DeliveryStats[] = [];
  const running: Promise<void>[] = [];
  const onFault = vi.fn();
  const serving = {
    db: tables.database,
    poster,
    now: () => NOON,
    measure: (tally: DeliveryStats) => void tallies.push(tally),
  };
  const run = (share: FanOutBatch) => fanOut(JSON.parse(JSON.stringify(share)), serving, onFault);
  const parts: Context = {
    ...serving,
    rates: noLimit,
    files: noFiles,
    fanOut: async (share) => {
      shares.push(share);
      if (runsAtOnce) running.push(run(share));
    },
  };
  const send = async () => {
    await sendMessage({ kind: 'SendMessage', text: 'hi', type: 'text' }, session, parts);
    await Promise.all(running);
  };
  const heard = (id: string) => (frames.get(id) ?? []).map((frame) => JSON.parse(frame).type);
  return { tables, serving, parts, frames, heard, shares, tallies, run, send, onFault };
}

describe('a room with more than one shard', () => {
  test('is posted to shard by shard: no list travels, and each connection gets a message once', async () => {
    const people = crowd(300, 4);
    const { send, shares, heard, onFault } = room(4, [session, ...people]);
    await send();
    expect(shares.map((share) => 'shard' in share && share.shard)).toEqual([0, 1, 2, 3]);
    expect(Buffer.byteLength(JSON.stringify(shares))).toBeLessThan(4_000);
    for (const { id } of people) expect(heard(id)).toEqual(['chat_message']);
    expect(heard(session.id).filter((type) => type === 'chat_message')).toHaveLength(1);
    expect(onFault).not.toHaveBeenCalled();
  });

  test('is sent a message with 2 round trips before the sender’s echo, and 3 writes besides the receipts', async () => {
    const { parts: uncounted, shares } = room(4, crowd(20, 4), false);
    const { db, calls } = countWaves(uncounted.db);
    const parts = { ...uncounted, db };
    let before = 0;
    vi.mocked(parts.poster.post).mockImplementationOnce(async () => {
      before = calls.length;
      return 'delivered';
    });
    await sendMessage({ kind: 'SendMessage', text: 'hi', type: 'text' }, session, parts);
    expect(before).toBe(2);
    expect(calls.flat().toSorted()).toEqual(['PutItem', 'UpdateItem', 'UpdateItem']);
    expect(shares).toHaveLength(4);
  });

  test('tells the author alone that a message has come, once for each step, however many find it', async () => {
    const phone = connectionOf(alice, { id: 'phone=', shard: 0 });
    const { send, frames, heard, tables } = room(4, [session, phone, ...crowd(100, 4)]);
    await send();
    expect(heard(phone.id).toSorted()).toEqual([
      'chat_message',
      'mark_message_as_delivered',
      'mark_message_as_read',
    ]);
    expect(
      [...frames.values()].flat().filter((frame) => frame.includes('mark_message_as_read')),
    ).toHaveLength(2);
    expect(tables.entry('1', 1)).toMatchObject({ status: 'read' });
  });

  test('tells everybody where few are left in it', async () => {
    const people = crowd(8, 4);
    const { send, heard } = room(4, [session, ...people]);
    await send();
    for (const { id } of people) {
      expect(heard(id).toSorted()).toEqual([
        'chat_message',
        'mark_message_as_delivered',
        'mark_message_as_read',
      ]);
    }
  });

  test('posts a share that is run again once more, and tells of no receipt again', async () => {
    const people = crowd(60, 4);
    const { send, run, shares, heard, frames } = room(4, [session, ...people]);
    await send();
    const receipts = () =>
      [...frames.values()].flat().filter((frame) => frame.includes('mark_message_as_read')).length;
    const before = receipts();
    for (const share of shares) await run(share);
    for (const { id } of people) expect(heard(id)).toEqual(['chat_message', 'chat_message']);
    expect(receipts()).toBe(before);
  });
});

test.each([1, 4])('posts typing to no inbox in a room with %i shards', async (shards) => {
  const inboxes = crowd(300, shards, { via: 'inbox' });
  const other = connectionOf(bob, { id: 'other=', shard: 0 });
  const { parts, frames, shares } = room(shards, [session, other, ...inboxes]);
  const stored = await getRoom(parts.db, '1');
  if (!stored) throw new Error('Room not found: the test stored none');
  await publish({ kind: 'TypingChanged', room: '1', user: alice.id, typing: true }, stored, session, parts);
  await vi.waitFor(() => expect(frames.has(other.id)).toBe(true));
  expect([...frames.keys()].toSorted()).toEqual([session.id, other.id].toSorted());
  expect(shares).toHaveLength(shards === 1 ? 0 : shards);
});

describe('a message of 251 to 1,000 connections', () => {
  test('is read where only one of the last reads at once, and its author hears so', async () => {
    const slow = crowd(400, 1, { reads: 'manual' });
    const quick = connectionOf(bob, { id: 'zz=', shard: 0 });
    const { send, heard, tables } = room(1, [session, ...slow, quick]);
    await send();
    expect(heard(session.id)).toContain('mark_message_as_read');
    expect(tables.entry('1', 1)).toMatchObject({ status: 'read' });
  });

  test('goes in chunks that Lambda takes, whatever was written and whatever people are called', async () => {
    const wide = { username: '\u{1F600}'.repeat(1_500), email: `${'x'.repeat(900)}@example.com` };
    const people = crowd(700, 1).map((row) => ({ ...row, user: { ...bob, ...wide } }));
    const { parts, shares } = room(1, people, false);
    const message = messageOf({ text: '\u0001'.repeat(8_000), replyTo: 1, author: { ...alice, ...wide } });
    const stored = await getRoom(parts.db, '1');
    if (!stored) throw new Error('Room not found: the test made none');
    await publish({ kind: 'MessageSent', room: '1', message, seq: 1 }, stored, session, parts);
    const sizes = shares.map((share) => Buffer.byteLength(JSON.stringify(share)));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    const posted = vi.mocked(parts.poster.post).mock.calls.length;
    const chunked = shares.flatMap((share) => ('audience' in share ? share.audience : []));
    expect(posted + new Set(chunked.map(({ id }) => id)).size).toBe(701);
  });
});

describe('a room grows', () => {
  test('when a message finds more than 1,000 in its one shard', async () => {
    const { send, tables } = room(1, crowd(1_001, 1));
    await send();
    expect(tables.room('1')).toMatchObject({ shards: 2, shardsBefore: 1, shardsSince: NOON });
  });

  test('not of 1,000', async () => {
    const { send, tables } = room(1, crowd(1_000, 1));
    await send();
    expect(tables.room('1')).toMatchObject({ shards: 1 });
  });

  test('when a fan-out finds more than 1,000 that belong to its shard, and not for those of another', async () => {
    const inOne = crowd(4_500, 1).filter(({ id }) => shardOf(id, 2) === 1);
    const { run, tables } = room(2, inOne);
    const event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true } as const;
    await run({ event, room: { id: '1', shards: 2 }, shard: 0 });
    expect(tables.room('1')).toMatchObject({ shards: 2 });
    await run({ event, room: { id: '1', shards: 2 }, shard: 1 });
    expect(tables.room('1')).toMatchObject({ shards: 8, shardsBefore: 2 });
  });

  test('not again while it is settling, which costs no call', async () => {
    const { run, tables } = room(2, crowd(2_500, 1));
    const event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true } as const;
    await run({ event, room: { id: '1', shards: 2, grown: { from: 1, at: NOON - 1 } }, shard: 1 });
    expect(tables.calls.filter((name) => name === 'UpdateItem')).toEqual([]);
  });
});

test('what a fan-out could not post is counted, and nothing to throw', async () => {
  const { parts, run, tallies } = room(2, crowd(40, 2));
  vi.mocked(parts.poster.post).mockImplementation(async (id) => (id < '4' ? 'failed' : 'delivered'));
  const event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true } as const;
  await run({ event, room: { id: '1', shards: 2 }, shard: 0 });
  await run({ event, room: { id: '1', shards: 2 }, shard: 1 });
  const sum = (part: 'delivered' | 'failed') => tallies.reduce((all, tally) => all + tally[part], 0);
  expect(sum('failed')).toBeGreaterThan(0);
  expect(sum('delivered') + sum('failed')).toBe(40);
});

test('a receipt that cannot be noted is reported, and is no reason to post everything again', async () => {
  const { serving, run, onFault } = room(2, crowd(40, 2));
  serving.db = intercepted(serving.db, (operation) => {
    if (operation === 'UpdateItem') throw new Error('busy');
  });
  const message = messageOf({ id: 7 });
  const event = { kind: 'MessageSent', room: '1', message, seq: 7 } as const;
  await run({ event, room: { id: '1', shards: 2 }, shard: 1 });
  expect(onFault).toHaveBeenCalledTimes(1);
});

describe('a fault that no retry of a post mends', () => {
  const event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true } as const;
  const share = { event, room: { id: '1', shards: 2 }, shard: 1 };

  test('of one connection is counted and reported once, and is no reason to post to the others again', async () => {
    const { parts, run, tallies, onFault } = room(2, crowd(40, 2));
    const denied = new Error('malformed');
    vi.mocked(parts.poster.post).mockRejectedValueOnce(denied).mockRejectedValueOnce(denied);
    await run(share);
    expect(onFault.mock.calls).toEqual([[denied]]);
    expect(tallies).toMatchObject([{ failed: 2 }]);
  });

  test('of all of them, such as a missing grant, is for Lambda to try again', async () => {
    const { parts, run } = room(2, crowd(40, 2));
    const denied = new Error('AccessDenied');
    vi.mocked(parts.poster.post).mockRejectedValue(denied);
    await expect(run(share)).rejects.toBe(denied);
  });
});

describe('a message that cannot go its whole way', () => {
  const event = { kind: 'MessageSent', room: '1', message: messageOf({ id: 42 }), seq: 42 } as const;
  const published = async (parts: Context) => {
    const found = await getRoom(parts.db, '1');
    if (!found) throw new Error('Room not read: there is none; put one');
    return publish(event, found, session, parts);
  };

  test.each([1, 2])(
    'to its fan-outs is with all whom its own function serves before that is said, %i shards',
    async (shards) => {
      const given = room(shards, [session, ...crowd(300, shards)]);
      const fault = new Error('TooManyRequestsException');
      const { poster } = given.parts;
      const slow: Poster['post'] = async (id, frame) => {
        await new Promise((resume) => setTimeout(resume, 20));
        return poster.post(id, frame);
      };
      const parts = {
        ...given.parts,
        poster: { ...poster, post: slow },
        fanOut: () => Promise.reject(fault),
      };
      await expect(published(parts)).rejects.toBe(fault);
      const direct = shards === 1 ? 250 : 1;
      expect(given.frames.size).toBe(direct);
      expect(given.tallies).toMatchObject([{ delivered: direct }]);
    },
  );

  test('in the time of its own function goes on in one of a fan-out, to those who are left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] });
    try {
      const people = crowd(20, 1);
      const given = room(1, [session, ...people]);
      const { post, ...poster } = given.parts.poster;
      const late = new Set(people.slice(0, 3).map(({ id }) => id));
      const refuse = async (): Promise<never> => {
        throw new TransientError('too fast', { throttled: true });
      };
      const busy: Poster = {
        ...poster,
        post: (id, frame) => (late.has(id) ? refuse() : post(id, frame)),
        isOpen: refuse,
      };
      const publishing = published({ ...given.parts, poster: busy });
      await vi.advanceTimersByTimeAsync(5_000);
      await publishing;
      expect(given.shares).toMatchObject([{ audience: people.slice(0, 3).map(({ id }) => ({ id })) }]);
      for (const { id } of people) expect(given.heard(id)).toEqual(['chat_message']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('since the room cannot grow goes out all the same, and the log has why', async () => {
    const given = room(1, [session, ...crowd(1_001, 1)]);
    const denied = new Error('AccessDeniedException');
    const { db } = given.parts;
    const failing = intercepted(db, (operation) => {
      if (operation === 'UpdateItem') throw denied;
    });
    await published({ ...given.parts, db: failing, onFault: given.onFault });
    expect(given.onFault.mock.calls).toEqual([[denied]]);
    expect(given.frames.size).toBe(1_002);
  });
});
