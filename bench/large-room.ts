import { demoUsers } from '../bin/demo.ts';
import { getRoom } from '../functions/store/rooms.ts';
import { databaseOf, openRoom } from '../test/support/rooms.ts';
import { startTestStack } from '../test/support/stack.ts';
import { Load } from './load.ts';

// Sends messages to a large room with real sockets on the local stack, and prints delivery times, invocations of
// `fanout` and the number of shards. Not part of `npm run bench`. Usage: `node bench/large-room.ts 1200`

const MESSAGES = 3;
const PATIENCE_MS = 120_000;

const count = Number(process.argv[2] ?? 1_200);
const users = Array.from({ length: count }, (_, index) => ({
  id: `u${index}`,
  username: `u${index}`,
  email: `u${index}@example.com`,
  userType: '',
  password: 'none',
}));
let invocations = 0;
const stack = await startTestStack({
  users: [...demoUsers, ...users],
  trace: ({ action, phase, functionName }) => {
    const isInvocation = action === 'lambda:InvokeFunction' && phase === 'request';
    if (isInvocation && !String(functionName).startsWith('Connect')) invocations++;
  },
});
try {
  const room = await openRoom(stack);
  const tokens = await Promise.all(users.map(({ username }) => stack.token(username)));
  const headers = tokens.map((token) => ({ Authorization: `Bearer ${token}` }));
  const start = performance.now();
  const load = await Load.open([{ url: `${stack.socketUrl}?room=${room}`, headers }], PATIENCE_MS);
  await stack.settled();
  console.log(`${count} connections opened in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
  let lost = 0;
  let repeated = 0;
  for (let message = 1; message <= MESSAGES; message++) {
    invocations = 0;
    const run = await load.run(1, 0);
    await stack.settled();
    lost += run.lost;
    repeated += run.repeated;
    const shards = (await getRoom(databaseOf(stack), room))?.shards;
    console.log(
      `Message ${message}: last delivery after ${run.p99.toFixed(0)} ms, ${invocations} invocations of fanout, ${shards} shards afterwards`,
    );
  }
  console.log(`${lost} deliveries lost, ${repeated} deliveries repeated`);
  load.close();
} finally {
  await stack.stop();
  process.exit();
}
