import type { Findings } from './torture.ts';

const MOST_VIOLATIONS = 40;
const LONGEST = 400;

/** What a run did and found, for people. */
export function reportOf({ tally, violations }: Findings): string {
  const done = tally.lines().map((line) => `  ${line}`);
  if (violations.length === 0) {
    return [
      'Done:',
      ...done,
      'Found nothing wrong: every acknowledged change is in the log once, all copies are the log’s.',
    ].join('\n');
  }
  const shown = violations.slice(0, MOST_VIOLATIONS).map((violation) => `  ${violation.slice(0, LONGEST)}`);
  const more = violations.length - shown.length;
  const rest = more > 0 ? [`  … and ${more} more`] : [];
  return ['Done:', ...done, `FOUND ${violations.length} VIOLATIONS:`, ...shown, ...rest].join('\n');
}
