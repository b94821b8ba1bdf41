import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { queryAll } from '../../../functions/store/database.ts';
import { mockDatabase } from '../../support/mock-database.ts';

const query = { where: '#room = :room', values: { ':room': '1' } };

test.each([2 ** 31, Number.MAX_SAFE_INTEGER])('a limit of %i fits the 32 bits of DynamoDB', async (limit) => {
  const { db, dynamodb } = mockDatabase();
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  await queryAll(db.chat, query, limit);
  const [call] = dynamodb.commandCalls(QueryCommand);
  expect(call?.args[0].input.Limit).toBeLessThan(2 ** 31);
});

test('without a limit, none is sent', async () => {
  const { db, dynamodb } = mockDatabase();
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  await queryAll(db.chat, query);
  expect(dynamodb.commandCalls(QueryCommand)[0]?.args[0].input).not.toHaveProperty('Limit');
});
