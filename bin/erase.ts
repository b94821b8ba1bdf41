import { parseArgs } from 'node:util';
import type { Erasure } from '../server/admin-client.ts';
import { commandLine, runCommand } from './command.ts';
import { openAdmin } from './transfer/admin.ts';

const usage = `Write \`${commandLine('erase')} <user id>\`. It bans the user, deletes their messages and files in all rooms, ends their memberships, and removes their profile. You can't undo it.

  --url <url>    the address of the admin API (AdminUrl). Default: ADMIN_URL, else the running local stack

If it is interrupted, run it again: it continues.`;

const counts = ({ messages, emoji, files }: Pick<Erasure, 'messages' | 'emoji' | 'files'>): string =>
  `${messages} messages, ${emoji} emoji, ${files} files`;

await runCommand(usage, async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { url: { type: 'string' } } });
  const [user, ...more] = positionals;
  if (user === undefined || more.length > 0) throw new Error(`Could not erase: name one user. ${usage}`);
  const admin = openAdmin(values.url);
  const erasure = await admin.eraseUser(user, (progress) => {
    if (!progress.done) console.log(`Erased so far: ${counts(progress)}`);
  });
  for await (const room of admin.erasedRooms(user)) {
    console.log(`Room ${room.room_id}: ${counts(room)}${room.held ? ', messages kept by a legal hold' : ''}`);
  }
  console.log(`Erased user ${user}: ${counts(erasure)}`);
});
