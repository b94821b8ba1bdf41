import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { makeRoom } from '../../bin/demo.ts';
import { mapLimited } from '../../functions/delivery/concurrency.ts';
import { setMute } from '../../functions/store/members.ts';
import { type Chatter, enter, type Frame, heard } from '../support/chat.ts';
import { type Asking, askingAs } from '../support/http.ts';
import { databaseOf } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { likeAtOnce } from './likes.ts';

/** How much the hostile members send of each kind, and how many people like one message afterwards. */
const short = { sends: 3_000, reactions: 400, typing: 1_000, rooms: 100, 'file-names': 20, likes: 300 };
const full: Amounts = {
  ...{ sends: 30_000, reactions: 2_000, typing: 10_000, rooms: 1_000 },
  ...{ 'file-names': 100, likes: 10_000 },
};

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

const ATTACKED = 'attacked';
/** Nobody attacks this room. It shows how much slower the machine itself became meanwhile. */
const QUIET = 'quiet';
const person = (id: string) => ({ id, username: id, email: `${id}@example.com`, userType: 'student' });
const chatters = Array.from({ length: 8 }, (_, index) => `chatter-${index}`);
/** The hostile members add this chatter to their rooms. */
const VICTIM = 'chatter-0';
/** One hostile member sends until the rate limit refuses it, the other is muted. */
const LIMITED = 'hostile';
const MUTED = 'muted';

/** Times after the attack may be this many times as long as before. */
const MAX_RATIO = 1.2;
/** The number of measurements of each time. The script compares their medians. */
const SAMPLES = 80;
/** Fills the first page of the history. */
const FIRST_MESSAGES = 80;
/**
 * Rooms of each chatter before the attack. The list of rooms reads a small item for each of them. A hostile member may
 * add some rooms to it, which change its time only a little if there are many rooms already.
 */
const OTHER_ROOMS = 200;
/** After this time, all limits of connections and requests start over. */
const LIMIT_WINDOW_MS = 10_000;
/** How many messages a measured sync returns. */
const SYNCED = 20;
/** Frames that a hostile member sends before it waits for their answers. */
const BATCH = 50;
const ANSWER_MS = 5_000;
const NAME_BYTES = 120_000;
/** The attack stops after this time, and the run fails. */
const MAX_ATTACK_MS = 240_000;

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

interface Setting {
  readonly stack: TestStack;
  /** The connections of the chatters in the attacked room, open during the whole run. */
  readonly others: readonly Chatter[];
  /** The ids of the messages of the attacked room that the server acknowledged. */
  readonly acknowledged: number[];
}

const enterAll = (stack: TestStack, room: string): Promise<Chatter[]> =>
  Promise.all(chatters.map((name) => enter(stack, name, `room=${room}`)));

/** Sends as a chatter, and waits for the echo. Resolves to the id of the message. */
async function say(clients: readonly Chatter[], index: number): Promise<number> {
  const message = await clients[index % clients.length]?.say(`message ${index} ${Math.random()}`);
  return Number(message?.['message_id']);
}

/**
 * Reacts to every other message. Accepted reactions make the history longer, and any member may send them. Both rooms
 * have some from the start, so that the measured times do not depend on those of the hostile member.
 */
async function reactSometimes(clients: readonly Chatter[], index: number, id: number | undefined) {
  const client = clients[index % clients.length];
  if (!client || index % 2 === 1) return;
  client.send({ action: 'react', message_id: id, emoji: '👍' });
  await client.take('message_reacted', ({ message_id }) => message_id === id);
}

const measured = ['history', 'sync', 'GET /api/chats/', 'send'] as const;

type Times = Record<(typeof measured)[number], number[]>;

const noTimes = (): Times => ({ history: [], sync: [], 'GET /api/chats/': [], send: [] });

/** The times of one room. */
interface Probe {
  readonly clients: readonly Chatter[];
  readonly rest: Asking;
  readonly times: Times;
  readonly ids: number[];
}

async function openProbe(stack: TestStack, room: string, reader: string): Promise<Probe> {
  // New connections, because a connection searches all frames that it has received for an answer.
  const [clients, rest] = await Promise.all([enterAll(stack, room), askingAs(stack, reader)]);
  return { clients, rest, times: noTimes(), ids: [] };
}

