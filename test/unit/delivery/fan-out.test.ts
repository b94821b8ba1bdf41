import { describe, expect, test, vi } from 'vitest';
import { ModelledTables } from '../../../bench/modelled-tables.ts';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import type { Context, DeliveryStats, FanOutBatch } from '../../../functions/delivery/context.ts';
import { fanOut } from '../../../functions/delivery/fan-out.ts';
import { type Poster, TransientError } from '../../../functions/delivery/poster.ts';
import { MAX_BATCH_BYTES, publish } from '../../../functions/delivery/publish.ts';
import type { Connection } from '../../../functions/domain/connection.ts';
import { guestNamed } from '../../../functions/domain/member.ts';
import { shardOf } from '../../../functions/store/keys.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { noFiles, noLimit } from '../../support/mock-database.ts';
import { alice, bob, connectionOf, messageOf, NOON } from '../../support/sample.ts';
import { countWaves, intercepted } from '../../support/waves.ts';

const session = connectionOf(alice, { shard: 0 });

/** Connections of bob, placed by the different shard counts that the room has had. */
const crowd = (count: number, shards: number, more: Partial<Connection> = {}): Connection[] =>
  Array.from({ length: count }, (_, index) => {
    const id = `${(index * 7919).toString(36)}socket=`;
    return connectionOf(bob, { ...more, id, shard: shardOf(id, 2 ** (index % (Math.log2(shards) + 1))) });
  });

/** Room 1. Its fan-outs run immediately unless `runsFanOuts` is false; `batches` records them. */
function room(shards: number, connections: readonly Connection[], runsFanOuts = true) {
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
    close: async () => true,
  };
  const batches: FanOutBatch[] = [];
  const measured: DeliveryStats[] = [];
  const running: Promise<void>[] = [];
  const onFault = vi.fn();
  const posting = {
    db: tables.database,
    poster,
    now: () => NOON,
    measure: (stats: DeliveryStats) => void measured.push(stats),
  };
  const run = (batch: FanOutBatch) => fanOut(JSON.parse(JSON.stringify(batch)), posting, onFault);
  const context: Context = {
    ...posting,
    rates: noLimit,
    budgets: new Budgets(false),
    files: noFiles,
    fanOut: async (batch) => {
      batches.push(batch);
      if (runsFanOuts) running.push(run(batch));
    },
  };
  const send = async (sender = session) => {
    await sendMessage({ kind: 'SendMessage', text: 'hi', type: 'text' }, sender, context);
    await Promise.all(running);
  };
  const typesTo = (id: string) => (frames.get(id) ?? []).map((frame) => JSON.parse(frame).type);
  return { tables, posting, context, frames, typesTo, batches, measured, run, send, onFault };
}

