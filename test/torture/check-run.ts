import { isDeepStrictEqual } from 'node:util';
import type { TestDatabase } from '../support/rooms.ts';
import { checkLog } from './check-log.ts';
import type { TrackedOperation } from './operations.ts';
import type { Participant } from './participant.ts';
import type { Recording } from './recording.ts';
import {
  copyOf,
  expectedMessages,
  type MessageState,
  type RoomCopy,
  readRooms,
  type StoredOperation,
  type StoredRoom,
  storedMessages,
  storedOperations,
  tombstone,
} from './room-states.ts';
import type { RoomPlan, Scenario } from './scenario.ts';

export interface Run {
  readonly scenario: Scenario;
  readonly db: TestDatabase;
  readonly participants: readonly Participant[];
  readonly recording: Recording;
}

/** Checks the table, the copies of all clients and the stack's log after a run. Returns the violations. */
export async function checkRun(
  { scenario, db, recording, participants }: Run,
  logLines: readonly string[],
): Promise<readonly string[]> {
  const ids = scenario.rooms.map(({ id }) => id);
  const stored = await readRooms(db, ids);
  const operations = recording.operations.list();
  const violations = scenario.rooms.flatMap((plan) => {
    const room = stored.get(plan.id);
    if (room === undefined) return [];
    for (const { kind } of room.log.values()) recording.count(`log entries of kind ${kind}`);
    const copies = participants.flatMap(({ device }): ClientCopy[] => {
      const open = device.rooms.get(plan.id);
      return open ? [{ owner: `${device.plan.name} of user ${device.plan.user.id}`, ...copyOf(open) }] : [];
    });
    for (const { from } of copies)
      recording.count(from === 0 ? 'full copies compared' : 'partial copies compared');
    return [
      ...checkRoom({ room: plan, stored: room, operations, copies }),
      ...recording.statuses.checkStored(plan.id, room),
    ];
  });
  const denied = logLines.filter((line) => line.startsWith('AccessDenied'));
  return [...violations, ...recording.statuses.checkReceived(), ...denied];
}

/** A client's copy of a room, with the client's name for reports. */
export interface ClientCopy extends RoomCopy {
  readonly owner: string;
}

/** The traces of a run in one room. */
export interface RoomHistory {
  readonly room: RoomPlan;
  readonly stored: StoredRoom;
  readonly operations: readonly TrackedOperation[];
  readonly copies: readonly ClientCopy[];
}

/** Checks the log, the stored messages, the deleted texts and all copies of a room. Returns the violations. */
export function checkRoom({ room, stored, operations, copies }: RoomHistory): readonly string[] {
  const inLog = storedOperations(
    room.id,
    operations.map(({ operation }) => operation),
    stored,
  );
  const expected = expectedMessages(inLog);
  return [
    ...checkLog(room, stored, operations),
    ...compareMessages(`The table, room ${room.id}`, storedMessages(stored), expected),
    ...checkDeletedTexts(inLog, stored),
    ...copies.flatMap(({ owner, messages, from }) => {
      const part = from === 0 ? '' : ` from message ${from} on`;
      const inPart = new Map([...expected].filter(([id]) => id >= from));
      return compareMessages(`${owner}, room ${room.id}${part}`, messages, inPart);
    }),
  ];
}

/** Compares messages with the expected ones. Deleted messages may be missing. Returns the violations. */
export function compareMessages(
  owner: string,
  actual: ReadonlyMap<number, MessageState>,
  expected: ReadonlyMap<number, MessageState>,
): readonly string[] {
  const violations: string[] = [];
  for (const [id, right] of expected) {
    const found = actual.get(id) ?? (right.deleted ? tombstone : undefined);
    if (isDeepStrictEqual(found, right)) continue;
    const state = found === undefined ? 'is missing' : `is ${JSON.stringify(found)}`;
    violations.push(`${owner}: message ${id} ${state}. It must be ${JSON.stringify(right)}`);
  }
  for (const [id, found] of actual) {
    if (!expected.has(id))
      violations.push(`${owner}: message ${id} must not exist: ${JSON.stringify(found)}`);
  }
  return violations;
}

/** Checks that no item of a room contains the text of a deleted message or of its edits. Returns the violations. */
export function checkDeletedTexts(
  operations: readonly StoredOperation[],
  { items }: StoredRoom,
): readonly string[] {
  const deletes = operations.filter(({ operation }) => operation.kind === 'delete');
  const deleted = new Set(deletes.map(({ operation }) => operation.message));
  const json = items.map((item) => JSON.stringify(item));
  return operations.flatMap(({ operation: { kind, name, user, room, message, text }, seq }) => {
    if (text === undefined || !deleted.has(kind === 'send' ? seq : message)) return [];
    const item = json.find((each) => each.includes(text));
    if (item === undefined) return [];
    return [`Room ${room}: the text of ${kind} ${name} of user ${user} remains after the delete: ${item}`];
  });
}
