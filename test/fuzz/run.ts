import { parseArgs } from 'node:util';
import { fuzzFrames, fuzzRequests, limited, Report, unlimited } from './fuzz.ts';

interface FuzzFlags {
  readonly frames: number;
  readonly requests: number;
  readonly seed: number;
}

const usage = 'Use --frames, --requests and --seed with whole numbers.';
/** A run with more frames would not end within a day. */
const MAX_COUNT = 50_000_000;
/** A new chat begins after this many frames, so that rooms stay small. */
const ROUND = 10_000;
/** The run stops after a round with this many violations. */
const MAX_VIOLATIONS = 50;

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= MAX_COUNT) return value;
  throw new Error(`Could not start: --${name} is "${text}", not a whole number up to ${MAX_COUNT}. ${usage}`);
}

function readFlags(args: readonly string[]): FuzzFlags {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { frames: option, requests: option, seed: option },
  });
  const frames = wholeNumber('frames', values.frames ?? '100000');
  return {
    frames,
    requests: wholeNumber('requests', values.requests ?? String(Math.floor(frames / 4))),
    seed: wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000)),
  };
}

/** Runs rounds with and without limits in turn, until all inputs are sent or too much is wrong. */
async function inRounds(
  count: number,
  seed: number,
  report: Report,
  run: typeof fuzzFrames | typeof fuzzRequests,
): Promise<number> {
  let sent = 0;
  for (let round = 0; sent < count && report.violations.length < MAX_VIOLATIONS; round++) {
    const size = Math.min(ROUND, count - sent);
    const rates = round % 2 === 0 ? limited : unlimited;
    await run({ seed: seed + round, count: size, rates }, report);
    sent += size;
    console.log(`${sent} sent, ${report.violations.length} violations`);
  }
  return sent;
}

function formatAnswers({ answers }: Report): string {
  const sorted = [...answers].sort(([, one], [, other]) => other - one);
  return sorted.map(([name, count]) => `  ${String(count).padStart(8)} ${name}`).join('\n');
}

async function main({ frames, requests, seed }: FuzzFlags): Promise<boolean> {
  console.log(`npm run fuzz -- --frames ${frames} --requests ${requests} --seed ${seed}`);
  let ok = true;
  for (const [name, count, run] of [
    ['frames', frames, fuzzFrames],
    ['requests', requests, fuzzRequests],
  ] as const) {
    const report = new Report();
    const start = performance.now();
    const sent = await inRounds(count, seed, report, run);
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `${sent} ${name} in ${seconds.toFixed(0)} s, ${report.violations.length} violations. Answers:`,
    );
    console.log(formatAnswers(report));
    for (const violation of report.violations.slice(0, MAX_VIOLATIONS)) console.log(`VIOLATION ${violation}`);
    ok &&= report.violations.length === 0;
  }
  return ok;
}

try {
  process.exitCode = (await main(readFlags(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
