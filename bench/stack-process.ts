import { makeRoom, openLocalTable } from '../bin/demo.ts';
import { openSynthesizer } from '../bin/synthesize.ts';
import { type Stack, startStack } from '../local/stack.ts';
import { startProfile } from './profile.ts';

// The local stack with the built bundles, in a child process. It sends its WebSocket URL to the benchmark, and then
// answers each `StackRequest`: `rooms` with the tokens of the members, `stopProfile` with the CPU use, others with
// null.

/** `rooms` creates rooms, whose members are `user-0`, `user-1` and so on. */
export type StackRequest =
  | { readonly kind: 'rooms'; readonly rooms: readonly { readonly room: string; readonly people: number }[] }
  | { readonly kind: 'startProfile' }
  | { readonly kind: 'stopProfile' }
  | { readonly kind: 'stop' };

const users = Array.from({ length: 1_000 }, (_, index) => ({
  id: `${index + 1}`,
  username: `user-${index}`,
  email: `user-${index}@example.com`,
  userType: 'student',
}));

async function createRooms(
  stack: Stack,
  { rooms }: Extract<StackRequest, { kind: 'rooms' }>,
): Promise<readonly string[][]> {
  const { db, close } = openLocalTable(stack.dynamodbUrl, stack.outputs['ChatTableName'] ?? '');
  const tokens: string[][] = [];
  for (const { room, people } of rooms) {
    const roomUsers = users.slice(0, people);
    const members = roomUsers.map(({ id }) => ({ user: id, role: 'member' as const }));
    await makeRoom(db, { id: room, name: room, kind: 'group', access: 'members', members });
    tokens.push(await Promise.all(roomUsers.map(({ username }) => stack.token(username))));
  }
  close();
  return tokens;
}

const synthesizer = openSynthesizer({ rateLimit: 'off' });
process.once('exit', synthesizer.dispose);
const stack = await startStack({
  synthesize: synthesizer.synthesize,
  users,
  directory: null,
  ports: { edge: 0, socket: 0, dynamodb: 0, services: 0 },
  // Turns off the account's throttle, which would limit the rate.
  limits: { requestsPerSecond: 1e9, requestBurst: 1e9 },
  log: (line) => process.stderr.write(`${line}\n`),
});

let profile: Awaited<ReturnType<typeof startProfile>> | undefined;

async function answer(request: StackRequest): Promise<unknown> {
  switch (request.kind) {
    case 'rooms':
      return createRooms(stack, request);
    case 'startProfile':
      profile = await startProfile();
      return null;
    case 'stopProfile':
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
