// Prints an estimate of a monthly bill. The commands are counted, so the result is exact for the assumed activity.
import { parseArgs } from 'node:util';
import { runCommand } from '../bin/command.ts';
import { type Day, exampleDay, prices } from './costs.ts';
import { countedBills, totalOf } from './counts.ts';

/** The flags, each with the activity that it sets and the range of its values. */
const flags = {
  messages: { activity: 'messages', about: 'messages that a user sends in a day', range: [0, 10_000] },
  'room-size': { activity: 'roomSize', about: 'open connections in a room', range: [1, 1_000] },
  rooms: { activity: 'rooms', about: 'rooms of a user', range: [1, 1_000] },
  minutes: {
    activity: 'minutesOpen',
    about: 'minutes in a day for which a user is connected',
    range: [1, 1_440],
  },
  connects: { activity: 'connects', about: 'times that a user connects in a day', range: [1, 1_000] },
  'read-marks': { activity: 'readMarks', about: 'read marks of a user in a day', range: [0, 10_000] },
  typing: { activity: 'typingFrames', about: 'typing frames of a user in a day', range: [0, 10_000] },
  files: { activity: 'files', about: 'files that a user uploads in a day', range: [0, 1_000] },
} as const satisfies Record<string, { activity: keyof Day; about: string; range: readonly [number, number] }>;

type Flag = keyof typeof flags;

const flagNames = Object.keys(flags) as Flag[];

const usage = `Usage: npm run cost -- --users <daily users> [flags]

${flagNames.map((name) => `  --${name.padEnd(11)} ${flags[name].about}. Default: ${exampleDay[flags[name].activity]}`).join('\n')}`;

/** @throws Error that names a flag whose value is not a number in the range */
function numberOf(name: string, text: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  const [kind, isKind] = name === 'files' ? ['number', true] : ['whole number', Number.isInteger(value)];
  if (isKind && text.trim() !== '' && value >= least && value <= most) return value;
  throw new Error(`Could not estimate the cost: --${name} is not a ${kind} from ${least} to ${most}.`);
}

const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

/**
 * Returns the lines that `npm run cost` prints.
 * @param args the arguments of the command
 * @throws Error for an unknown flag or an invalid value
 */
export async function estimate(args: readonly string[]): Promise<readonly string[]> {
  const text = { type: 'string' } as const;
  const options = {
    users: text,
    ...(Object.fromEntries(flagNames.map((name) => [name, text])) as Record<Flag, typeof text>),
  };
  const { values } = parseArgs({ args: [...args], options });
  if (values.users === undefined) return [usage];
  const users = numberOf('users', values.users, [1, 10_000_000]);
  const set = flagNames.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [[flags[name].activity, numberOf(name, value, flags[name].range)]];
  });
  const [bill = []] = await countedBills([users], { ...exampleDay, ...Object.fromEntries(set) });
  const lines = [...bill, ['total', totalOf(bill)] as const];
  return [
    `A month with ${users.toLocaleString('en')} daily users, at the prices of ${prices.region} on ${prices.date}:`,
    ...lines.map(([item, amount]) => `${item.padEnd(40)}${dollars(amount).padStart(12)}`),
  ];
}

if (import.meta.main) {
  await runCommand(usage, async () => {
    for (const line of await estimate(process.argv.slice(2))) console.log(line);
  });
}
