import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderOf } from '../../bin/transfer/arguments.ts';
import { exportFile, stateOf as stateFileOf } from '../../bin/transfer/export-file.ts';
import { importFile } from '../../bin/transfer/import-file.ts';
import { Pace } from '../../bin/transfer/pace.ts';
import { Progress } from '../../bin/transfer/progress.ts';
import { checkFile } from '../../bin/transfer/read-file.ts';
import { roomKey } from '../../functions/store/keys.ts';
import type { AdminClient, ImportedLine } from '../../server/index.ts';
import { adminOf } from '../support/admin.ts';
import { enter, said } from '../support/chat.ts';
import { databaseOf } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let chat: TestStack;
let other: TestStack;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'parley-transfer-'));
  [chat, other] = await Promise.all([startTestStack(), startTestStack()]);
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await Promise.all([chat.stop(), other.stop()]);
});

/** Returns all items of a list. */
async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

/** Returns a room. Its members have no names, because the other stack has names of its own for the demo users. */
async function stateOf(admin: AdminClient, room: string) {
  const members = await all(admin.members(room));
  return {
    room: await admin.getRoom(room),
    members: members.map(({ username: _username, ...member }) => member),
    messages: await all(admin.messages(room)),
  };
}

const fast = () => ({ pace: new Pace(100_000), progress: new Progress('Moved', () => {}) });

/** Returns the lines of an export without its header, and without users: the other stack knows the demo users. */
const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !/^{"line":"(header|user)"/.test(line));

async function exported(
  admin: AdminClient,
  name: string,
  rooms: readonly string[] | undefined,
): Promise<string> {
  const file = join(directory, name);
  await exportFile(file, { admin, ...fast(), rooms, files: folderOf(file) });
  return file;
}

test('a backend’s day: users, rooms, a bot, a ban, an export, an erasure, and an import elsewhere', async () => {
  const backend = adminOf(chat);
  const elsewhere = adminOf(other);

  const users = Array.from({ length: 100 }, (_, index) => String(index + 1));
  await Promise.all(
    users.map((id) => backend.putUser(id, { name: `User ${id}`, attributes: { plan: 'gold' } })),
  );
  expect(await all(backend.users())).toHaveLength(100);

  const members = [{ user_id: '1', role: 'owner' as const }, { user_id: '2' }];
  await backend.putRoom('support', { name: 'Support', members });
  await backend.putRoom('order/7 #', { name: 'Order 7', members });
  await backend.putRoom('direct:1:2');
  const further = users.slice(2).map((user_id) => ({ user_id }));
  expect((await backend.addMembers('support', further)).added).toHaveLength(98);

  const [alice, bob] = await Promise.all([
    enter(chat, 'alice', 'room=support'),
    enter(chat, 'bob', 'room=support'),
  ]);
  const bot = { id: 'orders', name: 'Orders' };
  const shipped = await backend.sendMessage('support', { text: 'Shipped', bot });
  await Promise.all([alice, bob].map((each) => each.next(said('Shipped'))));
  await alice.say('Thanks', { reply_to: shipped.id });
  await alice.say('The receipt', {
    file: Buffer.from('Total: 7').toString('base64'),
    file_name: 'receipt.txt',
  });
  bob.send({ action: 'react', message_id: shipped.id, emoji: '🎉' });
  await alice.take('message_reacted');
  await backend.editMessage('support', shipped.id, 'Shipped today');
  await backend.sendMessage('support', { text: 'My address is secret', user_id: '42' });

  await Promise.all([backend.ban('2'), backend.ban('99')]);
  await bob.closed;
  await expect(enter(chat, 'bob', 'room=support')).rejects.toMatchObject({ status: 403 });
  await alice.close();
  await chat.settled();

  const rooms = ['support', 'order/7 #'];
  const before = await Promise.all(rooms.map((room) => stateOf(backend, room)));
  const file = await exported(backend, 'day.jsonl', rooms);

  expect(await backend.eraseUser('42')).toMatchObject({ messages: 1 });
  const textsOf = async (admin: AdminClient) =>
    (await all(admin.messages('support'))).map(({ text }) => text).sort();
  const remaining = ['Shipped today', 'Thanks', 'The receipt'];
  expect(await textsOf(backend)).toEqual(remaining);

  const files = folderOf(file);
  expect(await importFile(file, await checkFile(file, files), { admin: elsewhere, ...fast(), files })).toBe(
    0,
  );
  expect(await Promise.all(rooms.map((room) => stateOf(elsewhere, room)))).toEqual(before);
  expect(linesOf(await exported(elsewhere, 'evening.jsonl', rooms))).toEqual(linesOf(file));
  // The export is from before the erasure.
  expect(await textsOf(elsewhere)).toContain('My address is secret');
  await elsewhere.eraseUser('42');
  expect(await textsOf(elsewhere)).toEqual(remaining);
  expect(await elsewhere.getUser('50')).toMatchObject({ name: 'User 50', attributes: { plan: 'gold' } });
  expect(await elsewhere.getUser('99')).toMatchObject({ banned_at: expect.stringMatching(/Z$/) });
  const [receipt] = (await all(elsewhere.messages('support'))).flatMap((message) => message.file ?? []);
  const { url } = await elsewhere.fileUrl('support', receipt?.id ?? '');
  expect(await (await fetch(url)).text()).toBe('Total: 7');
  const visitor = await enter(other, 'alice', 'room=support');
  expect(visitor.history.map(({ text }) => text).sort()).toEqual(remaining);
  await visitor.say('Good evening');
  await visitor.close();

  const actions = new Set((await all(backend.audit())).map(({ action }) => action));
  expect([...actions].sort()).toEqual(
    'member.add message.edit message.send room.create room.export user.ban user.erase user.update'.split(' '),
  );
});

