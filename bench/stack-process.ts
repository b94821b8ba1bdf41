import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeRoom } from '../bin/demo.ts';
import { openSynthesizer } from '../bin/synthesize.ts';
import { openDatabase } from '../functions/store/database.ts';
import { sdkDynamoDb } from '../functions/store/sdk-dynamodb.ts';
import { type Stack, startStack } from '../local/stack.ts';
import { profileThread } from './profile.ts';

// The local stack with the built bundles, in a process of its own. Told of rooms it makes them, and answers with the
// tokens of their members; told to profile it answers, at the end, where its CPU went.

/** A room to make, whose members are `user-0` and so on. */
export interface RoomOrder {
  readonly room: string;
  readonly people: number;
}

export type StackRequest =
  | { readonly kind: 'rooms'; readonly rooms: readonly RoomOrder[] }
  | { readonly kind: 'profile' }
  | { readonly kind: 'spent' }
  | { readonly kind: 'stop' };

const users = Array.from({ length: 1_000 }, (_, index) => ({
  id: `${index + 1}`,
  username: `user-${index}`,
  email: `user-${index}@example.com`,
  userType: 'student',
}));

async function makeRooms(stack: Stack, rooms: readonly RoomOrder[]): Promise<readonly string[][]> {
  const credentials = { accessKeyId: 'developer', secretAccessKey: 'developer' };
  const client = new DynamoDBClient({ endpoint: stack.dynamodbUrl, region: 'us-east-1', credentials });
  const tables = { chat: stack.outputs['ChatTableName'] ?? '', connections: '' };
  const db = openDatabase(sdkDynamoDb(client), tables);
  const tokens: string[][] = [];
  for (const { room, people } of rooms) {
    const present = users.slice(0, people);
    const members = present.map(({ id }) => ({ user: id, role: 'member' as const }));
    await makeRoom(db, { id: room, name: room, kind: 'group', access: 'members', members });
    tokens.push(await Promise.all(present.map(({ username }) => stack.token(username))));
  }
  client.destroy();
  return tokens;
}

const synthesizer = openSynthesizer({ rateLimit: 'off' });
process.once('exit', synthesizer.dispose);
const stack = await startStack({
  synthesize: synthesizer.synthesize,
  users,
  directory: null,
  ports: { edge: 0, socket: 0, dynamodb: 0, services: 0 },
  // The account's throttle is not what is measured.
  limits: { requestsPerSecond: 1e9, requestBurst: 1e9 },
  log: (line) => process.stderr.write(`${line}\n`),
});

let profile: Awaited<ReturnType<typeof profileThread>> | undefined;

async function answer(request: StackRequest): Promise<unknown> {
  switch (request.kind) {
    case 'rooms':
      return makeRooms(stack, request.rooms);
    case 'profile':
      profile = await profileThread();
      return null;
    case 'spent':
      return profile?.stop();
    case 'stop':
      await stack.stop();
      return null;
    default:
      return request satisfies never;
  }
}

process.on('message', async (request: StackRequest) => {
  process.send?.(await answer(request));
});
process.once('disconnect', () => process.exit());
process.send?.(stack.socketUrl);
