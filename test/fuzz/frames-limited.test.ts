import { expect, test } from 'vitest';
import { usualOrLong } from '../support/long.ts';
import { fuzzFrames, limited, printedSeed, Report } from './fuzz.ts';

test('each generated frame has exactly one answer, and leaves nothing if it is refused', async () => {
  const report = new Report();
  await fuzzFrames({ seed: printedSeed(), count: usualOrLong(1_000, 4_000), rates: limited }, report);
  expect(report.violations.slice(0, 20)).toEqual([]);
  const refusals = [
    'BAD_FRAME',
    'UNKNOWN_ACTION',
    'NOT_A_MEMBER',
    'MUTED',
    'RATE_LIMITED',
    'MESSAGE_NOT_FOUND',
  ];
  expect([...report.answers.keys()]).toEqual(expect.arrayContaining(refusals));
});