const scriptOf = (name: string) => fileURLToPath(new URL(`../../bin/${name}.ts`, import.meta.url));

const argumentsOf = (name: string, stack: TestStack, args: readonly string[]) => [
  scriptOf(name),
  ...args,
  '--url',
  `${stack.stack.httpUrl}/admin`,
];

/** Runs a command of `bin/` until it ends. */
const run = async (name: string, stack: TestStack, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, argumentsOf(name, stack, args))).stdout;

/** Runs a command, and kills it when a condition holds. */
async function killed(
  until: () => unknown,
  name: string,
  stack: TestStack,
  ...args: string[]
): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, argumentsOf(name, stack, args), { stdio: 'ignore' });
  const exit = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  await expect.poll(until, { timeout: 30_000, interval: 20 }).toBeTruthy();
  child.kill('SIGKILL');
  expect(await exit).toBe('SIGKILL');
}

test('an export and an import that are killed continue with the same result', async () => {
  const [backend, elsewhere] = [adminOf(chat), adminOf(other)];
  const message = (seq: number): ImportedLine => ({
    ...{ line: 'log', kind: 'message', seq, author: { id: '1' }, text: `text ${seq}` },
    created_at: '2020-01-02T03:04:05.000Z',
  });
  for (let start = 0; start < 600; start += 200) {
    const lines = Array.from({ length: 200 }, (_, index) => message(start + index + 1));
    await backend.importLines('large', 'test', lines);
  }
  await backend.importLines('large', 'test', [
    { line: 'member', user_id: '1' },
    { line: 'room_end', name: 'Large' },
  ]);

  const whole = await exported(backend, 'whole.jsonl', ['large']);
  const file = join(directory, 'cut.jsonl');
  const size = () =>
    existsSync(stateFileOf(file)) ? JSON.parse(readFileSync(stateFileOf(file), 'utf8')).bytes : 0;
  await killed(() => size() > 1_000, 'export', chat, 'large', '--out', file, '--rate', '20');
  expect(await run('export', chat, 'large', '--out', file)).toMatch(/^Exported \d+ lines to /);
  expect(linesOf(file)).toEqual(linesOf(whole));

  const db = databaseOf(other);
  const stored = async () => ((await db.chat.get(roomKey('large')))?.['importedTo'] ?? 0) > 0;
  await killed(stored, 'import', other, file, '--rate', '20');
  await expect(elsewhere.getRoom('large')).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  expect(await run('import', other, file)).toBe(`Imported 1 room from ${file}\n`);
  expect(linesOf(await exported(elsewhere, 'again.jsonl', ['large']))).toEqual(linesOf(whole));
  expect(await run('import', other, file)).toContain('of which 1 was complete before');
  // The chat that was exported has the room already, and not from this file.
  await expect(run('import', chat, file)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^line 2: Room not imported: a room with this id exists/),
  });
});
