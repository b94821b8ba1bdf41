import type { PinUpdate } from '../domain/room-change.ts';
import type { Database, Item } from './database.ts';
import { pinsKey } from './keys.ts';

// A room's pins are one item, so that the condition of one write keeps their number below the limit. The room's own
// item, which each message updates, does not grow with them.

/** A room has at most this many pinned messages. */
export const MAX_PINS = 50;

/** A pinned message. */
export interface Pin {
  /** The id of the message. */
  readonly message: number;
  /** The sequence number of the change that pinned it. */
  readonly seq: number;
  /** The id of the user who pinned it. */
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

interface Pins {
  readonly pins: readonly Pin[];
  /** The highest sequence number of a change that unpinned a message. A change with a lower one comes too late. */
  readonly unpinned: number;
}

function toPins({ pins = {}, unpinned = 0 }: Item = {}): Pins {
  const entries = Object.entries(pins as Readonly<Record<string, Omit<Pin, 'message'>>>);
  return { pins: entries.map(([message, pin]) => ({ ...pin, message: Number(message) })), unpinned };
}

async function readPins(db: Database, room: string): Promise<Pins> {
  return toPins(await db.chat.get(pinsKey(room)));
}

/** Returns a room's pins, the newest first. */
export async function listPins(db: Database, room: string): Promise<readonly Pin[]> {
  const { pins } = await readPins(db, room);
  return pins.toSorted((one, other) => other.seq - one.seq);
}

/**
 * `already`: the room has the change, or a later one of the same message. `overtaken`: another message was unpinned
 * by a later change, so that the order of the two is unknown. `full`: the room has too many pins.
 */
export type PinOutcome = 'applied' | 'already' | 'overtaken' | 'full';

async function addPin(db: Database, room: string, { message, seq, by, at }: PinUpdate): Promise<PinOutcome> {
  const write = () =>
    db.chat.update(pinsKey(room), {
      update: 'SET #pins.#id = :pin',
      condition: 'attribute_not_exists(#pins.#id) AND size(#pins) < :max AND unpinned < :seq',
      names: { '#id': String(message) },
      values: { ':pin': { seq, by, at }, ':max': MAX_PINS, ':seq': seq },
    });
  if (await write()) return 'applied';
  const isNew = await db.chat.put(
    { ...pinsKey(room), pins: {}, unpinned: 0 },
    { condition: 'attribute_not_exists(#item)' },
  );
  if (isNew && (await write())) return 'applied';
  const { pins, unpinned } = await readPins(db, room);
  if (pins.some((pin) => pin.message === message)) return 'already';
  return unpinned >= seq ? 'overtaken' : 'full';
}

/** Removes a pin that a change with a lower number than `below` added, and refuses changes up to `upTo` from now on. */
async function removePin(
  db: Database,
  room: string,
  { message, below, upTo }: { readonly message: number; readonly below: number; readonly upTo: number },
): Promise<void> {
  const names = { '#id': String(message), '#at': 'seq' };
  const raised = await db.chat.update(pinsKey(room), {
    update: 'SET unpinned = :upTo REMOVE #pins.#id',
    condition: 'unpinned < :upTo AND (attribute_not_exists(#pins.#id) OR #pins.#id.#at < :below)',
    names,
    values: { ':upTo': upTo, ':below': below },
  });
  if (raised) return;
  await db.chat.update(pinsKey(room), {
    update: 'REMOVE #pins.#id',
    condition: '#pins.#id.#at < :below',
    names,
    values: { ':below': below },
  });
}

/** Applies a logged change of a room's pins. Repeating it is safe. */
export async function applyPin(db: Database, room: string, change: PinUpdate): Promise<PinOutcome> {
  if (!change.removed) return addPin(db, room, change);
  await removePin(db, room, { message: change.message, below: change.seq, upTo: change.seq });
  return 'applied';
}

/** Forgets the pin of a message that no longer exists. */
export const forgetPin = (db: Database, room: string, { message, seq }: Pin): Promise<void> =>
  removePin(db, room, { message, below: seq + 1, upTo: seq });

/**
 * Applies those changes that were logged and not applied, because a function stopped in between.
 * @param changes in the order of their numbers
 */
export async function completePins(db: Database, room: string, changes: readonly PinUpdate[]): Promise<void> {
  if (changes.length === 0) return;
  const { pins, unpinned } = await readPins(db, room);
  const isOpen = ({ message, seq, removed }: PinUpdate) => {
    const pin = pins.find((each) => each.message === message);
    return removed ? pin !== undefined && pin.seq < seq : pin === undefined && unpinned < seq;
  };
  const first = changes.findIndex(isOpen);
  // Applies all changes from the first missing one on, because a later one may undo it.
  for (const change of first < 0 ? [] : changes.slice(first)) await applyPin(db, room, change);
}
