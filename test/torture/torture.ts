import { makeRoom } from '../../bin/demo.ts';
import type { StackOptions } from '../../local/stack.ts';
import { databaseOf } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { checkRun } from './check-run.ts';
import { Device } from './device.ts';
import { defaultRates, lostAnswerRates, planFaults } from './fault-plan.ts';
import { actRandomly, finish, prepareRooms, type Run } from './phases.ts';
import { createRandom } from './random.ts';
import { RandomActions } from './random-actions.ts';
import { Recording } from './recording.ts';
import { planScenario, type Scenario } from './scenario.ts';

export interface TortureOptions {
  /** How long faults are injected. */
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
  readonly rooms: number;
  /** Loses answers and injects no other fault. */
  readonly lostAnswersOnly: boolean;
  /** Whether devices use their home rooms only. */
  readonly homeOnly: boolean;
  /** Synthesizes the app. Default: the project's own. */
  readonly synthesize?: StackOptions['synthesize'];
}

/** Execution environments per function. More are slower on few cores: a cold start costs about 100 warm calls. */
const ENVIRONMENTS = 4;

/**
 * Runs random actions of many clients against a stack with injected faults. Then stops the faults, waits until all
 * clients have caught up, and checks the table and all copies.
 */
export async function torture(options: TortureOptions): Promise<Recording> {
  const { seed, seconds, lostAnswersOnly, synthesize } = options;
  const recording = new Recording();
  const plan = planFaults(seed, lostAnswersOnly ? lostAnswerRates : defaultRates, recording.count);
  const scenario = planScenario(options);
  const { faults } = plan;
  const stack = await startTestStack(
    { users: scenario.users, environments: ENVIRONMENTS, faults, ...(synthesize && { synthesize }) },
    { rateLimit: 'off' },
  );
  try {
    const run = await prepare(scenario, stack, recording, options);
    await prepareRooms(run);
    plan.start();
    await actRandomly(run, seconds);
    plan.stop();
    await finish(run);
    await stack.settled();
    recording.addViolations(...(await checkRun(run, stack.lines)));
    return recording;
  } finally {
    await stack.stop();
  }
}

async function prepare(
  scenario: Scenario,
  stack: TestStack,
  recording: Recording,
  { seed, homeOnly }: TortureOptions,
): Promise<Run> {
  const db = databaseOf(stack);
  for (const { id, members } of scenario.rooms) {
    const plan = { id, name: `Room ${id}`, kind: 'group', access: 'members' } as const;
    await makeRoom(db, { ...plan, members: [...members].map(([user, role]) => ({ user, role })) });
  }
  const root = createRandom(seed);
  const urls = { socket: stack.socketUrl, edge: stack.stack.edgeUrl };
  const devices = scenario.devices.map((plan) => {
    const token = () => stack.token(plan.user.username);
    return new Device({ plan, urls, token, recording, random: root.fork(`device ${plan.name}`) });
  });
  const participants = devices.map((device) => {
    const ownDevices = devices.filter(({ plan }) => plan.user === device.plan.user);
    const random = root.fork(`actions ${device.plan.name}`);
    return {
      device,
      random,
      actions: new RandomActions({ device, ownDevices, recording, random, homeOnly }),
    };
  });
  return { scenario, db, participants, recording };
}
