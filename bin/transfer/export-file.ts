import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { mapLimited } from '../../functions/delivery/concurrency.ts';
import { EXPORT_VERSION } from '../../functions/dialects/admin/export-format.ts';
import type { AdminClient, ExportPage } from '../../server/admin-client.ts';
import { AdminError } from '../../server/errors.ts';
import type { Pace } from './pace.ts';
import type { Progress } from './progress.ts';

/** The parts of the admin client that an export uses. */
export type ExportClient = Pick<AdminClient, 'exportPage' | 'fileUrl'>;

export interface ExportOptions {
  readonly admin: ExportClient;
  readonly pace: Pace;
  readonly progress: Progress;
  /** The rooms to export. Undefined for all rooms, and the users. */
  readonly rooms: readonly string[] | undefined;
  /** The folder for the bytes of files. Undefined to export no bytes. */
  readonly files: string | undefined;
}

/** What a file `<export>.state` holds while an export is not complete. */
interface State {
  readonly source: string;
  readonly createdAt: string;
  readonly rooms: readonly string[] | null;
  /** Where the next page begins: the place of its room in `rooms`, and the cursor in that room. */
  readonly index: number;
  readonly cursor: string | null;
  /** The room of the last line, to which files belong. */
  readonly room: string | null;
  /** How many bytes of the export are complete. */
  readonly bytes: number;
  /** How many lines of rooms and users these bytes have. */
  readonly lines: number;
}

/** Returns the path of the state of an export that is not complete. */
export const stateOf = (file: string): string => `${file}.state`;

const exportError = (why: string, advice: string) => new Error(`Could not export: ${why}. ${advice}`);

/** Replaces the state in one step, so that a program that is killed leaves the state before or after. */
function writeState(file: string, state: State): void {
  const path = stateOf(file);
  writeFileSync(`${path}.new`, JSON.stringify(state));
  renameSync(`${path}.new`, path);
}

function readState(file: string, rooms: State['rooms']): State | undefined {
  const path = stateOf(file);
  if (!existsSync(path)) return undefined;
  const state = JSON.parse(readFileSync(path, 'utf8')) as State;
  if (JSON.stringify(state.rooms) === JSON.stringify(rooms)) return state;
  throw exportError(
    `${file} is the beginning of an export of other rooms`,
    `Name the same rooms, or delete ${path}.`,
  );
}

