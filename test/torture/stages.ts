import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../functions/store/database.ts';
import type { Statuses } from './check-state.ts';
import type { Deeds } from './deeds.ts';
import type { Device } from './device.ts';
import type { Random } from './random.ts';
import { readRecords } from './records.ts';
import type { Whims } from './whims.ts';
import type { Tally, Witness } from './witness.ts';
import type { World } from './world.ts';

/** A device, and who has it in their hands. */
export interface Somebody {
  readonly device: Device;
  readonly whims: Whims;
  readonly random: Random;
}

/** All that takes part in a run. */
export interface Run {
  readonly world: World;
  readonly db: Database;
  readonly everybody: readonly Somebody[];
  readonly deeds: Deeds;
  readonly witness: Witness;
  readonly tally: Tally;
  readonly statuses: Statuses;
}

/** What should take a moment may take so long, on the busiest machine, before it is taken to be stuck. */
const STUCK_MS = 150_000;
/** How often the table is read meanwhile, to see that no status goes down. */
const STATUS_MS = 2_000;
/** On the average, a client waits so long between two things that it does. */
const THINK_MS = 250;

/** Waits until something is so of everybody. @returns those of whom it never was */
async function until(
  everybody: readonly Somebody[],
  isSo: (device: Device) => boolean,
): Promise<readonly Device[]> {
  const end = Date.now() + STUCK_MS;
  const others = () => everybody.map(({ device }) => device).filter((device) => !isSo(device));
  while (Date.now() < end && others().length > 0) await pause(25);
  return others();
}

/** Everybody connects and greets. Nothing goes wrong yet, and the environments get warm. */
export async function arrive({ everybody, witness }: Run): Promise<void> {
  for (const { device } of everybody) device.start();
  await until(everybody, ({ isOpen }) => isOpen);
  for (const { whims } of everybody) whims.say();
  for (const { plan } of await until(everybody, ({ outbox }) => outbox.size === 0)) {
    witness.accuse(`${plan.name} could not connect and greet, before anything failed`);
  }
}

/** Everybody does at random what comes to their mind. */
export async function storm(run: Run, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  const acting = run.everybody.map(async ({ whims, random }) => {
    while (Date.now() < end) {
      await pause(random.between(0, 2 * THINK_MS));
      whims.act();
    }
  });
  await Promise.all([watchStatuses(run, end), ...acting]);
}

async function watchStatuses({ world, db, witness, statuses }: Run, end: number): Promise<void> {
  const rooms = world.rooms.map(({ id }) => id);
  while (Date.now() < end) {
    await pause(Math.min(STATUS_MS, Math.max(0, end - Date.now())));
    for (const [room, records] of await readRecords(db, rooms)) {
      for (const violation of statuses.compare(room, records)) witness.accuse(violation);
    }
  }
}

const isAtRest = (device: Device): boolean =>
  device.isOpen &&
  device.outbox.size === 0 &&
  [...device.resumes].every(([room, resume]) => device.follows(room) && resume.isWhole);

/** Waits until everybody is back, was answered, and knows of nothing that they lack; then they hang up. */
export async function rest({ everybody, witness }: Run): Promise<void> {
  await until(everybody, isAtRest);
  // Nothing changes any more: who asks now how far a room is hears of its last number.
  const now = Date.now();
  const isSure = (device: Device): boolean =>
    isAtRest(device) && [...device.resumes.values()].every(({ knownAt }) => knownAt >= now);
  for (const device of await until(everybody, isSure)) witness.accuse(restless(device));
  for (const { device } of everybody) device.stop();
}

function restless({ plan, isOpen, outbox, resumes }: Device): string {
  const waiting = outbox.list().map(({ clientId, kind }) => `${kind} ${clientId}`);
  const copies = [...resumes].map(
    ([room, { copy, isWhole }]) => `${room} up to ${copy.mark}${isWhole ? '' : ' and lacks what follows'}`,
  );
  return (
    `${plan.name} did not come to rest: its socket is ${isOpen ? 'open' : 'shut'}, ` +
    `unanswered ${waiting.join(', ') || 'nothing'}, has ${copies.join(', ')}`
  );
}
