/**
 * Returns how a user writes a command of Parley: with npm in this repository, and with npx in a project that installed
 * the package, where this file is JavaScript.
 */
export function commandLine(
  name: 'dev' | 'token' | 'room' | 'export' | 'import' | 'erase' | 'restore' | 'verify',
): string {
  if (isPackage) return `npx parley ${name}`;
  return name === 'dev' ? 'npm start' : `npm run -s ${name} --`;
}

/** Whether this code runs from the package, without the sources of this repository. */
export const isPackage = import.meta.url.endsWith('.js');

/** Returns whether the arguments ask for help. */
export const asksForHelp = (args: readonly string[]): boolean =>
  args.includes('--help') || args.includes('-h');

/** Runs a command. Prints its usage for `--help`, and prints the message of an error and sets the exit code to 1. */
export async function runCommand(usage: string, run: () => Promise<void>): Promise<void> {
  try {
    if (asksForHelp(process.argv.slice(2))) console.log(usage);
    else await run();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
