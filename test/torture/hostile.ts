import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeRoom } from '../../bin/demo.ts';
import { mapLimited } from '../../functions/delivery/concurrency.ts';
import { setMute } from '../../functions/store/members.ts';
import { type Chatter, enter, heard } from '../support/chat.ts';
import { type Asking, askingAs } from '../support/http.ts';
import { databaseOf } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** How much the hostile members send of each kind. */
const short = { sends: 3_000, reactions: 400, typing: 1_000, rooms: 100, 'file-names': 20 };
const full: Amounts = { sends: 30_000, reactions: 2_000, typing: 10_000, rooms: 1_000, 'file-names': 100 };

type Amounts = typeof short;

const kinds = Object.keys(short) as (keyof Amounts)[];
const usage = `Use --full, or whole numbers for ${kinds.map((kind) => `--${kind}`).join(', ')}.`;

function readAmounts(args: readonly string[]): Amounts {
  const options = Object.fromEntries(kinds.map((kind) => [kind, { type: 'string' } as const]));
  const parsed = parseArgs({ args: [...args], options: { ...options, full: { type: 'boolean' } } });
  const values: Readonly<Record<string, string | boolean | undefined>> = parsed.values;
  const amounts = { ...(values['full'] ? full : short) };
  for (const kind of kinds) {
    const text = values[kind];
    if (text === undefined) continue;
    if (!/^\d{1,6}$/.test(String(text))) throw new Error(`Could not start: --${kind} is "${text}". ${usage}`);
    amounts[kind] = Number(text);
  }
  return amounts;
}

const ROOM = 'attacked';
const person = (id: string) => ({ id, username: id, email: `${id}@example.com`, userType: 'student' });
const chatters = Array.from({ length: 8 }, (_, index) => `chatter-${index}`);
/** One hostile member sends until the rate limit refuses it, the other is muted. */
const LIMITED = 'hostile';
const MUTED = 'muted';

/** Times after the flood may be this many times as long as before. */
const MOST = 1.2;
/** How often each time is taken. The median of them counts. */
const SAMPLES = 60;
/** Fills the first page of the history. */
const FIRST_MESSAGES = 80;
/** How many messages a measured sync returns. */
const SYNCED = 20;
/** Frames that a hostile member sends before waiting for their answers. */
const BATCH = 50;
const ANSWER_MS = 5_000;
const NAME_BYTES = 120_000;

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

interface Setting {
  readonly stack: TestStack;
  readonly others: readonly Chatter[];
  readonly rest: Asking;
  /** The ids of the messages that others have sent and that were acknowledged. */
  readonly acknowledged: number[];
}

/** Sends as a chatter, and waits for the echo. */
async function say({ others, acknowledged }: Setting, index: number): Promise<void> {
  const message = await others[index % others.length]?.say(`message ${acknowledged.length} ${Math.random()}`);
  acknowledged.push(Number(message?.['message_id']));
}

type Times = Readonly<Record<'history' | 'sync' | 'GET /api/chats/' | 'send', number>>;

/** Returns the median of each time in milliseconds. Takes them in turn, so that all of them meet the same load. */
async function measure(setting: Setting): Promise<Times> {
  const { others, rest, acknowledged } = setting;
  const [reader] = others;
  if (!reader) throw new Error('Nothing to measure: nobody is in the room. Add chatters.');
  const answer = async (frame: object, type: string) => {
    reader.send(frame);
    await reader.take(type);
  };
  const times = { history: [0], sync: [0], 'GET /api/chats/': [0], send: [0] };
  for (let sample = 0; sample < SAMPLES; sample++) {
    const since = acknowledged.at(-SYNCED - 1) ?? 0;
    times.history.push(await timeOf(() => answer({ action: 'history' }, 'history')));
    times.sync.push(await timeOf(() => answer({ action: 'sync', since }, 'sync')));
    times['GET /api/chats/'].push(await timeOf(() => rest('GET /chats/')));
    times.send.push(await timeOf(() => say(setting, sample)));
    // Below the rate limit of each chatter.
    await pause(60);
  }
  const { history, sync, send } = times;
  return {
    ...{ history: median(history), sync: median(sync), send: median(send) },
    'GET /api/chats/': median(times['GET /api/chats/']),
  };
}

/** Counts what the hostile members got. */
const outcomes = new Map<string, number>();
const count = (outcome: string): void => {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
};

/** Sends frames as fast as they are answered. Connects again when the server closes the connection. */
async function flood(
  stack: TestStack,
  user: string,
  amount: number,
  frame: (index: number) => object,
): Promise<void> {
  let sent = 0;
  while (sent < amount) {
    const client = await enter(stack, user, `room=${ROOM}`);
    let answers = 0;
    let closed = false;
    client.socket.on('message', (data: Buffer) => {
      const { type, code, user_id, message } = JSON.parse(data.toString());
      if (type !== 'error' && user_id !== user && message?.sender_id !== user) return;
      if (type.startsWith('mark_message') || type === 'presence') return;
      answers++;
      count(`${user}: ${type === 'error' ? code : type}`);
    });
    client.closed.then(() => {
      closed = true;
      count(`${user}: closed`);
    });
    let expected = 0;
    while (!closed && sent < amount) {
      for (let index = 0; index < BATCH && sent < amount; index++) {
        client.send(frame(sent++));
        expected++;
      }
      const end = Date.now() + ANSWER_MS;
      while (!closed && answers < expected && Date.now() < end) await pause(2);
      expected = answers;
    }
    if (!closed) await client.close();
  }
}

const emoji = ['👍', '❤️', '😂', '😮', '😢', '🙏', '🔥', '🎉', '👏', '💯'];

