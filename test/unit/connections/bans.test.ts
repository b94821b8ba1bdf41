import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { CountingDatabase } from '../../../bench/counting-database.ts';
import { connect } from '../../../functions/connections/lifecycle.ts';
import { RoomCache } from '../../../functions/connections/room-cache.ts';
import { closeSocketsOf } from '../../../functions/connections/sign-out.ts';
import { welcome } from '../../../functions/connections/welcome.ts';
import { type Poster, TransientError } from '../../../functions/delivery/poster.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import { inboxOf } from '../../../functions/domain/room.ts';
import { ban, getUserState, signOut, unban } from '../../../functions/store/accounts.ts';
import { getConnection, listConnectionIds } from '../../../functions/store/connections.ts';
import { listOpenConnections, removeOpenConnection } from '../../../functions/store/profiles.ts';
import { noFiles } from '../../support/mock-database.ts';

const now = Date.parse('2030-01-01T12:00:00Z');

let database: CountingDatabase;
beforeEach(async () => {
  database = await CountingDatabase.open();
});
afterEach(() => database.close());

const sessionOf = (overrides: Partial<Session> = {}): Session => ({
  id: 'socket=',
  connectedAt: now,
  room: 'lunch',
  shard: 0,
  user: { id: 'ann', username: 'Ann', email: '', userType: '' },
  dialect: 'action',
  reads: 'manual',
  tokenExpiresAt: now + 3_600_000,
  tokenIssuedAt: now - 60_000,
  ...overrides,
});

const open = (session: Session) => connect(session, { db: database.db, now: () => now }, async () => {});

const isStored = async (session: Session) => ({
  row: (await getConnection(database.db, session)) !== undefined,
  online: (await listOpenConnections(database.db, session.user.id, now)).length > 0,
});

test('connect refuses a user who was banned after the authorizer had allowed the handshake', async () => {
  await ban(database.db, 'ann', now);
  await expect(open(sessionOf())).rejects.toMatchObject({ code: 'BANNED' });
  expect(await isStored(sessionOf())).toEqual({ row: false, online: false });
  await unban(database.db, 'ann');
  await open(sessionOf());
  expect(await isStored(sessionOf())).toEqual({ row: true, online: true });
});

test.each([
  ['before the sign-out', now - 60_000, false],
  ['in the second of the sign-out', now, false],
  ['after it', now + 1_000, true],
  ['by an earlier release, which did not say when', undefined, true],
])('connect accepts a token that was issued %s: %s, %s', async (_when, tokenIssuedAt, accepted) => {
  await signOut(database.db, 'ann', now + 500);
  const { tokenIssuedAt: _default, ...session } = sessionOf();
  const opening = open({ ...session, ...(tokenIssuedAt !== undefined && { tokenIssuedAt }) });
  if (accepted) await opening;
  else await expect(opening).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('connect makes no more calls than before to find a ban', async () => {
  database.restart();
  await open(sessionOf());
  expect(database.counts().trips.flat().sort()).toEqual(['PutItem', 'UpdateItem']);
});

test('closes every socket of a user, even one whose handshake is not over, and removes the rows', async () => {
  const old = sessionOf({ id: 'old=', connectedAt: now - 60_000 });
  const opening = sessionOf({ id: 'opening=' });
  for (const session of [old, opening]) await open(session);
  const closed: string[] = [];
  const poster = {
    post: async () => 'delivered' as const,
    isOpen: async () => true,
    // API Gateway answers 410 to the first calls for a socket that is still opening.
    close: async (id: string) => {
      closed.push(id);
      return id !== 'opening=' || closed.filter((each) => each === id).length > 2;
    },
  };
  await closeSocketsOf('ann', { db: database.db, poster, now: () => now });
  expect(closed.toSorted()).toEqual(['old=', 'opening=', 'opening=', 'opening=']);
  expect([...(await listConnectionIds(database.db, 'ann'))]).toEqual([]);
  expect(await isStored(opening)).toEqual({ row: false, online: false });
});

test('closes a socket that the profile of a user with many of them lacks', async () => {
  const session = sessionOf({ connectedAt: now - 60_000 });
  await open(session);
  await removeOpenConnection(database.db, 'ann', session, now);
  const close = vi.fn(async () => true);
  const poster = { post: async () => 'delivered' as const, isOpen: async () => true, close };
  await closeSocketsOf('ann', { db: database.db, poster, now: () => now });
  expect(close).toHaveBeenCalledExactlyOnceWith(session.id);
  expect(await isStored(session)).toEqual({ row: false, online: false });
});

test('closes a socket that the index of connections lacks', async () => {
  const session = sessionOf({ connectedAt: now - 60_000 });
  await open(session);
  vi.spyOn(database.db.connections, 'query').mockResolvedValue({ items: [] });
  const close = vi.fn(async () => true);
  const poster = { post: async () => 'delivered' as const, isOpen: async () => true, close };
  await closeSocketsOf('ann', { db: database.db, poster, now: () => now });
  expect(close).toHaveBeenCalledExactlyOnceWith(session.id);
});

test.each([
  ['an open socket', now - 60_000],
  ['a socket whose handshake may not be over', now],
])('keeps the row of %s that API Gateway did not close, so that a repeat closes it', async (_which, at) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'Date'], now });
  onTestFinished(() => void vi.useRealTimers());
  const session = sessionOf({ connectedAt: at });
  const other = sessionOf({ id: 'other=', connectedAt: at });
  for (const each of [session, other]) await open(each);
  let isThrottled = true;
  const poster = {
    post: async () => 'delivered' as const,
    isOpen: async () => true,
    close: async (id: string) => {
      if (isThrottled && id === session.id) throw new TransientError();
      return true;
    },
  };
  const context = { db: database.db, poster, now: () => now };
  const closing = expect(closeSocketsOf('ann', context)).rejects.toThrow('Repeat the request');
  await vi.advanceTimersByTimeAsync(10_000);
  await closing;
  expect([...(await listConnectionIds(database.db, 'ann'))]).toEqual([session.id]);
  isThrottled = false;
  await closeSocketsOf('ann', context);
  expect(await isStored(session)).toEqual({ row: false, online: false });
});

