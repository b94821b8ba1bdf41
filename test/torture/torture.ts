import { setTimeout as pause } from 'node:timers/promises';
import { makeRoom } from '../../bin/demo.ts';
import type { Database } from '../../functions/store/database.ts';
import { getClaim } from '../../functions/store/repeats.ts';
import type { StackOptions } from '../../local/stack.ts';
import { databaseOf } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { checkLog } from './check-log.ts';
import { checkBuried, differences, Statuses, storedMessages } from './check-state.ts';
import { Deeds } from './deeds.ts';
import { Device } from './device.ts';
import { expectedMessages, numbered } from './expected.ts';
import { lostAnswerRates, planFaults, usualRates } from './fault-plan.ts';
import { type Random, randomOf } from './random.ts';
import { readRecords } from './records.ts';
import { Whims } from './whims.ts';
import { Tally, Witness } from './witness.ts';
import { makeWorld, type World } from './world.ts';

export interface TortureOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
  readonly rooms: number;
  /** Calls fail after they took effect, and nothing else goes wrong. */
  readonly lostAnswersOnly: boolean;
  /** Nobody joins a second room, and nobody has an inbox. */
  readonly homeOnly: boolean;
  /** Makes the cloud assembly that is run; the project's own if absent. */
  readonly synthesize?: StackOptions['synthesize'];
}

export interface Findings {
  readonly tally: Tally;
  readonly violations: readonly string[];
}

/** How long everybody has to get all answers and catch up, once nothing fails any more. */
const SETTLE_MS = 120_000;
/** A share of this machine: a new environment costs as much as some hundred warm calls. */
const ENVIRONMENTS = 4;
const STATUS_MS = 2_000;
/** On the average, a client waits so long between two things that it does. */
const THINK_MS = 300;

interface Run {
  readonly world: World;
  readonly db: Database;
  readonly devices: readonly Device[];
  readonly deeds: Deeds;
  readonly witness: Witness;
  readonly tally: Tally;
  readonly statuses: Statuses;
}

/** Runs clients against a stack in which everything fails, then lets them catch up and compares what they have. */
export async function torture(options: TortureOptions): Promise<Findings> {
  const tally = new Tally();
  const { seed, lostAnswersOnly, synthesize } = options;
  const plan = planFaults(seed, lostAnswersOnly ? lostAnswerRates : usualRates, tally);
  const world = makeWorld(options);
  const stack = await startTestStack(
    {
      users: world.people,
      environments: ENVIRONMENTS,
      faults: plan.faults,
      ...(synthesize && { synthesize }),
    },
    { rateLimit: 'off' },
  );
  try {
    const run = await prepare(world, stack, { seed, tally });
    const t0=Date.now(); const lap=(n:string)=>{ if (process.env['DBG']) console.error(n, Date.now()-t0, process.cpuUsage().user/1000|0, 'lines', stack.lines.length); };
    await arrive(run); lap('arrived');
    plan.begin();
    await storm(run, options);
    plan.end(); lap('stormed');
    await settle(run); lap('settled');
    await stack.settled(); lap('stack settled');
    return { tally, violations: await check(run, stack) };
  } finally {
    if (process.env['DBG']) console.error(stack.lines.join('\n'));
    await stack.stop();
  }
}

async function prepare(
  world: World,
  stack: TestStack,
  { seed, tally }: { readonly seed: number; readonly tally: Tally },
): Promise<Run> {
  const db = databaseOf(stack);
  for (const { id, members } of world.rooms) {
    const plan = { id, name: `Room ${id}`, kind: 'group', access: 'members' } as const;
    await makeRoom(db, { ...plan, members: [...members].map(([user, role]) => ({ user, role })) });
  }
  const deeds = new Deeds();
  const witness = new Witness();
  const random = randomOf(seed);
  const devices = world.devices.map((plan) => {
    let token: Promise<string> | undefined;
    return new Device({
      ...{ plan, deeds, witness, tally },
      urls: { socket: stack.socketUrl, edge: stack.stack.edgeUrl.replace('http', 'ws') },
      token: () => {
        token ??= stack.token(plan.person.username);
        return token;
      },
      random: random.fork(`device ${plan.name}`),
      claimOf: ({ room, user, clientId }) => getClaim(db, { room, user, clientId }, Date.now()),
    });
  });
  return { world, db, devices, deeds, witness, tally, statuses: new Statuses() };
}

