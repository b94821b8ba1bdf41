import { commandLine, runCommand } from './command.ts';
import { openAdmin } from './transfer/admin.ts';
import { folderOf, readArguments } from './transfer/arguments.ts';
import { exportFile } from './transfer/export-file.ts';
import { Pace } from './transfer/pace.ts';
import { Progress } from './transfer/progress.ts';

/** Lines per second. An entry of the log costs half a read unit or more, and a partition has 3,000 per second. */
const DEFAULT_RATE = 1_000;

const usage = `Write \`${commandLine('export')} --out backup.jsonl [<room id> …]\`. Without rooms, it exports all of them, and the users.

  --out <file>   the file to write. The bytes of files go into a folder beside it: backup.files
  --url <url>    the address of the admin API (AdminUrl). Default: ADMIN_URL, else the running local stack
  --no-files     leaves out the bytes of files
  --rate <n>     lines per second, at most. Default: ${DEFAULT_RATE}

If it is interrupted, run it again: it continues.`;

await runCommand(usage, async () => {
  const { positionals, out, url, rate, noFiles } = readArguments(usage, DEFAULT_RATE);
  if (!out) throw new Error(`Could not export: --out is missing. ${usage}`);
  const lines = await exportFile(out, {
    admin: openAdmin(url),
    pace: new Pace(rate),
    progress: new Progress('Exported'),
    rooms: positionals.length > 0 ? positionals : undefined,
    files: noFiles ? undefined : folderOf(out),
  });
  console.log(`Exported ${lines.toLocaleString('en')} lines to ${out}`);
});