async function attack({ stack, acknowledged }: Setting, amounts: Amounts): Promise<void> {
  const target = acknowledged.at(-1);
  const half = Math.ceil(amounts.sends / 2);
  const send = (index: number) => ({ action: 'send', message: `spam ${index}`, client_id: `spam-${index}` });
  await Promise.all([flood(stack, LIMITED, half, send), flood(stack, MUTED, amounts.sends - half, send)]);
  await flood(stack, LIMITED, amounts.reactions, (index) => ({
    ...{ action: 'react', message_id: target, emoji: emoji[index % emoji.length] },
    remove: Math.floor(index / emoji.length) % 2 === 1,
  }));
  const typing = (index: number) => ({ action: 'typing', typing: index % 2 === 0 });
  await Promise.all([LIMITED, MUTED].map((user) => flood(stack, user, amounts.typing / 2, typing)));
  const rest = await askingAs(stack, LIMITED);
  const rooms = Array.from({ length: amounts.rooms }, (_, index) => index);
  await mapLimited(rooms, async (index) => {
    const { status } = await rest('POST /chats/', { name: `room ${index}`, members: chatters.slice(0, 1) });
    count(`${LIMITED}: room ${status}`);
  });
  for (let index = 0; index < amounts['file-names']; index++) {
    const name = (index % 2 === 0 ? '.' : ' ').repeat(NAME_BYTES);
    const file = { content: 'see this', file: 'aGVsbG8=', file_name: `a${name}b` };
    count(`${LIMITED}: file name ${(await rest(`POST /chats/${ROOM}/send_message/`, file)).status}`);
    const upload = { name: `a${name}b`, content_type: 'text/plain', size: 5 };
    count(`${LIMITED}: upload ${(await rest(`POST /chats/${ROOM}/files/`, upload)).status}`);
  }
}

/** Lets the others chat until the attack is over. Resolves to the times that they waited for their echoes. */
async function chatDuring(setting: Setting, attacked: Promise<void>): Promise<readonly number[]> {
  let over = false;
  const done = attacked.finally(() => {
    over = true;
  });
  const waits: number[] = [];
  for (let index = 0; !over; index++) {
    waits.push(await timeOf(() => say(setting, index)));
    await pause(100);
  }
  await done;
  return waits;
}

/** Returns how many acknowledged messages chatters did not receive, over all chatters. */
async function countLost({ others, acknowledged }: Setting): Promise<number> {
  const lost = () =>
    others.reduce((sum, chatter) => {
      const ids = new Set(heard(chatter, 'chat_message').map(({ message }) => message?.['message_id']));
      return sum + acknowledged.filter((id) => !ids.has(id)).length;
    }, 0);
  for (let tries = 0; tries < 100 && lost() > 0; tries++) await pause(100);
  return lost();
}

async function prepare(stack: TestStack): Promise<Setting> {
  const db = databaseOf(stack);
  const members = [...chatters, LIMITED, MUTED].map((user) => ({ user, role: 'member' as const }));
  await makeRoom(db, { id: ROOM, name: 'Attacked', kind: 'group', access: 'members', members });
  await setMute(db, ROOM, MUTED, Date.now() + 86_400_000);
  const others = await Promise.all(chatters.map((name) => enter(stack, name, `room=${ROOM}`)));
  const setting = { stack, others, rest: await askingAs(stack, chatters[0] ?? ''), acknowledged: [] };
  for (let index = 0; index < FIRST_MESSAGES; index++) {
    await say(setting, index);
    await pause(60);
  }
  return setting;
}

/** Runs the attack and prints its results. Resolves to whether the room is as fast as before, and nothing was lost. */
async function main(amounts: Amounts): Promise<boolean> {
  console.log(`npm run hostile -- ${kinds.map((kind) => `--${kind} ${amounts[kind]}`).join(' ')}`);
  const users = [...chatters, LIMITED, MUTED].map(person);
  const stack = await startTestStack({ users, environments: 4 }, { rateLimit: 'group:20/10,direct:60/10' });
  try {
    const setting = await prepare(stack);
    // The first measurement warms up the functions.
    await measure(setting);
    const before = await measure(setting);
    const start = performance.now();
    const waits = await chatDuring(setting, attack(setting, amounts));
    const seconds = (performance.now() - start) / 1000;
    await stack.settled();
    const after = await measure(setting);
    const lost = await countLost(setting);
    console.log(`Attacked for ${seconds.toFixed(0)} s. What the hostile members got:`);
    for (const [outcome, times] of [...outcomes].toSorted()) console.log(`  ${times} × ${outcome}`);
    console.log(`${waits.length} messages of others meanwhile, median wait ${median(waits).toFixed(0)} ms`);
    console.log(`Lost for the others: ${lost} of ${setting.acknowledged.length * chatters.length} messages`);
    const ratios = (Object.keys(before) as (keyof Times)[]).map((name) => {
      const ratio = after[name] / before[name];
      const times = `${before[name].toFixed(1)} ms before, ${after[name].toFixed(1)} ms after`;
      console.log(`${name}: ${ratio.toFixed(2)} (${times}), at most ${MOST}`);
      return ratio;
    });
    await Promise.all(setting.others.map((each) => each.close()));
    return lost === 0 && ratios.every((ratio) => ratio <= MOST);
  } finally {
    await stack.stop();
  }
}

try {
  process.exitCode = (await main(readAmounts(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  // The error of a frame that did not come lists all frames.
  console.error(error instanceof Error ? error.message.slice(0, 500) : error);
  process.exitCode = 1;
}
