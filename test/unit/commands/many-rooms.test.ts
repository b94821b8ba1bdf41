import {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { joinRoom } from '../../../functions/commands/join-room.ts';
import { addRoomToInboxes, openInbox } from '../../../functions/connections/inbox.ts';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import type { Context } from '../../../functions/delivery/context.ts';
import { deliver } from '../../../functions/delivery/deliver.ts';
import type { PostOutcome } from '../../../functions/delivery/poster.ts';
import { rowOf } from '../../support/connection-rows.ts';
import { mockDatabase, noFiles, noLimit } from '../../support/mock-database.ts';
import { bob, connectionOf, NOON } from '../../support/sample.ts';

const { db, dynamodb } = mockDatabase();
const post = vi.fn(async (_id: string, _frame: string): Promise<PostOutcome> => 'delivered');
const context: Context = {
  db,
  poster: { post, isOpen: async () => true, close: async () => true },
  fanOut: async () => undefined,
  files: noFiles,
  rates: noLimit,
  budgets: new Budgets(false),
  now: () => NOON,
};

const session = connectionOf(bob, { room: '1' });
const inbox = connectionOf(bob, { room: '#2' });
const room = { item: 'room', name: 'r', kind: 'group', access: 'members', seq: 7, shards: 1 };

/** Whether the user is a member, by the number of earlier reads of a membership. */
let isMember: (reads: number) => boolean;
let reads: number;

function itemAt(key: Record<string, { S?: string }>): Record<string, unknown> | undefined {
  const [name, item] = [key['room']?.S, key['item']?.S];
  if (item === 'room') return { ...room, room: name };
  return isMember(reads++) ? { room: name, item, user: bob.id, role: 'member', readTo: 0 } : undefined;
}

beforeEach(() => {
  [isMember, reads] = [() => true, 0];
  post.mockClear();
  dynamodb.reset();
  dynamodb.onAnyCommand().resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  dynamodb.on(GetItemCommand).callsFake(({ TableName, Key }) => {
    if (TableName === 'connections') return { Item: rowOf({ ...session, tokenExpiresAt: NOON + 9_000 }) };
    const item = itemAt(Key);
    return item ? { Item: marshall(item) } : {};
  });
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => {
    const found = RequestItems.chat.Keys.map(itemAt).filter((item: unknown) => item !== undefined);
    return { Responses: { chat: found.map((item: Record<string, unknown>) => marshall(item)) } };
  });
});

const written = () =>
  dynamodb.commandCalls(PutItemCommand).map(({ args }) => unmarshall(args[0].input.Item ?? {}));
const removed = () =>
  dynamodb.commandCalls(DeleteItemCommand).map(({ args }) => args[0].input.Key?.['room']?.S);
const frames = () => post.mock.calls.map(([, frame]) => JSON.parse(frame) as unknown);

const join = () => joinRoom({ kind: 'JoinRoom', room: '7' }, session, context);

describe('joinRoom', () => {
  test('stores a row with the expiry of the connection’s current token', async () => {
    await expect(join()).resolves.toEqual([{ kind: 'Joined', room: '7', seq: 7 }]);
    expect(written()).toMatchObject([
      { room: '7#0', connection: session.id, via: 'joined', joinedAt: NOON, tokenExpiresAt: NOON + 9_000 },
    ]);
    expect(removed()).toEqual([]);
  });

  test('deletes the row of a member who is removed meanwhile', async () => {
    isMember = (earlier) => earlier === 0;
    await expect(join()).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(removed()).toEqual(['7#0']);
  });

  test('stores no row for a user who is not a member', async () => {
    isMember = () => false;
    await expect(join()).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(written()).toEqual([]);
  });

  test('stores no row for a connection that was removed', async () => {
    dynamodb.on(GetItemCommand, { TableName: 'connections' }).resolves({});
    await expect(join()).rejects.toMatchObject({ code: 'CONNECTION_REMOVED' });
    expect(written()).toEqual([]);
  });

  test('allows 100 joined rooms', async () => {
    const rows = Array.from({ length: 101 }, (_, index) => marshall({ room: `${index + 10}#0` }));
    dynamodb.on(QueryCommand, { IndexName: 'by-user' }).resolves({ Items: rows });
    await expect(join()).rejects.toMatchObject({ code: 'TOO_MANY_ROOMS' });
    expect(written()).toEqual([]);
  });
});

describe('openInbox', () => {
  const open = () => openInbox(inbox, context, (event) => deliver(event, [inbox], context));

  beforeEach(() => {
    const listed = ['1', '7'].map((name) => marshall({ room: name }));
    dynamodb.on(QueryCommand, { IndexName: 'by-user' }).resolves({ Items: listed });
  });

  test('stores a row in each of the user’s rooms, then posts the number of rooms', async () => {
    post.mockImplementationOnce(async () => {
      expect(written()).toHaveLength(2);
      return 'delivered';
    });
    await open();
    const row = { via: 'inbox', reads: 'manual', connection: inbox.id };
    expect(written()).toMatchObject([
      { room: '1#0', ...row },
      { room: '7#0', ...row },
    ]);
    expect(frames()).toEqual([{ type: 'inbox', rooms: 2 }]);
    expect(removed()).toEqual([]);
  });

  test('stores no row in a room that the user left, although the list of rooms lags', async () => {
    isMember = (earlier) => earlier !== 1;
    await open();
    expect(written()).toMatchObject([{ room: '1#0' }]);
    expect(frames()).toEqual([{ type: 'inbox', rooms: 1 }]);
  });

  test('deletes the row in a room from which the user is removed meanwhile', async () => {
    isMember = (earlier) => earlier !== 3;
    await open();
    expect(written()).toHaveLength(2);
    expect(removed()).toEqual(['7#0']);
    expect(frames()).toEqual([{ type: 'inbox', rooms: 1 }]);
  });

  test('deletes all rows if the inbox closed meanwhile', async () => {
    post.mockResolvedValueOnce('gone');
    await open();
    expect(removed()).toEqual(['1#0', '7#0']);
  });
});

describe('addRoomToInboxes', () => {
  const storeInbox = () => dynamodb.on(QueryCommand).resolves({ Items: [rowOf(inbox)] });

  test('stores a row and notifies the inbox once', async () => {
    storeInbox();
    await addRoomToInboxes('7', bob.id, context);
    expect(written()).toMatchObject([{ room: '7#0', via: 'inbox' }]);
    expect(frames()).toEqual([{ type: 'joined', room_id: 7, seq: 7 }]);
  });

  test('deletes the row of a member who is removed meanwhile, and posts nothing', async () => {
    storeInbox();
    isMember = (earlier) => earlier === 0;
    await addRoomToInboxes('7', bob.id, context);
    expect(removed()).toEqual(['7#0']);
    expect(frames()).toEqual([]);
  });

  test('skips an inbox whose token expired', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [rowOf({ ...inbox, tokenExpiresAt: NOON - 60_000 })] });
    await addRoomToInboxes('7', bob.id, context);
    expect(written()).toEqual([]);
    expect(frames()).toEqual([]);
  });
});
