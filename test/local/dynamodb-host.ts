import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Database } from '../../local/dynamodb/database.ts';
import { serveDynamodb } from '../../local/dynamodb/serve-dynamodb.ts';
import type { TableDefinition } from '../../local/dynamodb/table.ts';
import { createTables } from '../../local/dynamodb/tables.ts';
import { listen } from '../../local/http-server.ts';
import { Access } from '../../local/iam/access.ts';
import { readStatements } from '../../local/iam/statement.ts';
import type { AwsCall } from '../../local/trace.ts';
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
/** An item of the table; every other one is of user `even`. */
export const item = (number: number) => ({
  room: { S: '1' },
  item: { S: `log#${String(number).padStart(4, '0')}` },
  user: { S: number % 2 === 0 ? 'even' : 'odd' },
});

/** Run when the test ends. */
export const closers: (() => unknown)[] = [];
export const calls: AwsCall[] = [];
export const lines: string[] = [];
let access: Access;

/** Starts IAM anew; for `beforeEach`. */
export function openHost(): void {
  calls.length = 0;
  lines.length = 0;
  access = new Access((line) => lines.push(line));
}

/** Closes what a test opened, the last first. */
export async function closeHost(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Serves a database with its table; resolves to its URL. */
export async function serve(database: Database): Promise<string> {
  closers.push(database.close);
  await createTables(database, [rooms]);
  const trace = (call: AwsCall) => calls.push(call);
  const server = await listen(
    0,
    { name: 'DynamoDB', variable: 'PORT' },
    (request, response) => serveDynamodb(request, response, { database, access, trace }),
    (error) => lines.push(String(error)),
  );
  closers.push(server.close);
  return `http://127.0.0.1:${server.port}`;
}

/** A developer's client, or one with other credentials. */
export function clientOf(endpoint: string, credentials = { accessKeyId: 'developer', secretAccessKey: 'x' }) {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  closers.push(() => client.destroy());
  return client;
}

/** A client of function `send`, whose role has these statements. */
export function functionClient(endpoint: string, ...statements: readonly unknown[]) {
  const role = { name: 'SendRole', statements: readStatements({ Statement: statements }, 'role') };
  access.update(new Map([['send', role]]));
  return clientOf(endpoint, access.credentialsOf('send'));
}
