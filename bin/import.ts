import { existsSync } from 'node:fs';
import { commandLine, runCommand } from './command.ts';
import { openAdmin } from './transfer/admin.ts';
import { folderOf, readArguments } from './transfer/arguments.ts';
import { importFile } from './transfer/import-file.ts';
import { Pace } from './transfer/pace.ts';
import { Progress } from './transfer/progress.ts';
import { checkFile } from './transfer/read-file.ts';

/** Lines per second. A line costs one to five write units, and the partition of a room has 1,000 per second. */
const DEFAULT_RATE = 200;

const usage = `Write \`${commandLine('import')} backup.jsonl\`. The rooms of the file must not exist yet.

  --url <url>    the address of the admin API (AdminUrl). Default: ADMIN_URL, else the running local stack
  --no-files     imports no files. Otherwise, the folder backup.files has their bytes
  --rate <n>     lines per second, at most. Default: ${DEFAULT_RATE}

If it is interrupted, run it again: it continues. A repeat changes nothing.`;

await runCommand(usage, async () => {
  const { positionals, url, rate, noFiles, out } = readArguments(usage, DEFAULT_RATE);
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0 || out !== undefined) {
    throw new Error(`Could not import: name one file. ${usage}`);
  }
  if (!existsSync(file)) throw new Error(`Could not import: there is no file ${file}. Check the name.`);
  const files = noFiles ? undefined : folderOf(file);
  const checked = await checkFile(file, files);
  const progress = new Progress('Imported');
  const options = { admin: openAdmin(url), pace: new Pace(rate), progress, files };
  const skipped = await importFile(file, checked, options);
  const count = checked.rooms === 1 ? '1 room' : `${checked.rooms} rooms`;
  const before = skipped > 0 ? `, of which ${skipped} ${skipped === 1 ? 'was' : 'were'} complete before` : '';
  console.log(`Imported ${count} from ${file}${before}`);
});
