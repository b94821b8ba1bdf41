import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { Rates } from '../../functions/domain/room.ts';
import type { Database } from '../../functions/store/database.ts';

/** A database with a mocked client. */
export function mockDatabase() {
  const dynamodb = mockClient(DynamoDBClient);
  const db: Database = {
    client: new DynamoDBClient({ region: 'us-east-1' }),
    chat: 'chat',
    connections: 'connections',
  };
  return { dynamodb, db };
}

export const noLimit: Rates = { group: null, direct: null };

/** Throws, for commands that must not use files. */
export const noFiles = (): never => {
  throw new Error('A file was not expected: none came with the frame');
};