async function sample({ clients, rest, times, ids }: Probe, index: number): Promise<void> {
  const client = clients[index % clients.length];
  const answer = async (frame: object, type: string) => {
    client?.send(frame);
    await client?.take(type);
  };
  times.send.push(await timeOf(async () => ids.push(await say(clients, index))));
  const since = (ids.at(-1) ?? 0) - SYNCED;
  times.history.push(await timeOf(() => answer({ action: 'history' }, 'history')));
  times.sync.push(await timeOf(() => answer({ action: 'sync', since }, 'sync')));
  times['GET /api/chats/'].push(await timeOf(() => rest('GET /chats/')));
  await reactSometimes(clients, index, ids.at(-1));
}

interface Measurement {
  readonly attacked: Times;
  readonly quiet: Times;
}

/** Takes the times of both rooms in turn, so that both meet the same load of the machine. */
async function measure({ stack, acknowledged }: Setting): Promise<Measurement> {
  const attacked = await openProbe(stack, ATTACKED, VICTIM);
  const quiet = await openProbe(stack, QUIET, 'chatter-1');
  for (let index = 0; index < SAMPLES; index++) {
    await sample(attacked, index);
    await sample(quiet, index);
    // Below the rate limit of each chatter.
    await pause(40);
  }
  acknowledged.push(...attacked.ids);
  await Promise.all([...attacked.clients, ...quiet.clients].map((client) => client.close()));
  return { attacked: attacked.times, quiet: quiet.times };
}

/** Counts the answers that the hostile members got. */
const outcomes = new Map<string, number>();
const count = (outcome: string): void => {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
};

/** Whether a frame answers a frame of the user, rather than announcing one of another user. */
function isAnswerTo(user: string, { type = '', user_id, message }: Frame): boolean {
  if (type === 'error') return true;
  const isOwn = user_id === user || message?.['sender_id'] === user;
  return isOwn && !type.startsWith('mark_message') && type !== 'presence';
}

/** Sends frames until a number of them is answered, as fast as possible. Connects again when the server closes. */
async function flood(
  stack: TestStack,
  user: string,
  { amount, until, frame }: { amount: number; until: number; frame: (index: number) => object },
): Promise<void> {
  let sent = 0;
  let answered = 0;
  while (answered < amount && Date.now() < until) {
    const client = await enter(stack, user, `room=${ATTACKED}`);
    client.socket.on('message', (data: Buffer) => {
      const parsed = JSON.parse(data.toString());
      if (Array.isArray(parsed) || !isAnswerTo(user, parsed)) return;
      answered++;
      count(`${user}: ${parsed.type === 'error' ? parsed.code : parsed.type}`);
    });
    const isOpen = () => client.socket.readyState === WebSocket.OPEN;
    while (isOpen() && answered < amount && Date.now() < until) {
      const batch = Math.min(BATCH, amount - answered);
      const expected = answered + batch;
      for (let index = 0; index < batch; index++) client.send(frame(sent++));
      const end = Date.now() + ANSWER_MS;
      while (isOpen() && answered < expected && Date.now() < end) await pause(2);
    }
    if (isOpen()) await client.close();
    else count(`${user}: closed`);
  }
}

const emoji = ['👍', '❤️', '😂', '😮', '😢', '🙏', '🔥', '🎉', '👏', '💯'];

/** Runs all attacks, one kind after another. Resolves to whether they ended in time. */
async function attack({ stack, acknowledged }: Setting, amounts: Amounts): Promise<boolean> {
  const until = Date.now() + MAX_ATTACK_MS;
  const target = acknowledged.at(-1);
  const both = (amount: number, frame: (index: number) => object) =>
    Promise.all(
      [LIMITED, MUTED].map((user) => flood(stack, user, { amount: Math.ceil(amount / 2), until, frame })),
    );
  await both(amounts.sends, (index) => ({
    action: 'send',
    message: `spam ${index}`,
    client_id: `s-${index}`,
  }));
  await flood(stack, LIMITED, {
    ...{ amount: amounts.reactions, until },
    frame: (index) => ({
      ...{ action: 'react', message_id: target, emoji: emoji[index % emoji.length] },
      remove: Math.floor(index / emoji.length) % 2 === 1,
    }),
  });
  await both(amounts.typing, (index) => ({ action: 'typing', typing: index % 2 === 0 }));
  const rest = await askingAs(stack, LIMITED);
  const repeat = async (amount: number, run: (index: number) => Promise<void>) =>
    void (await mapLimited(
      Array.from({ length: amount }, (_, index) => index),
      async (index) => (Date.now() < until ? run(index) : undefined),
    ));
  await repeat(amounts['file-names'], async (index) => {
    const name = `a${(index % 2 === 0 ? '.' : ' ').repeat(NAME_BYTES)}b`;
    const file = { content: 'see this', file: 'aGVsbG8=', file_name: name };
    count(`${LIMITED}: file name ${(await rest(`POST /chats/${ATTACKED}/send_message/`, file)).status}`);
    const upload = { name, content_type: 'text/plain', size: 5 };
    count(`${LIMITED}: upload ${(await rest(`POST /chats/${ATTACKED}/files/`, upload)).status}`);
  });
  await pause(LIMIT_WINDOW_MS);
  await repeat(amounts.rooms, async (index) => {
    const { status } = await rest('POST /chats/', { name: `room ${index}`, members: [VICTIM] });
    count(`${LIMITED}: room ${status}`);
  });
  return Date.now() < until;
}

