import { once } from 'node:events';
import { WebSocket } from 'ws';
import { demoUsers } from '../bin/demo.ts';
import { getRoom } from '../functions/store/rooms.ts';
import { databaseOf, openRoom } from '../test/support/rooms.ts';
import { startTestStack, type TestStack } from '../test/support/stack.ts';

// By hand: `node bench/large-room.ts 1200`. A room of so many real sockets on the local stack, which ends by itself.

const OPENING_AT_ONCE = 12;
const MESSAGES = 3;
const LONGEST_WAIT_MS = 120_000;

/** A socket, and how often it got each message, by its text. */
interface Ear {
  readonly socket: WebSocket;
  readonly heard: Map<string, number>;
}

async function openEar(stack: TestStack, room: string, user: string, onFrame: () => void): Promise<Ear> {
  const headers = { Authorization: `Bearer ${await stack.token(user)}` };
  const socket = new WebSocket(`${stack.socketUrl}?room=${room}`, { headers });
  const heard = new Map<string, number>();
  const welcomed = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const frame: unknown = JSON.parse(String(data));
      if (Array.isArray(frame)) resolve();
      const { type, message } = frame as { type?: string; message?: { text: string } };
      if (type !== 'chat_message' || !message) return;
      heard.set(message.text, (heard.get(message.text) ?? 0) + 1);
      onFrame();
    });
  });
  await once(socket, 'open');
  await welcomed;
  return { socket, heard };
}

/** Says something and waits until all have it. Resolves to the milliseconds until then. */
async function say(text: string, ears: readonly Ear[], frames: { arrived: () => void }): Promise<number> {
  const began = performance.now();
  const missing = () => ears.filter(({ heard }) => !heard.has(text)).length;
  const all = new Promise<void>((resolve, reject) => {
    const late = () => reject(new Error(`${text} did not reach ${missing()} of ${ears.length}`));
    const timer = setTimeout(late, LONGEST_WAIT_MS);
    let arrived = 0;
    frames.arrived = () => {
      arrived++;
      if (arrived < ears.length || missing() > 0) return;
      clearTimeout(timer);
      resolve();
    };
  });
  ears[0]?.socket.send(JSON.stringify({ action: 'send', message: text }));
  await all;
  return performance.now() - began;
}

async function openAll(
  stack: TestStack,
  room: string,
  users: readonly string[],
  frames: { arrived: () => void },
): Promise<Ear[]> {
  const ears: Ear[] = [];
  const left = users.values();
  const work = async () => {
    for (const user of left) {
      ears.push(await openEar(stack, room, user, () => frames.arrived()));
      if (ears.length % 200 === 0) console.log(`${ears.length} open`);
    }
  };
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, work));
  return ears;
}

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
    const asks = action === 'lambda:InvokeFunction' && phase === 'request';
    if (asks && !String(functionName).startsWith('Connect')) invocations++;
  },
});
try {
  const room = await openRoom(stack);
  const frames = { arrived: () => {} };
  const began = performance.now();
  const names = users.map(({ username }) => username);
  const ears = await openAll(stack, room, names, frames);
  console.log(`${count} open after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  for (let number = 1; number <= MESSAGES; number++) {
    invocations = 0;
    const ms = await say(`word ${number}`, ears, frames);
    await stack.settled();
    const shards = (await getRoom(databaseOf(stack), room))?.shards;
    console.log(
      `message ${number}: with all ${count} after ${ms.toFixed(0)} ms, ${invocations} invocations of fanout, then ${shards} shards`,
    );
  }
  const often = ears.filter(({ heard }) => [...heard.values()].some((times) => times > 1)).length;
  const few = ears.filter(({ heard }) => heard.size !== MESSAGES).length;
  console.log(`${few} missed a message, ${often} got one twice`);
  for (const { socket } of ears) socket.terminate();
} finally {
  await stack.stop();
  process.exit();
}
