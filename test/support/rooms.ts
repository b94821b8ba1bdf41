import { randomUUID } from 'node:crypto';
import { BatchWriteItemCommand, DynamoDBClient, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { demoUsers, makeRoom } from '../../bin/demo.ts';
import type { DynamoDb } from '../../functions/aws/dynamodb.ts';
import { mapLimited } from '../../functions/delivery/concurrency.ts';
import type { Connection } from '../../functions/domain/connection.ts';
import type { Message } from '../../functions/domain/message.ts';
import { listConnections } from '../../functions/store/connections.ts';
import { type Database, openDatabase } from '../../functions/store/database.ts';
import { roomKey } from '../../functions/store/keys.ts';
import { putMessage } from '../../functions/store/log.ts';
import { sdkDynamoDb } from '../../functions/store/sdk-dynamodb.ts';
import type { TestStack } from './stack.ts';

/** A database with its client, for calls that `Database` does not have. */
export type TestDatabase = Database & { readonly client: DynamoDBClient };

const opened = new WeakMap<TestStack, TestDatabase>();

/** Opens the stack's tables with a developer's credentials, which allow everything. Each stack has one client. */
export function databaseOf(stack: TestStack): TestDatabase {
  const existing = opened.get(stack);
  if (existing) return existing;
  const client = new DynamoDBClient({
    endpoint: stack.dynamodbUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'developer', secretAccessKey: 'developer' },
  });
  const tables = { chat: stack.chatTable, connections: stack.connectionsTable };
  const database = { ...openDatabase(sdkDynamoDb(client), tables), client };
  opened.set(stack, database);
  return database;
}

/** Creates a room of demo users that no other test uses. The first user owns it. Resolves to its id. */
export async function newRoom(stack: TestStack, ...usernames: readonly string[]): Promise<string> {
  return roomWith(stack, 'members', usernames);
}

/** Creates an open room. */
export const openRoom = (stack: TestStack): Promise<string> => roomWith(stack, 'open', ['alice']);

async function roomWith(
  stack: TestStack,
  access: 'members' | 'open',
  usernames: readonly string[],
): Promise<string> {
  const id = randomUUID();
  const members = usernames.map((username, index) => ({
    user: demoUsers.find((user) => user.username === username)?.id ?? username,
    role: index === 0 ? ('owner' as const) : ('member' as const),
  }));
  await makeRoom(databaseOf(stack), { id, name: 'test', kind: 'group', access, members });
  return id;
}

/** Returns the connection rows of a room. */
export const userConnections = (stack: TestStack, room: string): Promise<Connection[]> =>
  listConnections(databaseOf(stack), { id: room, shards: 1 }, Date.now());

/** BatchWriteItem accepts at most 25 items per call. */
const BATCH = 25;

/** Stores many messages in a new room at once. */
export async function putLog(stack: TestStack, room: string, messages: readonly Message[]): Promise<void> {
  const db = databaseOf(stack);
  const puts: { PutRequest: { Item: PutItemCommandInput['Item'] } }[] = [];
  const collect: DynamoDb = async (_operation, input) => {
    puts.push({ PutRequest: { Item: (input as PutItemCommandInput).Item } });
    return {};
  };
  const collecting = openDatabase(collect, { chat: stack.chatTable, connections: '' });
  for (const message of messages) await putMessage(collecting, message);
  const starts = Array.from({ length: Math.ceil(puts.length / BATCH) }, (_, index) => index * BATCH);
  await mapLimited(starts, (start) =>
    db.client.send(
      new BatchWriteItemCommand({ RequestItems: { [db.chat.name]: puts.slice(start, start + BATCH) } }),
    ),
  );
  await db.chat.update(roomKey(room), { update: 'SET seq = :seq', values: { ':seq': messages.length } });
}