describe('a room with more than one shard', () => {
  test('is posted to by one fan-out for each shard, and each connection gets a message once', async () => {
    const people = crowd(300, 4);
    const { send, batches, typesTo, onFault } = room(4, [session, ...people]);
    await send();
    expect(batches.map((batch) => 'shard' in batch && batch.shard)).toEqual([0, 1, 2, 3]);
    expect(Buffer.byteLength(JSON.stringify(batches))).toBeLessThan(4_000);
    for (const { id } of people) expect(typesTo(id)).toEqual(['chat_message']);
    expect(typesTo(session.id).filter((type) => type === 'chat_message')).toHaveLength(1);
    expect(onFault).not.toHaveBeenCalled();
  });

  test('takes a message with 3 round trips before the sender’s echo, and 2 writes besides the receipts without a rate limit', async () => {
    const { context: uncounted, batches } = room(4, crowd(20, 4), false);
    const { db, calls } = countWaves(uncounted.db);
    const context = { ...uncounted, db };
    let before = 0;
    vi.mocked(context.poster.post).mockImplementationOnce(async () => {
      before = calls.length;
      return 'delivered';
    });
    await sendMessage({ kind: 'SendMessage', text: 'hi', type: 'text' }, session, context);
    expect(before).toBe(3);
    expect(calls.flat().toSorted()).toEqual(['GetItem', 'PutItem', 'UpdateItem']);
    expect(batches).toHaveLength(4);
  });

  test('posts one receipt per status to the author only, however many fan-outs reach that status', async () => {
    const phone = connectionOf(alice, { id: 'phone=', shard: 0 });
    const { send, frames, typesTo, tables } = room(4, [session, phone, ...crowd(100, 4)]);
    await send();
    expect(typesTo(phone.id).toSorted()).toEqual([
      'chat_message',
      'mark_message_as_delivered',
      'mark_message_as_read',
    ]);
    expect(
      [...frames.values()].flat().filter((frame) => frame.includes('mark_message_as_read')),
    ).toHaveLength(2);
    expect(tables.entry('1', 1)).toMatchObject({ status: 'read' });
  });

  test('posts no receipt to the user whose id the author claims as a guest', async () => {
    const { send, typesTo, tables } = room(4, [session, ...crowd(400, 4)]);
    tables.putRoom('1', 4, 'open');
    await send(connectionOf(guestNamed(alice.id), { id: 'guest=' }));
    expect(typesTo(session.id)).toEqual(['chat_message']);
  });

  test('posts receipts to all connections if few are left in the room', async () => {
    const people = crowd(8, 4);
    const { send, typesTo } = room(4, [session, ...people]);
    await send();
    for (const { id } of people) {
      expect(typesTo(id).toSorted()).toEqual([
        'chat_message',
        'mark_message_as_delivered',
        'mark_message_as_read',
      ]);
    }
  });

  test('posts a batch again if Lambda runs it again, but posts no receipt', async () => {
    const people = crowd(60, 4);
    const { send, run, batches, typesTo, frames } = room(4, [session, ...people]);
    await send();
    const receipts = () =>
      [...frames.values()].flat().filter((frame) => frame.includes('mark_message_as_read')).length;
    const before = receipts();
    for (const batch of batches) await run(batch);
    for (const { id } of people) expect(typesTo(id)).toEqual(['chat_message', 'chat_message']);
    expect(receipts()).toBe(before);
  });
});

test.each([1, 4])(
  'with receipts=author, only the author gets one receipt, in a room with %i shards',
  async (shards) => {
    const receipts = 'author';
    const [sender, phone] = [
      { ...session, receipts },
      connectionOf(alice, { id: 'p=', shard: 0, receipts }),
    ] as const;
    const contract = connectionOf(bob, { id: 'contract=', shard: 0 });
    const people = crowd(8, shards, { receipts });
    const { send, typesTo, frames } = room(shards, [sender, phone, contract, ...people]);
    await send(sender);
    for (const { id } of [sender, phone]) {
      const read = (frames.get(id) ?? [])
        .map((frame) => JSON.parse(frame))
        .filter(({ status }) => status === 'read');
      expect(read).toEqual([{ type: 'receipt', message_id: 1, status: 'read' }]);
    }
    for (const { id } of people) expect(typesTo(id)).toEqual(['chat_message']);
    expect(typesTo(contract.id)).toEqual([
      'chat_message',
      'mark_message_as_delivered',
      'mark_message_as_read',
    ]);
  },
);

test.each([1, 4])('posts typing to no inbox in a room with %i shards', async (shards) => {
  const inboxes = crowd(300, shards, { via: 'inbox' });
  const other = connectionOf(bob, { id: 'other=', shard: 0 });
  const { context, frames, batches } = room(shards, [session, other, ...inboxes]);
  const stored = await getRoom(context.db, '1');
  if (!stored) throw new Error('Room not found: the test stored none');
  await publish({ kind: 'TypingChanged', room: '1', user: alice.id, typing: true }, stored, session, context);
  await vi.waitFor(() => expect(frames.has(other.id)).toBe(true));
  expect([...frames.keys()].toSorted()).toEqual([session.id, other.id].toSorted());
  expect(batches).toHaveLength(shards === 1 ? 0 : shards);
});

