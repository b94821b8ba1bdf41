import { parseArgs } from 'node:util';
import { type BugName, bugNames, buildWithBug } from './known-bugs.ts';
import { formatReport } from './recording.ts';
import { type TortureOptions, torture } from './torture.ts';

export interface TortureFlags extends Omit<TortureOptions, 'synthesize'> {
  /** The known bug to add to the functions. */
  readonly plant: BugName | undefined;
}

const usage =
  'Use --seconds, --seed, --clients, --rooms, --lost-answers, --home-only and --plant dedupe|post|tombstone.';

const invalid = (reason: string, cause?: unknown): Error =>
  new Error(`Could not start the torture: ${reason}. ${usage}`, { cause });

/**
 * Parses the command line.
 * @param defaultSeed the seed if there is no `--seed`
 * @throws if a flag is unknown or its value is invalid
 */
export function readFlags(args: readonly string[], defaultSeed: number): TortureFlags {
  const values = parse(args);
  return {
    seconds: positiveInteger('seconds', values.seconds ?? '60'),
    seed: positiveInteger('seed', values.seed ?? String(defaultSeed)),
    clients: positiveInteger('clients', values.clients ?? '20'),
    rooms: positiveInteger('rooms', values.rooms ?? '5'),
    lostAnswersOnly: values['lost-answers'] ?? false,
    homeOnly: values['home-only'] ?? false,
    plant: bugName(values.plant),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string' },
        seed: { type: 'string' },
        clients: { type: 'string' },
        rooms: { type: 'string' },
        'lost-answers': { type: 'boolean' },
        'home-only': { type: 'boolean' },
        plant: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw invalid(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error), error);
  }
}

function positiveInteger(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value > 0 && value <= 0xffff_ffff) return value;
  throw invalid(`--${name} is "${text}", not a whole number above 0`);
}

function bugName(text: string | undefined): BugName | undefined {
  const name = bugNames.find((each) => each === text);
  if (text === undefined || name !== undefined) return name;
  throw invalid(`--plant names an unknown bug, "${text}"`);
}

/** Returns the command that repeats a run. */
export function commandOf(flags: TortureFlags): string {
  const { seconds, seed, clients, rooms, lostAnswersOnly, homeOnly, plant } = flags;
  const sizes = `--seconds ${seconds} --seed ${seed} --clients ${clients} --rooms ${rooms}`;
  const options = [
    ...(lostAnswersOnly ? ['--lost-answers'] : []),
    ...(homeOnly ? ['--home-only'] : []),
    ...(plant === undefined ? [] : [`--plant ${plant}`]),
  ];
  return ['npm run torture --', sizes, ...options].join(' ');
}

/** Runs the torture and prints its report. Resolves to whether the checker found no violation. */
async function main(flags: TortureFlags): Promise<boolean> {
  console.log(commandOf(flags));
  const buggy = flags.plant === undefined ? undefined : await buildWithBug(flags.plant);
  if (buggy !== undefined) console.log(`Added a known bug: ${buggy.description}.`);
  try {
    const recording = await torture({ ...flags, ...(buggy && { synthesize: buggy.synthesize }) });
    console.log(formatReport(recording));
    return recording.violations.length === 0;
  } finally {
    buggy?.dispose();
  }
}

if (import.meta.main) {
  try {
    const ok = await main(readFlags(process.argv.slice(2), Date.now() % 1_000_000));
    process.exitCode = ok ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