const textOf = (lines: readonly object[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** Returns the state at the beginning of an export, whose header it writes, or of one that was interrupted. */
function begin(file: string, rooms: State['rooms']): State {
  const before = readState(file, rooms);
  if (!before && statSync(file, { throwIfNoEntry: false })?.size) {
    throw exportError(`${file} exists`, 'Choose another name, or delete the file.');
  }
  const start = {
    source: randomUUID(),
    createdAt: new Date().toISOString(),
    index: 0,
    cursor: null,
    room: null,
  };
  const state = before ?? { ...start, rooms, bytes: 0, lines: 0 };
  if (state.bytes > 0) {
    truncateSync(file, state.bytes);
    return state;
  }
  const { source, createdAt } = state;
  const header = textOf([{ line: 'header', version: EXPORT_VERSION, source, created_at: createdAt }]);
  writeState(file, state);
  writeFileSync(file, header);
  const begun = { ...state, bytes: Buffer.byteLength(header) };
  writeState(file, begun);
  return begun;
}

/** A file of a room whose bytes are to be kept. */
interface RoomFile {
  readonly room: string;
  readonly id: string;
  readonly size: number;
}

/** Returns the URL of a file; undefined if it was deleted or has expired since its line was read. */
async function urlOf({ room, id }: RoomFile, { admin, pace }: ExportOptions): Promise<string | undefined> {
  try {
    return (await pace.run(() => admin.fileUrl(room, id), 1)).url;
  } catch (error) {
    if (error instanceof AdminError && error.code === 'FILE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Stores the bytes of a file. Returns false if the chat has no such file any more. */
async function download(file: RoomFile, folder: string, options: ExportOptions): Promise<boolean> {
  const { room, id, size } = file;
  const path = join(folder, id);
  if (statSync(path, { throwIfNoEntry: false })?.size === size) return true;
  const url = await urlOf(file, options);
  if (url === undefined) return false;
  const response = await fetch(url);
  if (!response.ok || !response.body) {
    throw exportError(
      `S3 answered ${response.status} for the file ${id} of ${room}`,
      'Run the export again.',
    );
  }
  const target = await open(`${path}.new`, 'w');
  try {
    for await (const chunk of response.body) await target.write(chunk);
  } finally {
    await target.close();
  }
  renameSync(`${path}.new`, path);
  return true;
}

/** Stores the bytes of the files of a page. Returns the page without the lines of files that are gone. */
async function withFiles(
  page: ExportPage,
  files: readonly RoomFile[],
  folder: string,
  options: ExportOptions,
): Promise<ExportPage> {
  const stored = await mapLimited(files, (file) => download(file, folder, options));
  const gone = new Set(files.filter((_, index) => !stored[index]).map(({ id }) => id));
  return {
    ...page,
    lines: page.lines.filter(({ line, ...fields }) => line !== 'file' || !gone.has(String(fields['id']))),
  };
}

/** Returns the files of a page, and the room of its last line. */
function filesIn({ lines }: ExportPage, before: string | null): { files: RoomFile[]; room: string | null } {
  let room = before;
  const files: RoomFile[] = [];
  for (const line of lines) {
    if (line.line === 'room') room = String(line['room_id']);
    if (line.line === 'file' && room !== null) {
      files.push({ room, id: String(line['id']), size: Number(line['size']) });
    }
  }
  return { files, room };
}

/** Returns the state after a page whose lines have been written. */
function after(
  state: State,
  { lines, next_cursor: cursor }: ExportPage,
  room: string | null,
  bytes: number,
): State {
  const index = cursor === null ? state.index + 1 : state.index;
  return { ...state, index, cursor, room, bytes: state.bytes + bytes, lines: state.lines + lines.length };
}

const isComplete = ({ rooms, index }: State): boolean => index >= (rooms?.length ?? 1);

/** Removes an export that has no page, so that the same name can be used for other rooms. */
function discard(file: string, folder: string | undefined): void {
  rmSync(file);
  rmSync(stateOf(file));
  if (folder !== undefined && readdirSync(folder).length === 0) rmdirSync(folder);
}

/**
 * Exports rooms to a file. A run after one that was interrupted continues behind the last complete page, and the file is
 * then the same. Holds one page in memory.
 * @returns the number of lines of rooms and users, including those of earlier runs
 */
export async function exportFile(file: string, options: ExportOptions): Promise<number> {
  const { admin, pace, progress, rooms, files: folder } = options;
  let state = begin(file, rooms ?? null);
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  while (!isComplete(state)) {
    const { index, cursor } = state;
    const room = rooms?.[index];
    const request = { ...(room !== undefined && { room }), ...(cursor !== null && { cursor }) };
    const read = await pace
      .run(
        () => admin.exportPage(request),
        ({ lines }) => lines.length,
      )
      .catch((error) => {
        if (index === 0 && cursor === null) discard(file, folder);
        throw error;
      });
    const found = filesIn(read, state.room);
    const page = folder === undefined ? read : await withFiles(read, found.files, folder, options);
    const text = textOf(page.lines);
    appendFileSync(file, text);
    state = after(state, page, found.room, Buffer.byteLength(text));
    writeState(file, state);
    progress.add(page.lines.length, found.room ?? undefined, pace.rate);
  }
  appendFileSync(file, textOf([{ line: 'end' }]));
  rmSync(stateOf(file));
  return state.lines;
}
