import {
  ConditionalCheckFailedException,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test, vi } from 'vitest';
import { authenticate } from '../../../functions/commands/authenticate.ts';
import type { TokenContext } from '../../../functions/delivery/context.ts';
import { ChatError } from '../../../functions/domain/errors.ts';
import { rowOf } from '../../support/connection-rows.ts';
import { mockDatabase } from '../../support/mock-database.ts';
import { alice, bob, connectionOf, NOON } from '../../support/sample.ts';

const session = connectionOf(alice);
const later = session.tokenExpiresAt + 60_000;
const command = { kind: 'Authenticate', token: 'a.b.c' } as const;

/** A connection that has rows in these shards, of which some have a token that ends as late as the fresh one. */
function partsOf(rooms: readonly string[], verify: TokenContext['verify'], kept: readonly string[] = []) {
  const { db, dynamodb } = mockDatabase();
  const keys = rooms.map((room) => marshall({ room, connection: session.id, user: alice.id }));
  dynamodb.on(QueryCommand).resolves({ Items: keys });
  dynamodb.on(UpdateItemCommand).callsFake(({ Key }) => {
    if (rooms.includes(Key.room.S) && !kept.includes(Key.room.S)) return {};
    throw new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
  });
  dynamodb
    .on(GetItemCommand)
    .callsFake(({ Key }) => (kept.includes(Key.room.S) ? { Item: rowOf(session) } : {}));
  const moved = () =>
    dynamodb
      .commandCalls(UpdateItemCommand)
      .map(({ args: [{ input }] }) => [input.Key?.['room']?.S, input.ExpressionAttributeValues?.[':to']?.N]);
  return { parts: { db, verify }, moved };
}

const fresh = async () => ({ user: alice, expiresAt: later });

describe('a fresh token', () => {
  test('moves the end forward wherever the connection is, and once in its own room', async () => {
    const { parts, moved } = partsOf(['1#0', '2#0'], fresh);
    await expect(authenticate(command, session, parts)).resolves.toEqual([
      { kind: 'Authenticated', room: '1', expiresAt: later },
    ]);
    expect(moved()).toEqual([
      ['1#0', String(later)],
      ['2#0', String(later)],
    ]);
  });

  test('that ends before the one that counts changes nothing, and the answer says what counts', async () => {
    const earlier = async () => ({ user: alice, expiresAt: NOON });
    const { parts } = partsOf(['1#0'], earlier, ['1#0']);
    await expect(authenticate(command, session, parts)).resolves.toMatchObject([
      { expiresAt: session.tokenExpiresAt },
    ]);
  });

  test('comes too late where the connection was removed meanwhile', async () => {
    const { parts } = partsOf([], fresh);
    await expect(authenticate(command, session, parts)).rejects.toMatchObject({ code: 'CONNECTION_REMOVED' });
  });
});

describe('the token that was there counts on, and its owner hears why, where the fresh one', () => {
  test('is of another user', async () => {
    const { parts, moved } = partsOf(['1#0'], async () => ({ user: bob, expiresAt: later }));
    const refused = authenticate(command, session, parts);
    await expect(refused).rejects.toMatchObject({ code: 'WRONG_USER' });
    await expect(refused).rejects.toThrow('for another user');
    expect(moved()).toEqual([]);
  });

  test('is not valid', async () => {
    const { parts, moved } = partsOf(['1#0'], () => Promise.reject(new ChatError('UNAUTHENTICATED')));
    const refused = authenticate(command, session, parts);
    await expect(refused).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(refused).rejects.toThrow('not valid');
    expect(moved()).toEqual([]);
  });

  test('comes from a guest, whose token nobody looks at', async () => {
    const verify = vi.fn(fresh);
    const { parts, moved } = partsOf(['1#0'], verify);
    const guest = connectionOf(alice, { guest: true });
    await expect(authenticate(command, guest, parts)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(verify).not.toHaveBeenCalled();
    expect(moved()).toEqual([]);
  });
});

test('an issuer that cannot be reached is no reason to call a fresh token bad', async () => {
  const down = new Error('the issuer answered 503');
  const { parts } = partsOf(['1#0'], () => Promise.reject(down));
  await expect(authenticate(command, session, parts)).rejects.toBe(down);
});
