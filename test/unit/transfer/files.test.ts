import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { folderOf } from '../../../bin/transfer/arguments.ts';
import { type ExportClient, exportFile, stateOf } from '../../../bin/transfer/export-file.ts';
import { type ImportClient, importFile } from '../../../bin/transfer/import-file.ts';
import { Pace } from '../../../bin/transfer/pace.ts';
import { Progress } from '../../../bin/transfer/progress.ts';
import { checkFile } from '../../../bin/transfer/read-file.ts';
import type { ImportedLine } from '../../../server/admin-client.ts';
import { AdminError } from '../../../server/errors.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-transfer-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
const newPath = () => join(directory, `${files++}.jsonl`);

const pace = () => new Pace(1e9);
const progress = () => new Progress('Moved');

function write(...lines: readonly (object | string)[]): string {
  const path = newPath();
  writeFileSync(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return path;
}

const header = { line: 'header', version: 1, source: 'test' };
const room = { line: 'room', room_id: 'lunch' };
const roomEnd = { line: 'room_end' };
const end = { line: 'end' };
const message = (seq: number, more: object = {}) => ({
  ...{ line: 'log', kind: 'message', seq, author: { id: 'ann' }, text: 'Hi' },
  created_at: '2020-01-02T03:04:05.000Z',
  ...more,
});
const file = {
  id: '0b9d7c1e-5a53-4a52-9c3f-6b2a54f0d7a1',
  name: 'a.txt',
  content_type: 'text/plain',
  size: 5,
};

describe('the check of a file', () => {
  test.each([
    ['line 1: it is not JSON', ['not JSON']],
    ['line 1: it is no JSON object', ['[1]']],
    ['line 1: the first line must be a "header"', [room]],
    ['line 1: the field "version" must be 1', [{ ...header, version: 2 }]],
    ['line 2: the field "line" must be one of "header", "user", "room", "log"', [header, { line: 'chat' }]],
    ['line 2: there is a second "header"', [header, header]],
    ['line 2: a line "log" belongs between the lines "room" and "room_end"', [header, message(1)]],
    ['line 3: the field "created_at" is missing', [header, room, message(1, { created_at: undefined })]],
    ['line 3: the field "author.id" must not be empty', [header, room, message(1, { author: { id: '' } })]],
    [
      'line 3: the field "text" must have at most 8,000 characters',
      [header, room, message(1, { text: 'x'.repeat(8_001) })],
    ],
    [
      'line 3: it must be nested at most 20 levels deep, without NUL characters',
      [header, room, message(1, { text: '\0' })],
    ],
    ['line 4: "seq" is not higher than that of the entry before, 2', [header, room, message(2), message(2)]],
    [
      'line 4: it must change a message with a lower number',
      [
        header,
        room,
        message(1),
        { ...message(2), kind: 'edit', message: 2, by: 'ann', at: '2020-01-02T03:04:05Z' },
      ],
    ],
    [
      'line 3: the field "kind" must be one of "message", "edit"',
      [header, room, { ...message(1), kind: 'mesage' }],
    ],
    ['line 3: it must reply to a message with a lower number', [header, room, message(1, { reply_to: 2 })]],
    [
      'line 3: the field "created_at" must not be in the future',
      [header, room, message(1, { created_at: '2999-01-02T03:04:05.000Z' })],
    ],
    ['line 3: the room "lunch" has no line "room_end" before this line', [header, room, room]],
    ['line 4: the file has this room twice', [header, room, roomEnd, room]],
    ['line 2: only direct rooms have an id like this', [header, { ...room, room_id: 'direct:a' }]],
    ['line 3: the field "user_id" is missing', [header, room, { line: 'member' }]],
    [
      'line 3: a direct room has only the two members in its id',
      [header, { ...room, room_id: 'direct:ann:ben' }, { line: 'member', user_id: 'cat' }],
    ],
    [
      'line 4: "seq" is lower than that of the last entry',
      [header, room, message(5), { ...roomEnd, seq: 4 }],
    ],
    ['line 4: it comes after the line "end"', [header, end, '', room]],
    ['line 4: the line "end" is missing, so the file is not complete', [header, room, roomEnd]],
    ['line 3: the folder ', [header, room, { line: 'file', ...file, owner: 'ann' }, roomEnd, end]],
    ['line 1: the file is empty', ['']],
  ])('says "%s"', async (why, lines) => {
    const path = write(...lines);
    await expect(checkFile(path, folderOf(path))).rejects.toThrow(why);
  });

  test('refuses a line that never ends, and reads characters of several bytes at the ends of chunks', async () => {
    const path = newPath();
    writeFileSync(path, 'x'.repeat(2_000_000));
    await expect(checkFile(path, undefined)).rejects.toThrow('line 1: it is longer than 1 MB');
    const lines = Array.from({ length: 400 }, (_, index) =>
      message(index + 1, { text: '😀ö'.repeat(100 + index) }),
    );
    const checked = await checkFile(write(header, room, ...lines, roomEnd, end), undefined);
    expect(checked).toMatchObject({ source: 'test', rooms: 1, lines: 404 });
  });
});

/** A chat that keeps the lines of imported rooms. Fails when `failAt` requests were made. */
function fakeChat() {
  const state = new Map<string, { done: boolean; lines: ImportedLine[] }>();
  const chat = { requests: 0, failAt: Infinity, largest: 0, state };
  const seqOf = (lines: readonly ImportedLine[]) =>
    Math.max(0, ...lines.flatMap((line) => (line.line === 'log' ? Number(line['seq']) : [])));
  const admin: ImportClient = {
    async importLines(id, _source, lines) {
      if (++chat.requests >= chat.failAt) throw new AdminError('ROOM_EXISTS', 'The room exists', 409);
      chat.largest = Math.max(chat.largest, lines.length);
      const before = state.get(id) ?? { done: false, lines: [] };
      const all = before.done ? before.lines : [...before.lines, ...lines];
      const done = before.done || lines.some(({ line }) => line === 'room_end');
      state.set(id, { done, lines: all });
      return { done, seq: seqOf(all), uploads: [] };
    },
    importUsers: async (lines) => lines.length,
  };
  return { chat, admin };
}

describe('an import of a file', () => {
  const log = Array.from({ length: 450 }, (_, index) => message(index + 1));
  const lines = [
    header,
    { line: 'user', user_id: 'ann' },
    room,
    ...log,
    { line: 'member', user_id: 'ann' },
    roomEnd,
    end,
  ];

  const run = async (path: string, admin: ImportClient) =>
    importFile(path, await checkFile(path, undefined), {
      admin,
      pace: pace(),
      progress: progress(),
      files: undefined,
    });

  test('sends batches in order, and continues after an interruption', async () => {
    const path = write(...lines);
    const { chat, admin } = fakeChat();
    chat.failAt = 4;
    await expect(run(path, admin)).rejects.toThrow('lines 204 to 303: The room exists');
    expect(chat.state.get('lunch')?.lines).toHaveLength(201);
    chat.failAt = Infinity;
    expect(await run(path, admin)).toBe(0);
    const stored = chat.state.get('lunch')?.lines.filter(({ line }) => line !== 'room');
    expect(stored).toEqual([...log, { line: 'member', user_id: 'ann', role: 'member' }, roomEnd]);
    expect(chat.largest).toBe(100);
    const { requests } = chat;
    expect(await run(path, admin)).toBe(1);
    expect(chat.requests).toBe(requests + 1);
  });

  test('repeats the last line until the chat has applied the expiry of the room', async () => {
    const sent: ImportedLine[][] = [];
    const { admin } = fakeChat();
    const importLines: ImportClient['importLines'] = async (id, source, all) => {
      sent.push([...all]);
      const state = await admin.importLines(id, source, all);
      return { ...state, done: sent.length === 4 };
    };
    await run(write(header, room, message(1), roomEnd, end), { ...admin, importLines });
    expect(sent.map((each) => each.at(-1)?.line)).toEqual(['room', 'room_end', 'room_end', 'room_end']);
  });

  test('leaves out a room that was deleted during the export', async () => {
    const { chat, admin } = fakeChat();
    await run(write(header, room, message(1), { ...roomEnd, gone: true }, end), admin);
    expect(chat.requests).toBe(0);
  });

  test('keeps long lines below the limit of a request', async () => {
    const long = Array.from({ length: 50 }, (_, index) => message(index + 1, { text: '字'.repeat(8_000) }));
    const path = write(header, room, ...long, roomEnd, end);
    const sizes: number[] = [];
    const { admin } = fakeChat();
    const importLines: ImportClient['importLines'] = (id, source, all) => {
      sizes.push(Buffer.byteLength(JSON.stringify({ source, lines: all })));
      return admin.importLines(id, source, all);
    };
    await run(path, { ...admin, importLines });
    expect(Math.max(...sizes)).toBeLessThan(256 * 1024);
  });
});

describe('an export to a file', () => {
  const pages = Array.from({ length: 5 }, (_, index) => ({
    lines: [{ line: 'log' as const, text: `ö ${index}` }],
    next_cursor: index < 4 ? String(index + 1) : null,
  }));

  interface FakeExport extends ExportClient {
    failAt: string;
  }

  function fakeExport(): FakeExport {
    return {
      failAt: '',
      async exportPage({ cursor = '0' } = {}) {
        if (cursor === this.failAt) throw new Error('interrupted');
        return pages[Number(cursor)] ?? { lines: [], next_cursor: null };
      },
      fileUrl: vi.fn<ExportClient['fileUrl']>(),
    };
  }

  const run = (path: string, admin: ExportClient, rooms?: readonly string[]) =>
    exportFile(path, { admin, pace: pace(), progress: progress(), rooms, files: undefined });

  /** Returns the lines of an export after its header. */
  const after = (path: string) => readFileSync(path, 'utf8').split('\n').slice(1);

  test('continues after an interruption, and is then the same', async () => {
    const [whole, cut] = [newPath(), newPath()];
    const admin = fakeExport();
    await run(whole, admin);
    admin.failAt = '3';
    await expect(run(cut, admin)).rejects.toThrow('interrupted');
    // A program that is killed may have written a part of the next page.
    writeFileSync(cut, '{"line":"log","te', { flag: 'a' });
    admin.failAt = '';
    await run(cut, admin);
    expect(after(cut)).toEqual(after(whole));
    expect(after(cut).at(-2)).toBe('{"line":"end"}');
    expect(existsSync(stateOf(cut))).toBe(false);
  });

  test('leaves out a file that was deleted, or hidden, before its bytes were read', async () => {
    const path = newPath();
    const { id: gone } = file;
    const kept = '7d2f0f4e-9f0a-4f4f-8a55-7a7c1d6f1b02';
    const lines = [gone, kept].map((id) => ({ line: 'file' as const, ...file, id, owner: 'ann' }));
    const admin: ExportClient = {
      exportPage: async () => ({ lines: [{ ...room, line: 'room' as const }, ...lines], next_cursor: null }),
      async fileUrl(_room, id) {
        if (id === gone) throw new AdminError('FILE_NOT_FOUND', 'File not found', 404);
        return { url: 'data:text/plain,hello', expires_at: '' };
      },
    };
    const options = { pace: pace(), progress: progress(), rooms: ['lunch'], files: folderOf(path) };
    expect(await exportFile(path, { ...options, admin })).toBe(2);
    const written = readFileSync(path, 'utf8');
    expect([written.includes(kept), written.includes(gone)]).toEqual([true, false]);
    expect(readFileSync(join(folderOf(path), kept), 'utf8')).toBe('hello');
  });

  test('leaves nothing of an export that fails at the first page', async () => {
    const path = newPath();
    const failing = fakeExport();
    failing.failAt = '0';
    const options = { pace: pace(), progress: progress(), rooms: ['nope'], files: folderOf(path) };
    await expect(exportFile(path, { ...options, admin: failing })).rejects.toThrow('interrupted');
    for (const left of [path, stateOf(path), folderOf(path)]) expect(existsSync(left)).toBe(false);
    expect(await run(path, fakeExport(), ['lunch'])).toBe(5);
  });

  test('counts the lines of a run that was interrupted', async () => {
    const path = newPath();
    const admin = fakeExport();
    admin.failAt = '3';
    await expect(run(path, admin)).rejects.toThrow('interrupted');
    admin.failAt = '';
    expect(await run(path, admin)).toBe(5);
  });

  test('exports several rooms one after another', async () => {
    const path = newPath();
    await run(path, fakeExport(), ['lunch', 'dinner']);
    expect(after(path).filter((line) => line.includes('"log"'))).toHaveLength(10);
  });

  test('refuses a file that exists, and the beginning of an export of other rooms', async () => {
    const path = write('mine');
    await expect(run(path, fakeExport())).rejects.toThrow(`${path} exists`);
    expect(readFileSync(path, 'utf8')).toBe('mine');
    const begun = newPath();
    const failing = fakeExport();
    failing.failAt = '1';
    await expect(run(begun, failing, ['lunch'])).rejects.toThrow('interrupted');
    await expect(run(begun, fakeExport(), ['dinner'])).rejects.toThrow(
      'is the beginning of an export of other rooms',
    );
  });
});

test('checks and imports a large file in little memory', async () => {
  const path = newPath();
  const text = 'x'.repeat(7_900);
  writeFileSync(path, `${[header, room].map((line) => JSON.stringify(line)).join('\n')}\n`);
  // 40 MB of messages, in a process with 24 MB of memory for objects.
  for (let block = 0; block < 50; block++) {
    const lines = Array.from({ length: 100 }, (_, index) => message(block * 100 + index + 1, { text }));
    appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  appendFileSync(path, [roomEnd, end].map((line) => `${JSON.stringify(line)}\n`).join(''));
  const modules = fileURLToPath(new URL('../../../bin/transfer/', import.meta.url));
  const script = `
    import { importFile } from '${modules}import-file.ts';
    import { Pace } from '${modules}pace.ts';
    import { Progress } from '${modules}progress.ts';
    import { checkFile } from '${modules}read-file.ts';
    let count = 0;
    const admin = {
      importLines: async (_room, _source, lines) => {
        count += lines.length;
        return { done: lines.some(({ line }) => line === 'room_end'), seq: 0, uploads: [] };
      },
    };
    const options = { admin, pace: new Pace(1e9), progress: new Progress('Imported'), files: undefined };
    await importFile('${path}', await checkFile('${path}', undefined), options);
    console.log(count);
  `;
  const args = ['--max-old-space-size=24', '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout.trim()).toBe('5002');
});

test('the bytes of files are in a folder beside the file', () => {
  expect(folderOf('/a.b/backup.jsonl')).toBe('/a.b/backup.files');
  expect(folderOf('/a.b/backup')).toBe('/a.b/backup.files');
});
