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
import type { Context } from '../../../functions/delivery/context.ts';
import type { PostOutcome } from '../../../functions/delivery/poster.ts';
import { rowOf } from '../../support/connection-rows.ts';
import { mockDatabase, noFiles, noLimit } from '../../support/mock-database.ts';
import { bob, connectionOf, NOON } from '../../support/sample.ts';

const { db, dynamodb } = mockDatabase();
const post = vi.fn(async (_id: string, _frame: string): Promise<PostOutcome> => 'delivered');
const parts: Context = {
  db,
  poster: { post, isOpen: async () => true, close: async () => undefined },
  fanOut: async () => undefined,
  files: noFiles,
  rates: noLimit,
  now: () => NOON,
};

const session = connectionOf(bob, { room: '1' });
const inbox = connectionOf(bob, { room: '#2' });
const room = { item: 'room', name: 'r', kind: 'group', access: 'members', seq: 7, shards: 1 };

/** Who is a member, by how many times that was asked. */
let isMember: (asked: number) => boolean;
let asked: number;

function itemAt(key: Record<string, { S?: string }>): Record<string, unknown> | undefined {
  const [name, item] = [key['room']?.S, key['item']?.S];
  if (item === 'room') return { ...room, room: name };
  return isMember(asked++) ? { room: name, item, user: bob.id, role: 'member', readTo: 0 } : undefined;
}

beforeEach(() => {
  [isMember, asked] = [() => true, 0];
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
const told = () => post.mock.calls.map(([, frame]) => JSON.parse(frame) as unknown);

const join = () => joinRoom({ kind: 'JoinRoom', room: '7' }, session, parts);

describe('a room that is joined', () => {
  test('is heard of as long as the connection’s token counts now, which may be fresher than the handshake’s', async () => {
    await expect(join()).resolves.toEqual([{ kind: 'Joined', room: '7', seq: 7 }]);
    expect(written()).toMatchObject([
      { room: '7#0', connection: session.id, via: 'joined', joinedAt: NOON, tokenExpiresAt: NOON + 9_000 },
    ]);
    expect(removed()).toEqual([]);
  });

  test('is left again by who was taken out of it in that moment', async () => {
    isMember = (times) => times === 0;
    await expect(join()).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(removed()).toEqual(['7#0']);
  });

  test('is not heard of by a stranger, not even for a moment', async () => {
    isMember = () => false;
    await expect(join()).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(written()).toEqual([]);
  });

  test('is not heard of by a connection that has ended', async () => {
    dynamodb.on(GetItemCommand, { TableName: 'connections' }).resolves({});
    await expect(join()).rejects.toMatchObject({ code: 'CONNECTION_REMOVED' });
    expect(written()).toEqual([]);
  });

  test('is one of a hundred at most', async () => {
    const rows = Array.from({ length: 101 }, (_, index) => marshall({ room: `${index + 10}#0` }));
    dynamodb.on(QueryCommand, { IndexName: 'by-user' }).resolves({ Items: rows });
    await expect(join()).rejects.toMatchObject({ code: 'TOO_MANY_ROOMS' });
    expect(written()).toEqual([]);
  });
});

describe('an inbox that opens', () => {
  beforeEach(() => {
    const listed = ['1', '7'].map((name) => marshall({ room: name }));
    dynamodb.on(QueryCommand, { IndexName: 'by-user' }).resolves({ Items: listed });
  });

  test('hears of the rooms that its user is in, and then is told how many', async () => {
    post.mockImplementationOnce(async () => {
      expect(written()).toHaveLength(2);
      return 'delivered';
    });
    await openInbox(inbox, parts);
    const row = { via: 'inbox', reads: 'manual', connection: inbox.id };
    expect(written()).toMatchObject([
      { room: '1#0', ...row },
      { room: '7#0', ...row },
    ]);
    expect(told()).toEqual([{ type: 'inbox', rooms: 2 }]);
    expect(removed()).toEqual([]);
  });

  test('does not hear of a room that its user has left, though the list of rooms lags', async () => {
    isMember = (times) => times !== 1;
    await openInbox(inbox, parts);
    expect(written()).toMatchObject([{ room: '1#0' }]);
    expect(told()).toEqual([{ type: 'inbox', rooms: 1 }]);
  });

  test('hears no more of a room that its user was taken out of in that moment', async () => {
    isMember = (times) => times !== 3;
    await openInbox(inbox, parts);
    expect(written()).toHaveLength(2);
    expect(removed()).toEqual(['7#0']);
    expect(told()).toEqual([{ type: 'inbox', rooms: 1 }]);
  });

  test('leaves nothing behind where it has closed meanwhile', async () => {
    post.mockResolvedValueOnce('gone');
    await openInbox(inbox, parts);
    expect(removed()).toEqual(['1#0', '7#0']);
  });
});

describe('a new member’s open inbox', () => {
  const base = () => dynamodb.on(QueryCommand).resolves({ Items: [rowOf(inbox)] });

  test('hears of the room, and is told so once', async () => {
    base();
    await addRoomToInboxes('7', bob.id, parts);
    expect(written()).toMatchObject([{ room: '7#0', via: 'inbox' }]);
    expect(told()).toEqual([{ type: 'joined', room_id: 7, seq: 7 }]);
  });

  test('hears nothing of it where its user was taken out again in that moment', async () => {
    base();
    isMember = () => false;
    await addRoomToInboxes('7', bob.id, parts);
    expect(removed()).toEqual(['7#0']);
    expect(told()).toEqual([]);
  });

  test('whose token ran out is told nothing', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [rowOf({ ...inbox, tokenExpiresAt: NOON - 60_000 })] });
    await addRoomToInboxes('7', bob.id, parts);
    expect(written()).toEqual([]);
    expect(told()).toEqual([]);
  });
});
