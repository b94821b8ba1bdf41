import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test, vi } from 'vitest';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import type { Context } from '../../../functions/delivery/context.ts';
import { publish } from '../../../functions/delivery/publish.ts';
import type { SendMessage } from '../../../functions/domain/command.ts';
import { CLOCK_TOLERANCE_MS, type Connection } from '../../../functions/domain/connection.ts';
import type { Room } from '../../../functions/domain/room.ts';
import { rowOf } from '../../support/connection-rows.ts';
import { mockDatabase, noFiles } from '../../support/mock-database.ts';
import { alice, bob, connectionOf, NOON } from '../../support/sample.ts';
import { countWaves } from '../../support/waves.ts';

const session = connectionOf(alice);
const command: SendMessage = { kind: 'SendMessage', text: 'hi', type: 'text' };
const writes = new Set(['UpdateItem', 'PutItem', 'DeleteItem']);

/** A room with these connections, whose next sequence number is 42. */
function room(connections: readonly Connection[]) {
  const { db, dynamodb } = mockDatabase();
  dynamodb
    .on(QueryCommand)
    .resolves({ Items: connections.map(rowOf) })
    .on(GetItemCommand)
    .resolves({})
    .on(PutItemCommand)
    .resolves({})
    .on(DeleteItemCommand)
    .resolves({});
  dynamodb.on(UpdateItemCommand).callsFake(({ Key, UpdateExpression }) => {
    if (UpdateExpression.includes('seq')) {
      return { Attributes: marshall({ ...Key, name: 'r', kind: 'group', seq: 42, shards: 1 }) };
    }
    if (UpdateExpression.includes('status')) {
      return { Attributes: dynamodb.commandCalls(PutItemCommand).at(-1)?.args[0].input.Item };
    }
    return { Attributes: marshall({ user: '1', role: 'member' }) };
  });
  const firstPostAfter: number[] = [];
  const { db: counted, calls } = countWaves(db);
  const post = vi.fn<Context['poster']['post']>(async () => {
    firstPostAfter.push(calls.length);
    return 'delivered';
  });
  const fanOut = vi.fn<Context['fanOut']>(async () => undefined);
  const context: Context = {
    db: counted,
    poster: { post, isOpen: async () => true, close: vi.fn(async () => true) },
    fanOut,
    files: noFiles,
    rates: { group: { messages: 20, windowMs: 10_000 }, direct: null },
    budgets: new Budgets(false),
    now: () => NOON,
  };
  return { context, calls, post, fanOut, firstPostAfter, dynamodb };
}

const roomOf = (shards: number): Room => ({
  id: '1',
  name: 'r',
  kind: 'group',
  access: 'members',
  seq: 42,
  shards,
});

const people = (count: number): Connection[] => [
  session,
  ...Array.from({ length: count - 1 }, (_, index) => connectionOf(bob, { id: `${index}=` })),
];

describe.each([2, 200])('a send without client id in a room of %i connections', (count) => {
  test('makes 3 round trips before its first post and 4 writes in all', async () => {
    const { context, calls, post, firstPostAfter } = room(people(count));
    await sendMessage(command, session, context);
    expect(firstPostAfter[0]).toBe(3);
    expect(calls).toEqual([['UpdateItem'], ['UpdateItem'], ['PutItem', 'Query'], ['UpdateItem']]);
    expect(calls.flat().filter((name) => writes.has(name))).toHaveLength(4);
    expect(new Set(post.mock.calls.map(([id]) => id)).size).toBe(count);
  });

  test('with a client id makes one more round trip and one more write', async () => {
    const { context, calls, firstPostAfter } = room(people(count));
    await sendMessage({ ...command, clientId: 'a-1' }, session, context);
    expect(firstPostAfter[0]).toBe(4);
    expect(calls.flat().filter((name) => writes.has(name))).toHaveLength(5);
  });
});

test('posts to rooms of more than 250 connections in batches, and to the sender directly', async () => {
  const { context, post, fanOut } = room(people(600));
  await sendMessage(command, session, context);
  expect(post.mock.calls.some(([id]) => id === session.id)).toBe(true);
  expect(fanOut.mock.calls.map(([share]) => 'audience' in share && share.audience.length)).toEqual([
    250, 100,
  ]);
});

test('starts no fan-out for events that inboxes do not receive', async () => {
  const inboxes = Array.from({ length: 300 }, (_, index) =>
    connectionOf(bob, { id: `${index}=`, via: 'inbox' }),
  );
  const { context, post, fanOut } = room([session, ...inboxes]);
  const typing = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true } as const;
  await publish(typing, roomOf(1), session, context);
  expect(post.mock.calls.map(([id]) => id)).toEqual([session.id]);
  expect(fanOut).not.toHaveBeenCalled();
});

test('does not raise the status of a message that only its author received', async () => {
  const { context, calls, post } = room([session]);
  await sendMessage(command, session, context);
  expect(calls.flat()).toEqual(['UpdateItem', 'UpdateItem', 'PutItem', 'Query']);
  expect(post).toHaveBeenCalledTimes(1);
});

test('posts to the sender even if the sender’s row is missing', async () => {
  const { context, post } = room([connectionOf(bob)]);
  await sendMessage(command, session, context);
  expect(post.mock.calls[0]?.[0]).toBe(session.id);
});

test('refuses an invalid text without a call', async () => {
  const { context, calls } = room([session]);
  await expect(sendMessage({ ...command, text: ' ' }, session, context)).rejects.toMatchObject({
    code: 'EMPTY_TEXT',
  });
  expect(calls).toEqual([]);
});

test('posts to a joined row with an outdated token expiry if the connection’s own row has a valid one', async () => {
  const late = NOON - CLOCK_TOLERANCE_MS - 1;
  const home = { room: '7', shard: 0 };
  const joined = connectionOf(bob, { id: 'j=', via: 'joined', home, tokenExpiresAt: late });
  const { context, post, dynamodb } = room([session, joined]);
  dynamodb.on(GetItemCommand).resolves({ Item: rowOf(connectionOf(bob, { id: 'j=', room: '7' })) });
  await sendMessage(command, session, context);
  expect(post.mock.calls.map(([id]) => id)).toContain('j=');
  expect(dynamodb.commandCalls(DeleteItemCommand)).toEqual([]);
  expect(context.poster.close).not.toHaveBeenCalled();
});
