import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { Rates } from '../../functions/domain/room.ts';
import { openDatabase } from '../../functions/store/database.ts';
import { sdkDynamoDb } from '../../functions/store/sdk-dynamodb.ts';

/** A database over the AWS SDK, whose client returns what a test sets up, and records its calls. */
export function mockDatabase() {
  const dynamodb = mockClient(DynamoDBClient);
  const client = sdkDynamoDb(new DynamoDBClient({ region: 'us-east-1' }));
  return { dynamodb, db: openDatabase(client, { chat: 'chat', connections: 'connections' }) };
}

export const noLimit: Rates = { group: null, direct: null };

/** Throws, for commands that must not use files. */
export const noFiles = (): never => {
  throw new Error('A file was not expected: none came with the frame');
};
