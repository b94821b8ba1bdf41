import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { demoUsers, makeRoom } from '../../bin/demo.ts';
import type { Connection } from '../../functions/domain/connection.ts';
import { listConnections } from '../../functions/store/connections.ts';
import type { Database } from '../../functions/store/database.ts';
import type { TestStack } from './stack.ts';

/** The stack's tables, as a developer sees them. */
export const databaseOf = (stack: TestStack): Database => ({
  client: new DynamoDBClient({
    endpoint: stack.dynamodbUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'developer', secretAccessKey: 'developer' },
  }),
  chat: stack.chatTable,
  connections: stack.connectionsTable,
});

/** Makes a room of demo users, the first its owner, that no other test is in. Resolves to its id. */
export async function newRoom(stack: TestStack, ...usernames: readonly string[]): Promise<string> {
  return roomWith(stack, 'members', usernames);
}

/** Makes a room that anyone may enter. */
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

/** The rows of a room's connections. */
export const rowsOf = (stack: TestStack, room: string): Promise<Connection[]> =>
  listConnections(databaseOf(stack), { id: room, shards: 1 }, Date.now());
