import { checkLog } from './check-log.ts';
import { checkBuried, differences, storedMessages } from './check-state.ts';
import { expectedMessages, numbered } from './expected.ts';
import { type Records, readRecords } from './records.ts';
import type { Run } from './stages.ts';
import type { WorldRoom } from './world.ts';

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
    ...run.everybody.flatMap(({ device }) => {
      const copy = device.resumes.get(room.id)?.copy;
      if (copy === undefined) return [];
      run.tally.add('copies compared');
      const whose = `${device.plan.name}, room ${room.id}, which has all up to ${copy.mark} of ${records.seq}`;
      const behind = copy.mark < records.seq ? [`${whose}, knows of nothing more`] : [];
      return [...behind, ...differences(whose, copy.messages, expected)];
    }),
  ];
}
