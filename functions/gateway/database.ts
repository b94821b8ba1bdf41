import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Database } from '../store/database.ts';
import { once, required } from './environment.ts';

export const database = once(
  (): Database => ({
    client: new DynamoDBClient({}),
    chat: required('CHAT_TABLE'),
    // The authorizer reads no connections and is not told their table.
    connections: process.env['CONNECTIONS_TABLE'] ?? '',
  }),
);
