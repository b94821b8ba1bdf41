import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { connect } from '../../../functions/connections/lifecycle.ts';
import { mockDatabase } from '../../support/mock-database.ts';
import { alice, connectionOf, NOON } from '../../support/sample.ts';

test('connect removes the row and marks the user offline if it cannot request a welcome', async () => {
  const { db, dynamodb } = mockDatabase();
  dynamodb.onAnyCommand().resolves({});
  const denied = new Error('AccessDenied');
  const connecting = connect(connectionOf(alice), { db, now: () => NOON }, () => Promise.reject(denied));
  await expect(connecting).rejects.toBe(denied);
  expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(1);
  expect(dynamodb.commandCalls(DeleteItemCommand)).toHaveLength(1);
  const [arrival, departure] = dynamodb.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input);
  expect(arrival?.UpdateExpression).toContain('ADD #online');
  expect(departure?.UpdateExpression).toContain('DELETE #online');
  expect(departure?.ExpressionAttributeValues?.[':open']).toEqual(
    arrival?.ExpressionAttributeValues?.[':open'],
  );
});