/** Everybody connects for the first time: nothing goes wrong yet, and the environments get warm. */
async function arrive({ devices, witness }: Run): Promise<void> {
  const end = Date.now() + SETTLE_MS;
  for (const device of devices) device.start();
  while (Date.now() < end && !devices.every(({ isOpen }) => isOpen)) await pause(20);
  if (!devices.every(({ isOpen }) => isOpen))
    witness.accuse('Not everybody could connect, before anything failed');
}

/** Everybody does at random what comes to their mind. */
async function storm(
  { devices, deeds, tally, ...run }: Run,
  { seconds, seed, homeOnly }: TortureOptions,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  const watching = watchStatuses(run, end);
  await Promise.all(
    devices.map(async (device) => {
      const random = randomOf(seed).fork(`whims ${device.plan.name}`);
      const other = devices.find((each) => each !== device && each.plan.person === device.plan.person);
      const whims = new Whims({ device, other, deeds, tally, random, joins: !homeOnly });
      while (Date.now() < end) {
        await pause(thought(random));
        whims.act();
      }
    }),
  );
  await watching;
}

const thought = (random: Random): number => random.between(0, 2 * THINK_MS);

async function watchStatuses(
  { world, db, witness, statuses }: Pick<Run, 'world' | 'db' | 'witness' | 'statuses'>,
  end: number,
): Promise<void> {
  const rooms = world.rooms.map(({ id }) => id);
  while (Date.now() < end) {
    await pause(Math.min(STATUS_MS, Math.max(0, end - Date.now())));
    for (const [room, records] of await readRecords(db, rooms)) {
      for (const violation of statuses.compare(room, records)) witness.accuse(violation);
    }
  }
}

/** Waits until everybody is back, was answered, and knows of nothing that they lack. */
async function settle({ devices, witness }: Run): Promise<void> {
  const end = Date.now() + SETTLE_MS;
  const isSettled = (device: Device): boolean =>
    device.isOpen &&
    device.outbox.size === 0 &&
    [...device.resumes].every(([room, resume]) => device.follows(room) && resume.isWhole);
  // Twice a ping's time, so that everybody has heard of the last number.
  await pause(2_500);
  while (Date.now() < end && !devices.every(isSettled)) await pause(50);
  for (const device of devices.filter((each) => !isSettled(each))) {
    const waiting = device.outbox.list().map(({ clientId, kind }) => `${kind} ${clientId}`);
    const marks = [...device.resumes].map(
      ([room, { copy, isWhole }]) => `${room} ${isWhole ? '' : 'lacks after '}${copy.mark}`,
    );
    witness.accuse(
      `${device.plan.name} did not come to rest: ${device.isOpen ? 'open' : 'shut'}, unanswered ${waiting.join(', ') || 'nothing'}, rooms ${marks.join(', ')}`,
    );
  }
  for (const device of devices) device.stop();
}

async function check(run: Run, stack: TestStack): Promise<readonly string[]> {
  const { world, db, devices, deeds, witness, statuses, tally } = run;
  const violations: string[] = [];
  const all = deeds.list();
  const records = await readRecords(
    db,
    world.rooms.map(({ id }) => id),
  );
  for (const room of world.rooms) {
    const here = records.get(room.id);
    if (here === undefined) continue;
    const made = numbered(
      room.id,
      all.map(({ deed }) => deed),
      here,
    );
    const expected = expectedMessages(made);
    for (const { kind } of here.log.values()) tally.add(`entries ${kind}`);
    violations.push(...checkLog(room, here, all), ...statuses.compare(room.id, here));
    violations.push(...differences(`Table, room ${room.id}`, storedMessages(here), expected));
    violations.push(...checkBuried(made, here));
    for (const device of devices) {
      const copy = device.resumes.get(room.id)?.copy;
      if (copy === undefined) continue;
      tally.add('copies compared');
      const whose = `${device.plan.name}, room ${room.id}, has all up to ${copy.mark} of ${here.seq}`;
      if (copy.mark < here.seq) violations.push(`${whose} and knows of nothing more`);
      violations.push(...differences(whose, copy.messages, expected));
    }
  }
  const denied = stack.lines.filter((line) => line.startsWith('AccessDenied'));
  return [...violations, ...statuses.compareTold(witness.told), ...denied, ...witness.violations];
}
