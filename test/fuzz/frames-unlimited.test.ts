import { expect, test } from 'vitest';
import { usualOrLong } from '../support/long.ts';
import { fuzzFrames, printedSeed, Report, unlimited } from './fuzz.ts';

test('without limits, each generated frame has exactly one answer', async () => {
  const report = new Report();
  await fuzzFrames({ seed: printedSeed(), count: usualOrLong(1_500, 4_000), rates: unlimited }, report);
  expect(report.violations.slice(0, 20)).toEqual([]);
  const accepted = [
    ...[
      'chat_message',
      'message_edited',
      'message_deleted',
      'message_reacted',
      'message_seen',
      'typing',
      'history',
    ],
    ...['sync', 'pong', 'joined', 'left', 'message', 'create', 'reply', 'update', 'delete', 'seen'],
  ];
  expect([...report.answers.keys()]).toEqual(expect.arrayContaining(accepted));
  expect(report.answers.get('RATE_LIMITED')).toBeUndefined();
});
