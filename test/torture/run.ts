import { commandOf, readTortureFlags, type TortureFlags } from './flags.ts';
import { plant } from './known-bugs.ts';
import { reportOf } from './report.ts';
import { torture } from './torture.ts';

/** Plants what is to be planted, runs, and prints; resolves to whether all is well. */
async function main(flags: TortureFlags): Promise<boolean> {
  console.log(commandOf(flags));
  const planted = flags.plant === undefined ? undefined : await plant(flags.plant);
  if (planted !== undefined) console.log(`Planted: ${planted.bug}.`);
  try {
    const findings = await torture({ ...flags, ...(planted && { synthesize: planted.synthesize }) });
    console.log(reportOf(findings));
    return findings.violations.length === 0;
  } finally {
    planted?.dispose();
  }
}

try {
  const flags = readTortureFlags(process.argv.slice(2), Date.now() % 1_000_000);
  process.exitCode = (await main(flags)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