test('a guest is never banned, whatever id the guest claims', async () => {
  await ban(database.db, 'ann', now);
  const guest = sessionOf({ user: { ...sessionOf().user, guest: true } });
  await open(guest);
  expect((await getUserState(database.db, 'ann')).standing).toEqual({ bannedAt: now });
});

describe('a socket whose handshake ends after a ban gave up closing it', () => {
  /** A poster for one socket, which can be neither reached nor closed until `gateway.isOpen` is set. */
  function slowGateway() {
    const gateway = { isOpen: false, isClosed: false };
    const poster = {
      post: async () => (gateway.isOpen ? ('delivered' as const) : ('gone' as const)),
      isOpen: async () => true,
      close: async () => {
        gateway.isClosed ||= gateway.isOpen;
        return gateway.isOpen;
      },
    };
    return { gateway, poster };
  }

  async function banned(session: Session, poster: Poster): Promise<void> {
    await ban(database.db, 'ann', now);
    const closing = closeSocketsOf('ann', { db: database.db, poster, now: () => now });
    await vi.advanceTimersByTimeAsync(10_000);
    await closing;
    expect((await isStored(session)).row).toBe(false);
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'Date'], now });
    onTestFinished(() => void vi.useRealTimers());
  });

  test.each([
    ['in a room', 'lunch'],
    ['of an inbox', inboxOf('ann')],
  ])('is closed by its welcome: %s', async (_where, room) => {
    const session = sessionOf({ room });
    await open(session);
    const { gateway, poster } = slowGateway();
    await banned(session, poster);
    gateway.isOpen = true;
    const context = { db: database.db, poster, files: noFiles, rooms: new RoomCache(), now: () => now };
    await welcome(session, context, () => undefined);
    expect(gateway.isClosed).toBe(true);
    expect(await isStored(session)).toEqual({ row: false, online: false });
  });

  test('is closed by the ban, if the row is removed right after the handshake', async () => {
    const session = sessionOf({ room: inboxOf('ann') });
    await open(session);
    const { gateway, poster } = slowGateway();
    const remove = database.db.connections.remove.bind(database.db.connections);
    vi.spyOn(database.db.connections, 'remove').mockImplementation(async (...request) => {
      gateway.isOpen = true;
      return remove(...request);
    });
    await banned(session, poster);
    expect(gateway.isClosed).toBe(true);
  });
});
