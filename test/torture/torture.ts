import { setTimeout as pause } from 'node:timers/promises';
import { makeRoom } from '../../bin/demo.ts';
import type { StackOptions } from '../../local/stack.ts';
import { databaseOf } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { checkRun, type Run } from './check-run.ts';
import { Device } from './device.ts';
import { defaultRates, lostAnswerRates, planFaults } from './fault-plan.ts';
import { forgetWhileWriting, makeForgettingRooms } from './forgetting.ts';
import type { Operation } from './operations.ts';
import { Participant } from './participant.ts';
import { createRandom } from './random.ts';
import { Recording } from './recording.ts';
import { isStored, readRooms } from './room-states.ts';
import { planScenario, type RoomPlan, type Scenario } from './scenario.ts';

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
/** After this time a device counts as stuck, even on a busy machine. */
const STUCK_MS = 150_000;
/** The time that clients have to reconnect and sync once no faults are injected. */
const CATCH_UP_MS = 60_000;
/** More than the 50 messages of the first history page, so that copies are incomplete at first. */
const INITIAL_MESSAGES = 70;
/** The time between two reads of the table during the run, which check statuses. */
const STATUS_INTERVAL_MS = 2_000;
/** In a run of this length or longer, one device stays offline. */
const OFFLINE_SECONDS = 60;

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
  const stack = await startTestStack({
    users: scenario.users,
    environments: ENVIRONMENTS,
    faults,
    ...(synthesize && { synthesize }),
  });
  try {
    const run = await prepare(scenario, stack, recording, options);
    await prepareRooms(run);
    await makeForgettingRooms(stack);
    plan.start();
    const [checkForgotten] = await Promise.all([
      forgetWhileWriting(stack, recording, seconds),
      actRandomly(run, seconds),
    ]);
    plan.stop();
    await finish(run);
    await checkForgotten();
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
    return new Participant({ device, ownDevices, recording, random, homeOnly });
  });
  return { scenario, db, participants, recording };
}

/** Waits until the condition holds for all devices. Returns the devices for which it never did. */
async function waitForAll(
  participants: readonly Participant[],
  condition: (device: Device) => boolean,
  timeoutMs: number,
): Promise<readonly Device[]> {
  const end = Date.now() + timeoutMs;
  const remaining = () => participants.map(({ device }) => device).filter((device) => !condition(device));
  while (Date.now() < end && remaining().length > 0) await pause(25);
  return remaining();
}

/** Waits until all devices are connected, have all responses and show correct timelines. */
async function waitUntilIdle({ participants }: Run, phase: string, timeoutMs = STUCK_MS): Promise<void> {
  const busy = await waitForAll(participants, ({ unfinished }) => unfinished.length === 0, timeoutMs);
  for (const device of busy) {
    for (const reason of device.unfinished) device.addViolation(`${reason}, ${phase}`);
  }
}

/** Connects all devices and sends the first messages of each room, without faults. Warms up the environments. */
async function prepareRooms(run: Run): Promise<void> {
  await waitUntilIdle(run, 'before the first fault');
  for (const participant of run.participants) {
    const { home } = participant.device.plan.user;
    const inRoom = run.participants.filter(({ device }) => device.plan.user.home === home);
    for (let sent = 0; sent < INITIAL_MESSAGES / inRoom.length; sent++) participant.send(home);
  }
  await waitUntilIdle(run, 'before the first fault');
}

/**
 * Performs random actions on all devices at the same time, and checks the stored statuses. In a long run, one device is
 * offline meanwhile, so that it may miss more changes than `sync` returns.
 */
async function actRandomly(run: Run, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  const [offline] = seconds < OFFLINE_SECONDS ? [] : run.participants.slice(-1);
  offline?.device.network.goOffline();
  const active = run.participants.filter((each) => each !== offline);
  await Promise.all([checkStatuses(run, end), ...active.map((each) => each.actUntil(end))]);
  offline?.device.network.goOnline();
}

async function checkStatuses({ scenario, db, recording }: Run, end: number): Promise<void> {
  const ids = scenario.rooms.map(({ id }) => id);
  while (Date.now() < end) {
    await pause(Math.min(STATUS_INTERVAL_MS, Math.max(0, end - Date.now())));
    for (const [id, room] of await readRooms(db, ids)) {
      recording.addViolations(...recording.statuses.checkStored(id, room));
    }
  }
}

/**
 * Waits until all devices are idle. Then cuts every second device while a final message is sent in each room, so that
 * these devices must detect the gap. Some devices load the complete history. Finally stops all devices.
 */
async function finish(run: Run): Promise<void> {
  const { participants, scenario, recording } = run;
  await waitUntilIdle(run, 'after the last fault');
  const connected = participants.filter((_, index) => index % 2 === 0);
  for (const each of participants) if (!connected.includes(each)) each.device.network.cut();
  const messages = scenario.rooms.flatMap((room) => {
    const sender = connected.find(({ device }) => device.plan.user.home === room);
    return sender === undefined ? [] : [sender.send(room)];
  });
  const hasAll = (device: Device) => missingMessages(messages, device).length === 0;
  for (const device of await waitForAll(participants, hasAll, CATCH_UP_MS)) {
    for (const { name, room } of missingMessages(messages, device)) {
      device.addViolation(`never received the final message of room ${room}: ${name}`);
    }
  }
  for (const { device } of participants) if (device.plan.loadsHistory) void loadHistory(device, recording);
  await waitUntilIdle(run, 'after the final messages', CATCH_UP_MS);
  await Promise.all(scenario.rooms.map((room) => checkFiles(run, room)));
  await Promise.all(participants.map(({ device }) => device.stop()));
}

/** Downloads the files of a room's messages, and compares them with what was uploaded. */
async function checkFiles({ participants, recording }: Run, { id }: RoomPlan): Promise<void> {
  const device = participants.map((each) => each.device).find(({ plan }) => plan.user.home.id === id);
  const contents = new Set(recording.operations.list().map(({ operation }) => operation.fileContent));
  for (const message of device?.rooms.get(id)?.messages.filter(isStored) ?? []) {
    if (device === undefined || message.deleted || message.file_url === undefined) continue;
    const content = await device.download(message.file_url).catch((error: unknown) => String(error));
    recording.count('files compared');
    if (!contents.has(content))
      device.addViolation(`got a wrong file of message ${message.message_id}: ${content}`);
  }
}

/** Returns the sent messages that the device should show but does not. */
const missingMessages = (sent: readonly Operation[], { rooms }: Device): readonly Operation[] =>
  sent.filter(({ room, text }) => {
    const open = rooms.get(room);
    return open !== undefined && !open.messages.some((each) => isStored(each) && each.text === text);
  });

async function loadHistory(device: Device, { count }: Recording): Promise<void> {
  for (const [id, room] of device.rooms) {
    const load = async () => {
      while (room.hasMore) {
        count('history pages');
        await room.history();
      }
    };
    await device.waitFor(`the complete history of room ${id}`, load(), []);
  }
}
