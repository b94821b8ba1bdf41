import { checkLog } from './check-log.ts';
import { checkBuried, differences, storedMessages } from './check-run.ts';
import { copyOf, type Shown } from './copy.ts';
import type { Device } from './device.ts';
import { expectedMessages, numbered } from './expected.ts';
import { type Records, readRecords } from './room-states.ts';
import type { Run } from './phases.ts';
import type { WorldRoom } from './scenario.ts';

/** All that is wrong after a run: in the table, in the copies, and in what was said on the way. */
export async function judge(run: Run, lines: readonly string[]): Promise<readonly string[]> {
  const { world, db, statuses, witness } = run;
  const records = await readRecords(
    db,
    world.rooms.map(({ id }) => id),
  );
  const rooms = world.rooms.flatMap((room) => {
    const here = records.get(room.id);
    return here === undefined ? [] : [...judgeRoom(run, room, here), ...statuses.compare(room.id, here)];
  });
  const denied = lines.filter((line) => line.startsWith('AccessDenied'));
  return [...witness.violations, ...rooms, ...statuses.compareTold(witness.told), ...denied];
}

function judgeRoom(run: Run, room: WorldRoom, records: Records): readonly string[] {
  const answered = run.deeds.list();
  for (const { kind } of records.log.values()) run.tally.add(`entries of kind ${kind}`);
  const made = numbered(
    room.id,
    answered.map(({ deed }) => deed),
    records,
  );
  const expected = expectedMessages(made);
  return [
    ...checkLog(room, records, answered),
    ...differences(`The table, room ${room.id}`, storedMessages(records), expected),
    ...checkBuried(made, records),
    ...run.everybody.flatMap(({ device }) => judgeCopy(run, device, room, expected)),
  ];
}

/** What one client shows of a room is what the log says; where it holds a part, of that part. */
function judgeCopy(
  { tally }: Run,
  { plan, rooms }: Device,
  { id }: WorldRoom,
  expected: ReadonlyMap<number, Shown>,
): readonly string[] {
  const room = rooms.get(id);
  if (room === undefined) return [];
  const { messages, from } = copyOf(room);
  tally.add(from === 0 ? 'copies compared' : 'copies compared in part');
  const whose = `${plan.name} of user ${plan.person.id}, room ${id}${from === 0 ? '' : ` from message ${from} on`}`;
  return differences(whose, messages, new Map([...expected].filter(([message]) => message >= from)));
}