/** Lets the others chat until the attack is over. Resolves to the times that they waited for their echoes. */
async function chatDuring(
  { others, acknowledged }: Setting,
  attacked: Promise<unknown>,
): Promise<readonly number[]> {
  let over = false;
  const done = attacked.finally(() => {
    over = true;
  });
  const waits: number[] = [];
  for (let index = 0; !over; index++) {
    waits.push(await timeOf(async () => acknowledged.push(await say(others, index))));
    await pause(100);
  }
  await done;
  return waits;
}

/** Returns how many acknowledged messages the chatters did not receive, across all chatters. */
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
  const room = (id: string, users: readonly string[]) =>
    makeRoom(db, {
      ...{ id, name: id, kind: 'group', access: 'members' },
      members: users.map((user) => ({ user, role: 'member' as const })),
    });
  await room(ATTACKED, [...chatters, LIMITED, MUTED]);
  await room(QUIET, [...chatters, 'silent-1', 'silent-2']);
  await mapLimited(
    Array.from({ length: OTHER_ROOMS }, (_, index) => `other-${index}`),
    (id) => room(id, chatters),
  );
  await setMute(db, ATTACKED, MUTED, Date.now() + 86_400_000);
  const others = await enterAll(stack, ATTACKED);
  const quiet = await enterAll(stack, QUIET);
  const acknowledged: number[] = [];
  for (let index = 0; index < FIRST_MESSAGES; index++) {
    acknowledged.push(await say(others, index));
    await reactSometimes(others, index, acknowledged.at(-1));
    await reactSometimes(quiet, index, await say(quiet, index));
    await pause(60);
  }
  return { stack, others, acknowledged };
}

/**
 * Prints and returns how much slower the attacked room became: the ratio of its times after and before the attack,
 * divided by the same ratio of the quiet room.
 */
function compare(name: (typeof measured)[number], before: Measurement, after: Measurement): number {
  const [own, ownAfter, other, otherAfter] = [before.attacked, after.attacked, before.quiet, after.quiet].map(
    (times) => median(times[name]),
  ) as [number, number, number, number];
  const ratio = ownAfter / own / (otherAfter / other);
  const ms = (time: number) => `${time.toFixed(1)} ms`;
  console.log(
    `${name}: ${ratio.toFixed(2)}, at most ${MAX_RATIO} ` +
      `(attacked room ${ms(own)} before, ${ms(ownAfter)} after; quiet room ${ms(other)}, ${ms(otherAfter)})`,
  );
  return ratio;
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
    const attacking = attack(setting, amounts);
    const waits = await chatDuring(setting, attacking);
    const seconds = (performance.now() - start) / 1000;
    const inTime = await attacking;
    await stack.settled();
    const after = await measure(setting);
    const lost = await countLost(setting);
    console.log(`Attacked for ${seconds.toFixed(0)} s${inTime ? '' : ', which is too long'}. The answers:`);
    for (const [outcome, times] of [...outcomes].toSorted()) console.log(`  ${times} × ${outcome}`);
    console.log(`${waits.length} messages of others meanwhile, median wait ${median(waits).toFixed(0)} ms`);
    console.log(`Lost for the others: ${lost} of ${setting.acknowledged.length * chatters.length} messages`);
    const ratios = measured.map((name) => compare(name, before, after));
    await Promise.all(setting.others.map((each) => each.close()));
    return inTime && lost === 0 && ratios.every((ratio) => ratio <= MAX_RATIO);
  } finally {
    await stack.stop();
  }
}

try {
  const amounts = readAmounts(process.argv.slice(2));
  const results = [await main(amounts), await likeAtOnce(amounts.likes)];
  process.exitCode = results.every(Boolean) ? 0 : 1;
} catch (error) {
  // The error of a frame that did not come lists all frames.
  console.error(error instanceof Error ? error.message.slice(0, 500) : error);
  process.exitCode = 1;
}
