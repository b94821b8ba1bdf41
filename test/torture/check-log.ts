import type { Answers, Deed } from './operations.ts';
import { type Numbered, numbered } from './expected.ts';
import type { Entry, Records } from './room-states.ts';
import type { WorldRoom } from './scenario.ts';

export interface Answered {
  readonly deed: Deed;
  readonly answers: Answers;
}

const describe = ({ name, user, kind, message }: Deed): string =>
  `${kind} ${name} of user ${user}${message === undefined ? '' : `, about message ${message}`}`;

/** What is wrong with a room's log, measured by what was asked for and answered. */
export function checkLog(
  room: WorldRoom,
  records: Records,
  answered: readonly Answered[],
): readonly string[] {
  const here = answered.filter(({ deed }) => deed.room === room.id);
  const deeds = numbered(
    room.id,
    here.map(({ deed }) => deed),
    records,
  );
  return [
    ...checkNumbers(records),
    ...checkOwners(deeds, records),
    ...here.flatMap((each) => checkAnswers(each, deeds, room)),
  ].map((violation) => `Room ${room.id}: ${violation}`);
}

/** Every number up to the counter is an entry's, a void's or nobody's, and none is beyond it. */
function checkNumbers({ log, seq }: Records): readonly string[] {
  const violations: string[] = [];
  for (const [number, entry] of log) {
    if (number < 1 || number > seq)
      violations.push(`the log has number ${number}, the room counts to ${seq}`);
    if (entry.seq !== number)
      violations.push(`the entry under number ${number} says that it is ${entry.seq}`);
  }
  return violations;
}

/** Every entry is the work of one deed, and of no other. */
function checkOwners(deeds: readonly Numbered[], { log }: Records): readonly string[] {
  const owners = new Map<number, Deed>();
  const violations: string[] = [];
  for (const { deed, seq } of deeds) {
    const owner = owners.get(seq);
    if (owner) violations.push(`number ${seq} is that of ${describe(owner)} and of ${describe(deed)}`);
    owners.set(seq, deed);
    const entry = log.get(seq);
    if (entry && !isOf(entry, deed)) {
      violations.push(`number ${seq} should be ${describe(deed)}, and is ${JSON.stringify(entry)}`);
    }
  }
  for (const [seq, entry] of log) {
    if (entry.kind !== 'void' && !owners.has(seq)) {
      violations.push(
        `number ${seq} was made though nobody asked for it, or twice: ${JSON.stringify(entry)}`,
      );
    }
  }
  return violations;
}

function isOf(entry: Entry, deed: Deed): boolean {
  if (deed.kind === 'send') return entry.kind === 'message' && entry['clientId'] === deed.clientId;
  const same = entry.kind === deed.kind && entry['message'] === deed.message && entry['by'] === deed.user;
  if (deed.kind !== 'react') return same;
  return same && entry['emoji'] === deed.emoji && entry['removed'] === (deed.remove ?? false);
}

function checkAnswers(
  { deed, answers: { numbers, refusals, kept } }: Answered,
  deeds: readonly Numbered[],
  room: WorldRoom,
): readonly string[] {
  const what = describe(deed);
  const seq = deeds.find((each) => each.deed === deed)?.seq;
  const violations: string[] = [];
  const isMade = numbers.size > 0 || kept;
  if (!isMade && refusals.size === 0) violations.push(`${what} was never answered`);
  if (isMade && deed.refusal !== undefined) violations.push(`${what} was made, and must be refused`);
  if (kept && seq === undefined && !isDoneByOthers(deed, deeds)) {
    violations.push(`${what} was promised as made, and is not in the log`);
  }
  for (const number of numbers) {
    if (seq === undefined) violations.push(`${what} was acknowledged under ${number} and is not in the log`);
    else if (number !== seq)
      violations.push(`${what} was acknowledged under ${number} and stands under ${seq}`);
  }
  for (const code of refusals) {
    if (!mayRefuse(deed, code, deeds, room))
      violations.push(`${what} was refused with ${code} without a reason`);
    else if (seq !== undefined && deed.refusal !== undefined) {
      violations.push(`${what} was refused with ${code} and stands under ${seq}`);
    }
  }
  return violations;
}

/** Who wants a message gone is content, whoever has deleted it. */
const isDoneByOthers = (deed: Deed, deeds: readonly Numbered[]): boolean =>
  deed.kind === 'delete' &&
  deeds.some((each) => each.deed.kind === 'delete' && each.deed.message === deed.message);

/** Whether a refusal is right: what a deed is about is gone, or somebody else's. */
function mayRefuse(deed: Deed, code: string, deeds: readonly Numbered[], room: WorldRoom): boolean {
  if (deed.refusal !== undefined) return code === deed.refusal;
  const about = deed.kind === 'send' ? deed.replyTo : deed.message;
  if (code === (deed.kind === 'send' ? 'REPLY_NOT_FOUND' : 'MESSAGE_NOT_FOUND')) {
    return deeds.some((each) => each.deed.kind === 'delete' && each.deed.message === about);
  }
  const author = deeds.find(({ seq }) => seq === about)?.deed.user;
  return code === 'NOT_THE_AUTHOR' && author !== deed.user && room.members.get(deed.user) !== 'owner';
}
