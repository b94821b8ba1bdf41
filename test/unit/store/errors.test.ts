import {
  ConditionalCheckFailedException,
  GetItemCommand,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { takeClaim } from '../../../functions/store/claims.ts';
import { putMessage, takeSeq } from '../../../functions/store/log.ts';
import { checkWriteAccess } from '../../../functions/store/members.ts';
import { raiseStatus } from '../../../functions/store/messages.ts';
import { putRoom } from '../../../functions/store/rooms.ts';
import { mockDatabase } from '../../support/mock-database.ts';
import { messageOf, NOON } from '../../support/sample.ts';

const refused = new ConditionalCheckFailedException({
  message: 'The conditional request failed',
  $metadata: {},
});
const window = { counted: 'send', rate: { messages: 2, windowMs: 10_000 } } as const;
const slow = new ProvisionedThroughputExceededException({ message: 'slow down', $metadata: {} });

test('rejects the id of an inbox for a room', async () => {
  const { db, dynamodb } = mockDatabase();
  const room = { id: '#1', name: '', kind: 'group', access: 'open' } as const;
  await expect(putRoom(db, room)).rejects.toThrow('Room not created');
  expect(dynamodb.calls()).toHaveLength(0);
});

describe('when a condition does not hold', () => {
  test('a write of a user who is not a member throws NOT_A_MEMBER', async () => {
    const { db, dynamodb } = mockDatabase();
    dynamodb.on(UpdateItemCommand).rejects(refused).on(GetItemCommand).resolves({});
    await expect(checkWriteAccess(db, '1', '4', null, NOON)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
  });

  test('a write of a muted member throws MUTED', async () => {
    const { db, dynamodb } = mockDatabase();
    const member = marshall({ room: '1', item: 'member#2', user: '2', role: 'member', mutedUntil: NOON + 1 });
    dynamodb.on(UpdateItemCommand).rejects(refused).on(GetItemCommand).resolves({ Item: member });
    await expect(checkWriteAccess(db, '1', '2', window, NOON)).rejects.toMatchObject({ code: 'MUTED' });
  });

  test('a write beyond the rate limit throws RATE_LIMITED with the time until the next', async () => {
    const { db, dynamodb } = mockDatabase();
    const member = { room: '1', item: 'member#2', user: '2', role: 'member', send1: NOON - 6_800 };
    dynamodb
      .on(UpdateItemCommand)
      .rejects(refused)
      .on(GetItemCommand)
      .resolves({ Item: marshall(member) });
    await expect(checkWriteAccess(db, '1', '2', window, NOON)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: 3_200,
    });
  });

  test('taking a sequence number of a missing room throws ROOM_NOT_FOUND', async () => {
    const { db, dynamodb } = mockDatabase();
    dynamodb.on(UpdateItemCommand).rejects(refused);
    await expect(takeSeq(db, '404', NOON)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  });

  test('a message is not stored twice, and a status is not lowered', async () => {
    const { db, dynamodb } = mockDatabase();
    const { id: seq, room: _room, ...message } = messageOf({ text: 'first' });
    const Item = marshall({ ...message, kind: 'message', seq, room: '1', item: 'log' });
    dynamodb.on(PutItemCommand).rejects(refused).on(UpdateItemCommand).rejects(refused);
    dynamodb.on(GetItemCommand).resolves({ Item });
    await expect(putMessage(db, messageOf())).resolves.toMatchObject({ message: { text: 'first' } });
    await expect(raiseStatus(db, messageOf(), 'read', '')).resolves.toBeUndefined();
  });

  test('a message counts as stored when the client retried a put whose response was lost', async () => {
    const { db, dynamodb } = mockDatabase();
    dynamodb.on(PutItemCommand).rejects(refused);
    dynamodb
      .on(GetItemCommand)
      .callsFake(() => ({ Item: dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input.Item }));
    await expect(putMessage(db, messageOf())).resolves.toBeUndefined();
  });

  test('a repeated client id gets its first sequence number', async () => {
    const { db, dynamodb } = mockDatabase();
    const claim = { room: '1', user: '1', clientId: 'a' };
    const Item = marshall({ seq: 41, expiresAt: NOON / 1000 + 60 });
    dynamodb.on(PutItemCommand).rejects(refused).on(GetItemCommand).resolves({ Item });
    await expect(takeClaim(db, claim, 42, NOON)).resolves.toBe(41);
  });
});

test('throws any other error of DynamoDB', async () => {
  const { db, dynamodb } = mockDatabase();
  dynamodb.onAnyCommand().rejects(slow);
  await expect(checkWriteAccess(db, '1', '1', window, NOON)).rejects.toBe(slow);
  await expect(takeSeq(db, '1', NOON)).rejects.toBe(slow);
  await expect(putMessage(db, messageOf())).rejects.toBe(slow);
});

test('returns a stored message without the attributes that only the store uses', async () => {
  const { db, dynamodb } = mockDatabase();
  const message = messageOf({ clientId: 'a', replyTo: 7 });
  dynamodb.on(UpdateItemCommand).callsFake(() => ({
    Attributes: dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input.Item,
  }));
  dynamodb.on(PutItemCommand).resolves({});
  await putMessage(db, message);
  await expect(raiseStatus(db, message, 'read', '')).resolves.toEqual(message);
});
