import { makeRoom } from '../../bin/demo.ts';
import type { StackOptions } from '../../local/stack.ts';
import { databaseOf } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { Statuses } from './check-run.ts';
import { Deeds } from './operations.ts';
import { Device } from './device.ts';
import { lostAnswerRates, planFaults, usualRates } from './fault-plan.ts';
import { judge } from './judge.ts';
import { randomOf } from './random.ts';
import { arrive, type Run, rest, storm } from './phases.ts';
import { Whims } from './random-actions.ts';
import { Tally, Witness } from './recording.ts';
import { makeWorld, type World } from './scenario.ts';

export interface TortureOptions {
  /** How long things go wrong. */
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
  readonly rooms: number;
  /** Calls fail after they took effect, and nothing else goes wrong. */
  readonly lostAnswersOnly: boolean;
  /** Nobody opens a second room. */
  readonly homeOnly: boolean;
  /** Makes the cloud assembly that is run; the project's own if absent. */
  readonly synthesize?: StackOptions['synthesize'];
}

export interface Findings {
  readonly tally: Tally;
  readonly violations: readonly string[];
}

/** More would not run faster on a few cores: a new environment costs as much as some hundred calls of a warm one. */
const ENVIRONMENTS = 4;

/** Runs clients against a stack in which everything fails, then lets them catch up and compares what they have. */
export async function torture(options: TortureOptions): Promise<Findings> {
  const tally = new Tally();
  const { seed, seconds, lostAnswersOnly, synthesize } = options;
  const plan = planFaults(seed, lostAnswersOnly ? lostAnswerRates : usualRates, tally);
  const world = makeWorld(options);
  const { people: users } = world;
  const stack = await startTestStack(
    { users, environments: ENVIRONMENTS, faults: plan.faults, ...(synthesize && { synthesize }) },
    { rateLimit: 'off' },
  );
  try {
    const run = await prepare(world, stack, tally, options);
    await arrive(run);
    plan.begin();
    await storm(run, seconds);
    plan.end();
    await rest(run);
    await stack.settled();
    return { tally, violations: await judge(run, stack.lines) };
  } finally {
    await stack.stop();
  }
}

async function prepare(
  world: World,
  stack: TestStack,
  tally: Tally,
  { seed, homeOnly }: TortureOptions,
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
    const urls = { socket: stack.socketUrl, edge: stack.stack.edgeUrl };
    const token = () => stack.token(plan.person.username);
    const own = random.fork(`device ${plan.name}`);
    return new Device({ plan, deeds, witness, tally, urls, token, random: own });
  });
  const everybody = devices.map((device) => {
    const own = devices.filter(({ plan }) => plan.person === device.plan.person);
    const whim = random.fork(`whims ${device.plan.name}`);
    const whims = new Whims({ device, own, deeds, tally, random: whim, joins: !homeOnly });
    return { device, random: whim, whims };
  });
  return { world, db, everybody, deeds, witness, tally, statuses: new Statuses() };
}
