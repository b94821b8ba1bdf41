import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Database } from '../../local/dynamodb/database.ts';
import { serveDynamodb } from '../../local/dynamodb/serve-dynamodb.ts';
import { createTables, type TableDefinition } from '../../local/dynamodb/tables.ts';
import { access, closers, developer, functionCredentials, listenLocally, trace } from './aws-host.ts';
import { roomTable } from './mini-assembly.ts';

export const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table/rooms';
const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = roomTable.Properties;
export const rooms: TableDefinition = {
  logicalId: 'Rooms',
  name: 'rooms',
  arn,
  attributeDefinitions: AttributeDefinitions,
  keySchema: KeySchema,
  indexes: GlobalSecondaryIndexes,
};
/** Returns an item of the table. Its user is `even` or `odd`. */
export const item = (number: number) => ({
  room: { S: '1' },
  item: { S: `log#${String(number).padStart(4, '0')}` },
  user: { S: number % 2 === 0 ? 'even' : 'odd' },
});

/** Serves a database with the table `rooms`. Resolves to its URL. */
export async function serve(database: Database): Promise<string> {
  closers.push(database.close);
  await createTables(database, [rooms]);
  return listenLocally((request, response) => serveDynamodb(request, response, { database, access, trace }));
}

/** Returns a client with a developer's credentials, or with others. */
export function clientOf(endpoint: string, credentials = developer) {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  closers.push(() => client.destroy());
  return client;
}

/** Returns a client of the function `send`, whose role has these statements. */
export const functionClient = (endpoint: string, ...statements: readonly unknown[]) =>
  clientOf(endpoint, functionCredentials(...statements));
