import type { Operation, TrackedOperation } from './operations.ts';
import { type Entry, type StoredOperation, type StoredRoom, storedOperations } from './room-states.ts';
import type { RoomPlan } from './scenario.ts';

const describe = ({ name, user, kind, message }: Operation): string =>
  `${kind} ${name} of user ${user}${message === undefined ? '' : ` on message ${message}`}`;

/** Checks a room's log against the operations and their responses. Returns the violations. */
export function checkLog(
  room: RoomPlan,
  stored: StoredRoom,
  operations: readonly TrackedOperation[],
): readonly string[] {
  const ofRoom = operations.filter(({ operation }) => operation.room === room.id);
  const inLog = storedOperations(
    room.id,
    ofRoom.map(({ operation }) => operation),
    stored,
  );
  return [
    ...checkSequenceNumbers(stored),
    ...checkEntries(inLog, stored),
    ...ofRoom.flatMap((each) => checkResponses(each, inLog, room)),
  ].map((violation) => `Room ${room.id}: ${violation}`);
}

/** Checks that no entry has a sequence number above the room's counter, or a different one in its key. */
function checkSequenceNumbers({ log, seq: highest }: StoredRoom): readonly string[] {
  const violations: string[] = [];
  for (const [seq, entry] of log) {
    if (seq < 1 || seq > highest)
      violations.push(`the log has an entry ${seq}, but the counter is at ${highest}`);
    if (entry.seq !== seq) violations.push(`entry ${seq} has the field seq ${entry.seq}`);
  }
  return violations;
}

/** Checks that each entry, except void entries, belongs to exactly one operation. */
function checkEntries(operations: readonly StoredOperation[], { log }: StoredRoom): readonly string[] {
  const owners = new Map<number, Operation>();
  const violations: string[] = [];
  for (const { operation, seq } of operations) {
    const owner = owners.get(seq);
    if (owner) violations.push(`entry ${seq} belongs to both ${describe(owner)} and ${describe(operation)}`);
    owners.set(seq, operation);
    const entry = log.get(seq);
    if (entry && !matches(entry, operation))
      violations.push(`entry ${seq} should be ${describe(operation)} but is ${JSON.stringify(entry)}`);
  }
  for (const [seq, entry] of log) {
    if (entry.kind !== 'void' && !owners.has(seq))
      violations.push(`entry ${seq} is a duplicate or was never requested: ${JSON.stringify(entry)}`);
  }
  return violations;
}

function matches(entry: Entry, { kind, clientId, message, user, emoji, remove = false }: Operation): boolean {
  if (kind === 'send') return entry.kind === 'message' && entry['clientId'] === clientId;
  if (entry.kind !== kind || entry['message'] !== message || entry['by'] !== user) return false;
  return kind !== 'react' || (entry['emoji'] === emoji && entry['removed'] === remove);
}

/** Checks that the responses to an operation agree with the log. */
function checkResponses(
  { operation, responses: { seqs, errors, resolved, unchanged = false } }: TrackedOperation,
  inLog: readonly StoredOperation[],
  room: RoomPlan,
): readonly string[] {
  const name = describe(operation);
  const { expectedError } = operation;
  const stored = inLog.find((each) => each.operation === operation)?.seq;
  const violations: string[] = [];
  const isAcknowledged = seqs.size > 0 || resolved || unchanged;
  if (!isAcknowledged && errors.size === 0) violations.push(`${name} got no response`);
  if (isAcknowledged && expectedError !== undefined)
    violations.push(`${name} was accepted instead of refused with ${expectedError}`);
  if (unchanged && !mayChangeNothing(operation, inLog))
    violations.push(`${name} was acknowledged as a change of nothing`);
  if (resolved && stored === undefined && !unchanged && !isAlreadyDeleted(operation, inLog))
    violations.push(`${name} was resolved by the client but is not in the log`);
  for (const seq of seqs) {
    if (stored === undefined) violations.push(`${name} was acknowledged as ${seq} but is not in the log`);
    else if (seq !== stored) violations.push(`${name} was acknowledged as ${seq} but is entry ${stored}`);
  }
  for (const code of errors) {
    if (!isValidError(operation, code, inLog, room))
      violations.push(`${name} was refused with ${code} without a reason`);
    else if (stored !== undefined && expectedError !== undefined)
      violations.push(`${name} was refused with ${code} but is entry ${stored}`);
  }
  return violations;
}

const hasDelete = (message: number | undefined, inLog: readonly StoredOperation[]): boolean =>
  inLog.some(({ operation }) => operation.kind === 'delete' && operation.message === message);

/** The client resolves a delete without an entry of its own if another delete came first. */
const isAlreadyDeleted = ({ kind, message }: Operation, inLog: readonly StoredOperation[]): boolean =>
  kind === 'delete' && hasDelete(message, inLog);

/** Whether an operation can have changed nothing: it removes a reaction, or adds one that another operation added. */
const mayChangeNothing = (
  { kind, user, message, emoji, remove = false }: Operation,
  inLog: readonly StoredOperation[],
): boolean =>
  kind === 'react' &&
  (remove ||
    inLog.some(
      ({ operation: other }) =>
        other.user === user && other.message === message && other.emoji === emoji && other.remove !== true,
    ));

/** Whether an error code is correct: the message was deleted, or belongs to another user. */
function isValidError(
  { expectedError, kind, replyTo, message, user }: Operation,
  code: string,
  inLog: readonly StoredOperation[],
  room: RoomPlan,
): boolean {
  if (expectedError !== undefined) return code === expectedError;
  const target = kind === 'send' ? replyTo : message;
  if (code === (kind === 'send' ? 'REPLY_NOT_FOUND' : 'MESSAGE_NOT_FOUND')) return hasDelete(target, inLog);
  const author = inLog.find(({ seq }) => seq === target)?.operation.user;
  return code === 'NOT_THE_AUTHOR' && author !== user && room.members.get(user) !== 'owner';
}
