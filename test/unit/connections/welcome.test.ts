import { DeleteItemCommand, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test, vi } from 'vitest';
import { welcome } from '../../../functions/connections/welcome.ts';
import type { Poster, PostOutcome } from '../../../functions/delivery/poster.ts';
import { CLOCK_TOLERANCE_MS, type Session } from '../../../functions/domain/connection.ts';
import { roomOfRows } from '../../support/connection-rows.ts';
import { mockDatabase, noFiles } from '../../support/mock-database.ts';
import { alice, bob, connectionOf, NOON } from '../../support/sample.ts';

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
  await welcome(session, { db, poster, files: noFiles, now: () => NOON }, () => undefined);
  expect(poster.close).toHaveBeenCalledWith(session.id);
  expect(poster.post).not.toHaveBeenCalled();
  expect(dynamodb.commandCalls(DeleteItemCommand)).toHaveLength(1);
});

describe('a new connection has read the history', () => {
  const here = connectionOf(alice);

  async function welcomeBob(overrides: Partial<Session>, outcome: PostOutcome) {
    const session = connectionOf(bob, overrides);
    const { db, readTo } = roomOfRows(here, session);
    const post = vi.fn<Poster['post']>(async (id) => (id === session.id ? outcome : 'delivered'));
    const close = vi.fn(async () => true);
    const context = {
      db,
      poster: { post, close, isOpen: async () => true },
      files: noFiles,
      now: () => NOON,
    };
    await welcome(session, context, () => undefined);
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

  test('but not if its token expired: it is notified, and not announced as online', async () => {
    const tokenExpiresAt = NOON - CLOCK_TOLERANCE_MS - 1;
    const { readTo, own, others, close } = await welcomeBob({ tokenExpiresAt }, 'delivered');
    expect(own).toMatchObject([{ code: 'TOKEN_EXPIRED' }]);
    expect(close).toHaveBeenCalledTimes(1);
    expect(Math.max(0, ...Object.values(readTo))).toBe(0);
    expect(others.filter(({ status }) => status === 'online')).toEqual([]);
  });
});
