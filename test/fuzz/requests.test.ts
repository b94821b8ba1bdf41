import { expect, test } from 'vitest';
import { usualOrLong } from '../support/long.ts';
import { fuzzRequests, limited, printedSeed, Report, unlimited } from './fuzz.ts';

test.each([
  ['with limits', limited],
  ['without limits', unlimited],
])('no generated request fails on the server, and refused ones leave nothing, %s', async (_name, rates) => {
  const report = new Report();
  await fuzzRequests({ seed: printedSeed(), count: usualOrLong(700, 1_000), rates }, report);
  expect(report.violations.slice(0, 20)).toEqual([]);
  const statuses = ['200', '201', '204', '400', '401', '403', '404', '405', '415'];
  expect([...report.answers.keys()]).toEqual(expect.arrayContaining(statuses));
});
