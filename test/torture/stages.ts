import { setTimeout as pause } from 'node:timers/promises';
import type { TestDatabase } from '../support/rooms.ts';
import type { Statuses } from './check-state.ts';
import { isStored } from './copy.ts';
import type { Deed, Deeds } from './deeds.ts';
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
  readonly db: TestDatabase;
  readonly everybody: readonly Somebody[];
  readonly deeds: Deeds;
  readonly witness: Witness;
  readonly tally: Tally;
  readonly statuses: Statuses;
}

/** What should take a moment may take so long, on the busiest machine, before it is taken to be stuck. */
const STUCK_MS = 150_000;
/** Where nothing fails any more, a client that was cut is back by then, and has filled its gaps. */
const LAST_WORDS_MS = 60_000;
/** The newest 50 messages come first, and again as many for each older page. */
const MORE_THAN_A_PAGE = 70;
/** How often the table is read meanwhile, to see that no status goes down. */
const STATUS_MS = 2_000;
/** On the average, a client waits so long between two things that it does. */
const THINK_MS = 250;

/** Waits until something is so of everybody. @returns those of whom it never was */
async function until(
  everybody: readonly Somebody[],
  isSo: (device: Device) => boolean,
  patience = STUCK_MS,
): Promise<readonly Device[]> {
  const end = Date.now() + patience;
  const others = () => everybody.map(({ device }) => device).filter((device) => !isSo(device));
  while (Date.now() < end && others().length > 0) await pause(25);
  return others();
}

const isAtRest = ({ unrest }: Device): boolean => unrest.length === 0;

/** Waits until everybody is connected, was answered and lacks nothing that they know of. */
async function settle({ everybody }: Run, when: string, patience = STUCK_MS): Promise<void> {
  for (const device of await until(everybody, isAtRest, patience)) {
    for (const wrong of device.unrest) device.accuse(`${wrong}, ${when}`);
  }
}

/**
 * Everybody connects and greets, until no page holds all that was said in a room: who opens it later has a part of it.
 * Nothing goes wrong yet, and the environments get warm.
 */
export async function arrive(run: Run): Promise<void> {
  await settle(run, 'before anything failed');
  for (const { device, whims } of run.everybody) {
    const { home } = device.plan.person;
    const here = run.everybody.filter((each) => each.device.plan.person.home === home);
    for (let said = 0; said < MORE_THAN_A_PAGE / here.length; said++) whims.say(home);
  }
  await settle(run, 'before anything failed');
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

/**
 * Everybody comes back and is answered. Then some connect anew while last words are said in each room, which all must
 * hear: so they find what they lack. Some load all that was said before; then they hang up.
 */
export async function rest(run: Run): Promise<void> {
  const { everybody, world } = run;
  await settle(run, 'after nothing failed any more');
  const staying = everybody.filter((_, index) => index % 2 === 0);
  for (const each of everybody) if (!staying.includes(each)) each.device.network.cut();
  const words = world.rooms.flatMap((room) => {
    const speaker = staying.find(({ device }) => device.plan.person.home === room);
    return speaker === undefined ? [] : [speaker.whims.say(room)];
  });
  for (const device of await until(everybody, (each) => unheard(words, each).length === 0, LAST_WORDS_MS)) {
    for (const { name, room } of unheard(words, device)) {
      device.accuse(`never heard the last words of room ${room}: ${name}`);
    }
  }
  for (const { device } of everybody) if (device.plan.loads) void loadAll(device, run.tally);
  await settle(run, 'after the last words', LAST_WORDS_MS);
  await Promise.all(everybody.map(({ device }) => device.stop()));
}

/** The words that a device should show, and does not. */
const unheard = (words: readonly Deed[], { rooms }: Device): readonly Deed[] =>
  words.filter(({ room, text }) => {
    const open = rooms.get(room);
    return open !== undefined && !open.messages.some((message) => isStored(message) && message.text === text);
  });

async function loadAll(device: Device, tally: Tally): Promise<void> {
  for (const [id, room] of device.rooms) {
    const load = async () => {
      while (room.hasMore) {
        tally.add('pages of history');
        await room.history();
      }
    };
    await device.wait(`the whole history of room ${id}`, load(), []);
  }
}
