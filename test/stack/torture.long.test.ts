import { expect, test } from 'vitest';
import { formatReport } from '../torture/recording.ts';
import { torture } from '../torture/torture.ts';

test('six clients keep complete copies of two rooms, and each change is stored once, under injected faults', async () => {
  const recording = await torture({
    seconds: 10,
    seed: 7,
    clients: 6,
    rooms: 2,
    lostAnswersOnly: false,
    homeOnly: false,
  });
  expect(recording.violations, formatReport(recording)).toEqual([]);
  expect(recording.countOf('operations send')).toBeGreaterThanOrEqual(6);
  expect(recording.countOf('full copies compared')).toBeGreaterThanOrEqual(5);
  expect(recording.countOf('erased users')).toBe(1);
  expect(recording.countOf('legal holds')).toBe(1);
}, 300_000);
