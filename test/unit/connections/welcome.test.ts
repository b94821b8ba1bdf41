import {
  DeleteItemCommand,
  GetItemCommand,
  type GetItemCommandInput,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { RoomCache } from '../../../functions/connections/room-cache.ts';
import { welcome } from '../../../functions/connections/welcome.ts';
import type { Poster, PostOutcome } from '../../../functions/delivery/poster.ts';
import { CLOCK_TOLERANCE_MS, type Session } from '../../../functions/domain/connection.ts';
import { roomOfRows, rowOf } from '../../support/connection-rows.ts';
import { mockDatabase, noFiles } from '../../support/mock-database.ts';
import { alice, bob, connectionOf, messageOf, NOON } from '../../support/sample.ts';

test('a connection of a member who was removed during the handshake is closed and gets no frame', async () => {
  const { db, dynamodb } = mockDatabase();
  const room = marshall({ name: 'r', kind: 'group', access: 'members', seq: 1, shards: 1 });
  dynamodb.onAnyCommand().resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  dynamodb.on(GetItemCommand).callsFake(({ Key }) => (Key.item.S === 'room' ? { Item: room } : {}));
  const poster: Poster = {
    post: vi.fn(async () => 'delivered' as const),
    isOpen: async () => true,
    close: vi.fn(async () => true),
  };
  const session = connectionOf(alice);
  await welcome(
    session,
    { db, poster, files: noFiles, rooms: new RoomCache(), now: () => NOON },
    () => undefined,
  );
  expect(poster.close).toHaveBeenCalledWith(session.id);
  expect(poster.post).not.toHaveBeenCalled();
  expect(dynamodb.commandCalls(DeleteItemCommand)).toHaveLength(1);
});

describe('a new connection has read the history', () => {
  const here = connectionOf(alice);

  async function welcomeBob(overrides: Partial<Session>, outcome: PostOutcome, isRemoved = false) {
    const session = connectionOf(bob, overrides);
    const { db, rows, readTo } = roomOfRows(here, session);
    const post = vi.fn<Poster['post']>(async (id) => {
      if (isRemoved) rows.delete(session.id);
      return id === session.id ? outcome : 'delivered';
    });
    const close = vi.fn<Poster['close']>(async () => true);
    const context = {
      db,
      poster: { post, close, isOpen: async () => true },
      files: noFiles,
      rooms: new RoomCache(),
      now: () => NOON,
    };
    vi.useFakeTimers({ now: NOON, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const welcoming = welcome(session, context, () => undefined);
    // Longer than the handshake may take, so that no retry remains.
    await vi.advanceTimersByTimeAsync(20_000);
    await welcoming;
    const framesTo = (id: string) =>
      post.mock.calls.filter(([to]) => to === id).map(([, frame]) => JSON.parse(frame));
    return { readTo, close, own: framesTo(session.id), others: framesTo(here.id) };
  }

  test('if the history was delivered', async () => {
    const { readTo, own } = await welcomeBob({}, 'delivered');
    expect(own[0]).toMatchObject([{ message_id: 42 }]);
    expect(readTo).toEqual({ 'member#2': 42 });
  });

  test('but not if the connection was gone', async () => {
    const { readTo } = await welcomeBob({ connectedAt: NOON - 1_000 }, 'gone');
    expect(readTo).toEqual({});
  });

  test('but not if its member was removed right after that: it is closed, and not announced', async () => {
    const { readTo, close, others } = await welcomeBob({}, 'delivered', true);
    expect(close.mock.calls).toEqual([[connectionOf(bob).id]]);
    expect(readTo).toEqual({});
    expect(others).toEqual([]);
  });

  test('but not if its token expired: the client is notified, and its user is not announced as online', async () => {
    const tokenExpiresAt = NOON - CLOCK_TOLERANCE_MS - 1;
    const { readTo, own, others, close } = await welcomeBob({ tokenExpiresAt }, 'delivered');
    expect(own).toMatchObject([{ code: 'TOKEN_EXPIRED' }]);
    expect(close).toHaveBeenCalledTimes(1);
    expect(Math.max(0, ...Object.values(readTo))).toBe(0);
    expect(others.filter(({ status }) => status === 'online')).toEqual([]);
  });
});

describe('the history of a new connection', () => {
  const session = connectionOf(bob, { connectedAt: NOON - 1_000 });

  const logItem = (seq: number) => {
    const { id: _, ...message } = messageOf({ revision: seq });
    return marshall({ ...message, kind: 'message', seq, item: `log#${seq}` });
  };

  interface Given {
    /** The sequence numbers that a consistent read and an eventually consistent one return. */
    readonly stored?: readonly number[];
    readonly replicated?: readonly number[];
    readonly fails?: 'history' | 'everything';
    readonly as?: Session;
    /** The outcomes of the first posts. */
    readonly outcomes?: readonly PostOutcome[];
  }

  async function welcomed({
    stored = [1, 2],
    replicated = stored,
    fails,
    as = session,
    outcomes = [],
  }: Given) {
    vi.useFakeTimers({ now: NOON });
    onTestFinished(() => void vi.useRealTimers());
    const { db, dynamodb } = mockDatabase();
    const failure = new Error('no answer');
    const room = marshall({ name: 'r', kind: 'group', access: 'open', seq: stored.length, shards: 1 });
    dynamodb.onAnyCommand().resolves({});
    dynamodb.on(GetItemCommand).callsFake(({ TableName, Key }: GetItemCommandInput) => {
      if (TableName === 'connections') return { Item: rowOf(as) };
      if (fails === 'everything') throw failure;
      return Key?.['item']?.S === 'room' ? { Item: room } : {};
    });
    const consistency: unknown[] = [];
    dynamodb.on(QueryCommand).callsFake(({ TableName, ConsistentRead = false }) => {
      if (TableName === 'connections') return { Items: [rowOf(as)] };
      consistency.push(ConsistentRead);
      if (fails) throw failure;
      return { Items: [...(ConsistentRead ? stored : replicated)].reverse().map(logItem) };
    });
    const left = [...outcomes];
    const frames: unknown[] = [];
    const poster = {
      post: vi.fn<Poster['post']>(async (_id, frame) => {
        const outcome = left.shift() ?? 'delivered';
        if (outcome === 'delivered') frames.push(JSON.parse(frame));
        return outcome;
      }),
      isOpen: async () => true,
      close: vi.fn(async () => true),
    };
    const onFault = vi.fn();
    const welcoming = welcome(
      as,
      { db, poster, files: noFiles, rooms: new RoomCache(), now: () => NOON },
      onFault,
    );
    await vi.runAllTimersAsync();
    await welcoming;
    return { frames, consistency, onFault, close: poster.close, posts: poster.post.mock.calls.length };
  }

  const newest = (...ids: readonly number[]) =>
    ids.map((message_id) => expect.objectContaining({ message_id }));

  test('is read once, eventually consistent, if it reaches the number of the room', async () => {
    const { frames, consistency } = await welcomed({});
    expect(frames[0]).toEqual(newest(2, 1));
    expect(consistency).toEqual([false]);
  });

  test('is read again consistently if it does not reach the number of the room', async () => {
    const { frames, consistency } = await welcomed({ replicated: [1] });
    expect(frames[0]).toEqual(newest(2, 1));
    expect(consistency).toEqual([false, true]);
  });

  test('is read again consistently if a number is missing', async () => {
    const { frames, consistency } = await welcomed({ stored: [1, 2, 3], replicated: [1, 3] });
    expect(frames[0]).toEqual(newest(3, 2, 1));
    expect(consistency).toEqual([false, true]);
  });

  test('is empty and followed by an error frame if it cannot be read', async () => {
    const { frames, onFault, close } = await welcomed({ fails: 'history' });
    expect(frames.slice(0, 2)).toEqual([[], expect.objectContaining({ type: 'error', code: 'INTERNAL' })]);
    expect(onFault).toHaveBeenCalledTimes(1);
    expect(close).not.toHaveBeenCalled();
  });

  test('is followed by a close if the membership cannot be checked either', async () => {
    const { frames, onFault, close } = await welcomed({ fails: 'everything' });
    expect(frames).toEqual([[], expect.objectContaining({ type: 'error', code: 'INTERNAL' })]);
    expect(onFault).toHaveBeenCalled();
    expect(close).toHaveBeenCalledWith(session.id);
  });

  test('is an error frame for a client that resumes, if it cannot be read', async () => {
    const { frames } = await welcomed({ fails: 'history', as: { ...session, since: 0 } });
    expect(frames).toEqual([expect.objectContaining({ type: 'error', code: 'INTERNAL' })]);
  });

  test('is posted again while API Gateway answers 410 to a young connection', async () => {
    const { frames, posts } = await welcomed({ outcomes: ['gone', 'gone', 'gone'] });
    expect(frames).toEqual([newest(2, 1)]);
    expect(posts).toBe(4);
  });

  test('is not repeated for a connection that is gone, unless it has just opened', async () => {
    const { frames, posts } = await welcomed({ outcomes: ['gone'], as: { ...session, connectedAt: 0 } });
    expect(frames).toEqual([]);
    expect(posts).toBe(1);
  });

  test('a socket whose inbox cannot be opened gets an error frame and is closed, so that the client connects again', async () => {
    const { frames, close } = await welcomed({ fails: 'everything', as: { ...session, room: '#2' } });
    expect(frames).toEqual([expect.objectContaining({ type: 'error', code: 'INTERNAL' })]);
    expect(close).toHaveBeenCalledWith(session.id);
  });
});