describe('a message to 251 to 1,000 connections', () => {
  test('counts as read if only one of the last connections reads automatically, and its author gets the receipt', async () => {
    const slow = crowd(400, 1, { reads: 'manual' });
    const quick = connectionOf(bob, { id: 'zz=', shard: 0 });
    const { send, typesTo, tables } = room(1, [session, ...slow, quick]);
    await send();
    expect(typesTo(session.id)).toContain('mark_message_as_read');
    expect(tables.entry('1', 1)).toMatchObject({ status: 'read' });
  });

  test('is split into batches within Lambda’s limit, however long the message and the names are', async () => {
    const longNames = { username: '\u{1F600}'.repeat(1_500), email: `${'x'.repeat(900)}@example.com` };
    const people = crowd(700, 1).map((row) => ({ ...row, user: { ...bob, ...longNames } }));
    const { context, batches } = room(1, people, false);
    const message = messageOf({
      text: '\u0001'.repeat(8_000),
      replyTo: 1,
      author: { ...alice, ...longNames },
    });
    const stored = await getRoom(context.db, '1');
    if (!stored) throw new Error('Room not found: the test stored none');
    await publish({ kind: 'MessageSent', room: '1', message, seq: 1 }, stored, session, context);
    const sizes = batches.map((batch) => Buffer.byteLength(JSON.stringify(batch)));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    const posted = vi.mocked(context.poster.post).mock.calls.length;
    const batched = batches.flatMap((batch) => ('audience' in batch ? batch.audience : []));
    expect(posted + new Set(batched.map(({ id }) => id)).size).toBe(701);
  });
});

describe('a room', () => {
  test('grows if a message finds more than 1,000 connections in its only shard', async () => {
    const { send, tables } = room(1, crowd(1_001, 1));
    await send();
    expect(tables.room('1')).toMatchObject({ shards: 2, shardsBefore: 1, shardsSince: NOON });
  });

  test('does not grow with 1,000 connections', async () => {
    const { send, tables } = room(1, crowd(1_000, 1));
    await send();
    expect(tables.room('1')).toMatchObject({ shards: 1 });
  });

  test('grows if a fan-out finds more than 1,000 connections of its own shard, without the connections of other shards', async () => {
    const inOne = crowd(4_500, 1).filter(({ id }) => shardOf(id, 2) === 1);
    const { run, tables } = room(2, inOne);
    const event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true } as const;
    await run({ event, room: { id: '1', shards: 2 }, shard: 0 });
    expect(tables.room('1')).toMatchObject({ shards: 2 });
    await run({ event, room: { id: '1', shards: 2 }, shard: 1 });
    expect(tables.room('1')).toMatchObject({ shards: 8, shardsBefore: 2 });
  });

  test('does not grow again in the two minutes after it grew, and makes no call to find this out', async () => {
    const { run, tables } = room(2, crowd(2_500, 1));
    const event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true } as const;
    await run({ event, room: { id: '1', shards: 2, grown: { from: 1, at: NOON - 1 } }, shard: 1 });
    expect(tables.calls.filter((name) => name === 'UpdateItem')).toEqual([]);
  });
});

test('a fan-out counts failed posts and does not throw', async () => {
  const { context, run, measured } = room(2, crowd(40, 2));
  vi.mocked(context.poster.post).mockImplementation(async (id) => {
    if (id < '4') throw new Error('AccessDenied');
    return 'delivered';
  });
  const event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true } as const;
  await run({ event, room: { id: '1', shards: 2 }, shard: 0 });
  await run({ event, room: { id: '1', shards: 2 }, shard: 1 });
  const sum = (outcome: 'delivered' | 'failed') =>
    measured.reduce((total, stats) => total + stats[outcome], 0);
  expect(sum('failed')).toBeGreaterThan(0);
  expect(sum('delivered') + sum('failed')).toBe(40);
});

