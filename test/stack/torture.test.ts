import { expect, test } from 'vitest';
import { reportOf } from '../torture/report.ts';
import { torture } from '../torture/torture.ts';

test('six clients keep complete copies of two rooms, and each change is stored once, under injected faults', async () => {
  const findings = await torture({
    seconds: 6,
    seed: 7,
    clients: 6,
    rooms: 2,
    lostAnswersOnly: false,
    homeOnly: false,
  });
  expect(findings.violations, reportOf(findings)).toEqual([]);
  expect(findings.tally.get('sends')).toBeGreaterThanOrEqual(6);
  expect(findings.tally.get('copies compared')).toBeGreaterThanOrEqual(5);
}, 300_000);
