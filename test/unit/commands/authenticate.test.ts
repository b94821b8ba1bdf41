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

/** A connection with rows in these shards. The `kept` ones already have a token that expires as late. */
function contextOf(rooms: readonly string[], verify: TokenContext['verify'], kept: readonly string[] = []) {
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
  const extended = () =>
    dynamodb
      .commandCalls(UpdateItemCommand)
      .map(({ args: [{ input }] }) => [input.Key?.['room']?.S, input.ExpressionAttributeValues?.[':to']?.N]);
  return { context: { db, verify }, extended };
}

const verifyNew = async () => ({ user: alice, expiresAt: later });

describe('a new token', () => {
  test('extends every row of the connection, its own row once', async () => {
    const { context, extended } = contextOf(['1#0', '2#0'], verifyNew);
    await expect(authenticate(command, session, context)).resolves.toEqual([
      { kind: 'Authenticated', room: '1', expiresAt: later },
    ]);
    expect(extended()).toEqual([
      ['1#0', String(later)],
      ['2#0', String(later)],
    ]);
  });

  test('is verified with the kind `frame`, without an origin and an address', async () => {
    const verify = vi.fn(verifyNew);
    await authenticate(command, session, contextOf(['1#0'], verify).context);
    expect(verify.mock.calls).toEqual([['a.b.c', { kind: 'frame', origin: null, sourceIp: null }]]);
  });

  test('that expires before the current token changes nothing, and the answer has the current expiry', async () => {
    const earlier = async () => ({ user: alice, expiresAt: NOON });
    const { context } = contextOf(['1#0'], earlier, ['1#0']);
    await expect(authenticate(command, session, context)).resolves.toMatchObject([
      { expiresAt: session.tokenExpiresAt },
    ]);
  });

  test('is refused if the connection was removed meanwhile', async () => {
    const { context } = contextOf([], verifyNew);
    await expect(authenticate(command, session, context)).rejects.toMatchObject({
      code: 'CONNECTION_REMOVED',
    });
  });
});

describe('the current token stays in use if the new one', () => {
  test('belongs to another user', async () => {
    const { context, extended } = contextOf(['1#0'], async () => ({ user: bob, expiresAt: later }));
    const refused = authenticate(command, session, context);
    await expect(refused).rejects.toMatchObject({ code: 'WRONG_USER' });
    await expect(refused).rejects.toThrow('for another user');
    expect(extended()).toEqual([]);
  });

  test('is not valid', async () => {
    const { context, extended } = contextOf(['1#0'], () => Promise.reject(new ChatError('UNAUTHENTICATED')));
    const refused = authenticate(command, session, context);
    await expect(refused).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(refused).rejects.toThrow('not valid');
    expect(extended()).toEqual([]);
  });

  test('comes from a guest, and the new token is not even verified', async () => {
    const verify = vi.fn(verifyNew);
    const { context, extended } = contextOf(['1#0'], verify);
    const guest = connectionOf({ ...alice, guest: true });
    await expect(authenticate(command, guest, context)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(verify).not.toHaveBeenCalled();
    expect(extended()).toEqual([]);
  });
});

test('an unreachable issuer is not reported as an invalid token', async () => {
  const down = new Error('the issuer answered 503');
  const { context } = contextOf(['1#0'], () => Promise.reject(down));
  await expect(authenticate(command, session, context)).rejects.toBe(down);
});