test('a fan-out reports a receipt that it cannot store, and does not throw', async () => {
  const { posting, run, onFault } = room(2, crowd(40, 2));
  posting.db = intercepted(posting.db, (operation) => {
    if (operation === 'UpdateItem') throw new Error('busy');
  });
  const message = messageOf({ id: 7 });
  const event = { kind: 'MessageSent', room: '1', message, seq: 7 } as const;
  await run({ event, room: { id: '1', shards: 2 }, shard: 1 });
  expect(onFault).toHaveBeenCalledTimes(1);
});

describe('an error that no retry fixes', () => {
  const event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true } as const;
  const batch = { event, room: { id: '1', shards: 2 }, shard: 1 };

  test('is counted for each connection and reported once, if other posts succeed', async () => {
    const { context, run, measured, onFault } = room(2, crowd(40, 2));
    const denied = new Error('malformed');
    vi.mocked(context.poster.post).mockRejectedValueOnce(denied).mockRejectedValueOnce(denied);
    await run(batch);
    expect(onFault.mock.calls).toEqual([[denied]]);
    expect(measured).toMatchObject([{ failed: 2 }]);
  });

  test('is thrown if all posts fail, so that Lambda retries', async () => {
    const { context, run } = room(2, crowd(40, 2));
    const denied = new Error('AccessDenied');
    vi.mocked(context.poster.post).mockRejectedValue(denied);
    await expect(run(batch)).rejects.toBe(denied);
  });
});

describe('publish', () => {
  const event = { kind: 'MessageSent', room: '1', message: messageOf({ id: 42 }), seq: 42 } as const;
  const published = async (context: Context) => {
    const found = await getRoom(context.db, '1');
    if (!found) throw new Error('Room not found: the test stored none');
    return publish(event, found, session, context);
  };

  test.each([1, 2])(
    'posts directly before it throws the error of a fan-out, in a room with %i shards',
    async (shards) => {
      const setup = room(shards, [session, ...crowd(300, shards)]);
      const fault = new Error('TooManyRequestsException');
      const { poster } = setup.context;
      const slow: Poster['post'] = async (id, frame) => {
        await new Promise((resume) => setTimeout(resume, 20));
        return poster.post(id, frame);
      };
      const context = {
        ...setup.context,
        poster: { ...poster, post: slow },
        fanOut: () => Promise.reject(fault),
      };
      await expect(published(context)).rejects.toBe(fault);
      const direct = shards === 1 ? 250 : 1;
      expect(setup.frames.size).toBe(direct);
      expect(setup.measured).toMatchObject([{ delivered: direct }]);
    },
  );

  test('hands connections whose posts failed to a fan-out', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] });
    try {
      const people = crowd(20, 1);
      const setup = room(1, [session, ...people]);
      const { post, ...poster } = setup.context.poster;
      const late = new Set(people.slice(0, 3).map(({ id }) => id));
      const refuse = async (): Promise<never> => {
        throw new TransientError('too fast', { throttled: true });
      };
      const busy: Poster = {
        ...poster,
        post: (id, frame) => (late.has(id) ? refuse() : post(id, frame)),
        isOpen: refuse,
      };
      const publishing = published({ ...setup.context, poster: busy });
      await vi.advanceTimersByTimeAsync(5_000);
      await publishing;
      expect(setup.batches).toMatchObject([{ audience: people.slice(0, 3).map(({ id }) => ({ id })) }]);
      for (const { id } of people) expect(setup.typesTo(id)).toEqual(['chat_message']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('posts a message and reports the error if the room cannot grow', async () => {
    const setup = room(1, [session, ...crowd(1_001, 1)]);
    const denied = new Error('AccessDeniedException');
    const { db } = setup.context;
    const failing = intercepted(db, (operation) => {
      if (operation === 'UpdateItem') throw denied;
    });
    await published({ ...setup.context, db: failing, onFault: setup.onFault });
    expect(setup.onFault.mock.calls).toEqual([[denied]]);
    expect(setup.frames.size).toBe(1_002);
  });
});
