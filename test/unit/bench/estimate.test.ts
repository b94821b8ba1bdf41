import { expect, test } from 'vitest';
import { estimate } from '../../../bench/estimate.ts';
import { documentedCommands } from '../../support/documented.ts';

const [example] = documentedCommands('cost.md');

test('docs/cost.md shows what the command prints', async () => {
  const [, flags = ''] = example?.command.match(/^npm run -s cost -- (.+)$/) ?? [];
  expect((await estimate(flags.split(' '))).join('\n')).toBe(example?.prints.trimEnd());
});

test('a larger room costs more, and Cognito only above its free users', async () => {
  const total = async (...flags: string[]) => {
    const lines = await estimate(['--users', ...flags]);
    return Number(lines.at(-1)?.match(/\$([\d.]+)$/)?.[1]);
  };
  expect(await total('1000', '--room-size', '20')).toBeGreaterThan((await total('1000')) * 1.3);
  expect(await estimate(['--users', '1000'])).toContainEqual(
    expect.stringMatching(/^Cognito users +\$0\.00$/),
  );
  expect(await estimate(['--users', '6000'])).toContainEqual(
    expect.stringMatching(/^Cognito users +\$30\.00$/),
  );
});

test('the usage lists each flag with its default', async () => {
  expect((await estimate([])).join('\n')).toMatch(/--room-size +open connections in a room\. Default: 10/);
});

test.each([
  [['--users', 'many'], '--users is not a whole number from 1 to 10000000'],
  [['--users', ''], '--users is not'],
  [['--users', '10', '--room-size', '1.5'], '--room-size is not a whole number'],
  [['--users', '10', '--files=-1'], '--files is not a number'],
  [['--users', '10', '--rooms', '0'], '--rooms is not'],
])('refuses the flags %j', async (flags, message) => {
  await expect(estimate(flags)).rejects.toThrow(message);
});
