import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { Budgets } from '../../../functions/delivery/budgets.ts';
import { checkWriteAccess } from '../../../functions/rooms/access.ts';
import { mockDatabase } from '../../support/mock-database.ts';
import { NOON } from '../../support/sample.ts';

const rates = { group: { messages: 2, windowMs: 3_000 }, direct: null };

/** Returns the error of a write at noon, in a room whose item of recent writes is given. */
async function refusedWrite(user: { id: string; guest?: true }, item: object) {
  const { db, dynamodb } = mockDatabase();
  const refused = new ConditionalCheckFailedException({ message: 'No', $metadata: {} });
  dynamodb.on(UpdateItemCommand).rejects(refused);
  dynamodb.on(GetItemCommand).resolves({ Item: marshall({ room: '1', ...item }) });
  const room = marshall({ room: '1', item: 'room', access: 'open' });
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: { chat: [room] } });
  const request = { room: '1', by: { user }, counted: 'send', now: NOON } as const;
  return checkWriteAccess({ db, rates, budgets: new Budgets(false) }, request).catch(
    (error: unknown) => error,
  );
}

describe.each([
  ['a member', { id: '1' }],
  ['a guest', { id: 'ann', guest: true } as const],
])('a write of %s beyond the rate limit', (_name, user) => {
  test('has to wait until the oldest write leaves the window', async () => {
    const error = await refusedWrite(user, { send0: NOON - 1, send1: NOON - 1_000 });
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 2_000 });
  });

  test('waits no longer than the window, although a function with a later clock counted its write first', async () => {
    const error = await refusedWrite(user, { send0: NOON - 1, send1: NOON + 5 });
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 3_000 });
  });
});

test('a muted member gets no time to wait', async () => {
  const error = await refusedWrite({ id: '1' }, { send1: NOON + 5, mutedUntil: NOON + 60_000 });
  expect(error).toMatchObject({ code: 'MUTED', retryAfterMs: undefined });
});
