import { setTimeout as pause } from 'node:timers/promises';
import type { TestDatabase } from '../support/rooms.ts';
import type { Device } from './device.ts';
import type { Operation } from './operations.ts';
import type { Random } from './random.ts';
import type { RandomActions } from './random-actions.ts';
import type { Recording } from './recording.ts';
import { isStored, readRooms } from './room-states.ts';
import type { Scenario } from './scenario.ts';

/** A device and its random actions. */
export interface Participant {
  readonly device: Device;
  readonly actions: RandomActions;
  readonly random: Random;
}

export interface Run {
  readonly scenario: Scenario;
  readonly db: TestDatabase;
  readonly participants: readonly Participant[];
  readonly recording: Recording;
}

/** After this time a device counts as stuck, even on a busy machine. */
const STUCK_MS = 150_000;
/** The time that clients have to reconnect and sync once no faults are injected. */
const CATCH_UP_MS = 60_000;
/** More than the 50 messages of the first history page, so that copies are incomplete at first. */
const INITIAL_MESSAGES = 70;
/** How often the table is read during the run, to check statuses. */
const STATUS_INTERVAL_MS = 2_000;
/** The average pause of a device between two actions. */
const AVERAGE_PAUSE_MS = 250;

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
export async function prepareRooms(run: Run): Promise<void> {
  await waitUntilIdle(run, 'before the first fault');
  for (const { device, actions } of run.participants) {
    const { home } = device.plan.user;
    const inRoom = run.participants.filter((each) => each.device.plan.user.home === home);
    for (let sent = 0; sent < INITIAL_MESSAGES / inRoom.length; sent++) actions.send(home);
  }
  await waitUntilIdle(run, 'before the first fault');
}

/** Performs random actions on all devices at the same time, and checks the stored statuses. */
export async function actRandomly(run: Run, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  const acting = run.participants.map(async ({ actions, random }) => {
    while (Date.now() < end) {
      await pause(random.between(0, 2 * AVERAGE_PAUSE_MS));
      actions.act();
    }
  });
  await Promise.all([checkStatuses(run, end), ...acting]);
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
export async function finish(run: Run): Promise<void> {
  const { participants, scenario, recording } = run;
  await waitUntilIdle(run, 'after the last fault');
  const connected = participants.filter((_, index) => index % 2 === 0);
  for (const each of participants) if (!connected.includes(each)) each.device.network.cut();
  const messages = scenario.rooms.flatMap((room) => {
    const sender = connected.find(({ device }) => device.plan.user.home === room);
    return sender === undefined ? [] : [sender.actions.send(room)];
  });
  const hasAll = (device: Device) => missingMessages(messages, device).length === 0;
  for (const device of await waitForAll(participants, hasAll, CATCH_UP_MS)) {
    for (const { name, room } of missingMessages(messages, device)) {
      device.addViolation(`never received the final message of room ${room}: ${name}`);
    }
  }
  for (const { device } of participants) if (device.plan.loadsHistory) void loadHistory(device, recording);
  await waitUntilIdle(run, 'after the final messages', CATCH_UP_MS);
  await Promise.all(participants.map(({ device }) => device.stop()));
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
