import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LineOf } from '../../functions/dialects/admin/export-format.ts';
import type { AdminClient, ImportedLine, ImportedUser, ImportState } from '../../server/admin-client.ts';
import { AdminError } from '../../server/errors.ts';
import type { Pace } from './pace.ts';
import type { Progress } from './progress.ts';
import { type CheckedFile, lineError, type NumberedLine, readLines } from './read-file.ts';

/** The parts of the admin client that an import uses. */
export type ImportClient = Pick<AdminClient, 'importLines' | 'importUsers'>;

export interface ImportOptions {
  readonly admin: ImportClient;
  readonly pace: Pace;
  readonly progress: Progress;
  /** The folder with the bytes of files. Undefined to import no files. */
  readonly files: string | undefined;
}

/** How long to wait before a request that asks whether a room is complete now. */
const PAUSE_MS = 200;

const MAX_BATCH = 100;

/** A request of an import holds at most 256 KB. In UTF-16 code units, each of which takes up to 3 bytes. */
const MAX_BATCH_LENGTH = 60_000;

/** After so many users, an import forgets whom it has sent. It then sends some of them again, which is harmless. */
const MAX_KNOWN_USERS = 100_000;

/** Collects lines for one request. */
class Batch {
  readonly #lines: NumberedLine[] = [];
  #length = 0;

  get lines(): readonly NumberedLine[] {
    return this.#lines;
  }

  /** Whether a line fits. The first one always does. */
  hasPlaceFor({ line }: NumberedLine): boolean {
    const isFull =
      this.#lines.length >= MAX_BATCH || this.#length + JSON.stringify(line).length > MAX_BATCH_LENGTH;
    return this.#lines.length === 0 || !isFull;
  }

  add(each: NumberedLine): void {
    this.#lines.push(each);
    this.#length += JSON.stringify(each.line).length;
  }

  clear(): void {
    this.#lines.length = 0;
    this.#length = 0;
  }
}

/** Adds the numbers of lines to an error of the admin API. */
function withLines(error: unknown, lines: readonly NumberedLine[]): unknown {
  if (!(error instanceof AdminError)) return error;
  const [first, last] = [lines[0]?.number, lines.at(-1)?.number];
  const place = first === last ? `line ${first}` : `lines ${first} to ${last}`;
  return new Error(`${place}: ${error.message}`, { cause: error });
}

async function upload(
  path: string,
  { url, method, headers }: ImportState['uploads'][number]['upload'],
): Promise<void> {
  const response = await fetch(url, { method, headers, body: await readFile(path) });
  // 412: an earlier run has uploaded the bytes.
  if (response.ok || response.status === 412) return;
  throw new Error(`Could not upload ${path}: S3 answered ${response.status}. Run the import again.`);
}

/** Imports the rooms and users of a file, one line after another. */
class FileImport {
  readonly #source: string;
  readonly #options: ImportOptions;
  readonly #batch = new Batch();
  readonly #users = new Batch();
  readonly #known = new Set<string>();
  #room: string | undefined;
  /** The highest number that an earlier run has stored. */
  #storedTo = 0;
  /** Whether the lines of the room are left out, because the room is complete or was deleted. */
  #isSkipped = false;
  /** The rooms that were complete before. */
  skipped = 0;

  constructor(source: string, options: ImportOptions) {
    this.#source = source;
    this.#options = options;
  }

  async add(each: NumberedLine, isGone: boolean): Promise<void> {
    const { line } = each;
    if (line.line === 'user') await this.#addUser(each, line as LineOf<'user'>);
    else if (line.line === 'room') await this.#openRoom(each, line as LineOf<'room'>, isGone);
    else if (this.#room !== undefined) await this.#addToRoom(each);
  }

  async finish(): Promise<void> {
    await this.#flushUsers();
  }

  async #addUser(each: NumberedLine, { user_id: id }: LineOf<'user'>): Promise<void> {
    if (this.#known.has(id)) return;
    if (this.#known.size >= MAX_KNOWN_USERS) this.#known.clear();
    this.#known.add(id);
    if (!this.#users.hasPlaceFor(each)) await this.#flushUsers();
    this.#users.add(each);
  }

  async #flushUsers(): Promise<void> {
    const { lines } = this.#users;
    if (lines.length === 0) return;
    const { admin } = this.#options;
    await this.#send(lines, () => admin.importUsers(lines.map(({ line }) => line as ImportedUser)));
    this.#users.clear();
  }

  async #openRoom(each: NumberedLine, line: LineOf<'room'>, isGone: boolean): Promise<void> {
    this.#room = line.room_id;
    this.#isSkipped = isGone;
    if (isGone) return;
    const { done, seq } = await this.#import([each]);
    this.#storedTo = seq;
    this.#isSkipped = done;
    if (done) this.skipped += 1;
  }

  async #addToRoom(each: NumberedLine): Promise<void> {
    const { line } = each;
    const { files, progress, pace } = this.#options;
    const isLast = line.line === 'room_end';
    const isStored = line.line === 'log' && line.seq <= this.#storedTo;
    const isLeftOut = this.#isSkipped || isStored || (line.line === 'file' && files === undefined);
    if (isLeftOut) progress.add(1, this.#room, pace.rate);
    else {
      if (!this.#batch.hasPlaceFor(each)) await this.#flush();
      this.#batch.add(each);
    }
    if (!isLast) return;
    // The users come before the room is visible.
    await this.#flushUsers();
    let isDone = (await this.#flush())?.done ?? true;
    // The chat may still be giving the messages their expiry.
    while (!isDone) {
      await delay(PAUSE_MS);
      isDone = (await this.#import([each])).done;
    }
    this.#room = undefined;
  }

  /** Sends the batch. Returns the progress; undefined if there are no lines. */
  async #flush(): Promise<ImportState | undefined> {
    const { lines } = this.#batch;
    if (lines.length === 0) return undefined;
    const state = await this.#import(lines);
    const { uploads } = state;
    const reached = uploads.length > 0 ? await this.#uploadFiles(lines, uploads) : state;
    this.#batch.clear();
    return reached;
  }

  /** Uploads the bytes of files, and sends their lines again. */
  async #uploadFiles(lines: readonly NumberedLine[], uploads: ImportState['uploads']): Promise<ImportState> {
    const { files = '' } = this.#options;
    for (const { file_id: id, upload: request } of uploads) await upload(join(files, id), request);
    const again = lines.filter(({ line }) => line.line === 'file' || line.line === 'room_end');
    const state = await this.#import(again);
    const { uploads: missing } = state;
    if (missing.length === 0) return state;
    const number = again.find(({ line }) => line['id'] === missing[0]?.file_id)?.number ?? 0;
    throw lineError(number, 'the bytes of the file were not stored', 'Run the import again.');
  }

  #import(lines: readonly NumberedLine[]): Promise<ImportState> {
    const room = this.#room ?? '';
    const { admin } = this.#options;
    const content = lines.map(({ line }) => line as ImportedLine);
    return this.#send(lines, () => admin.importLines(room, this.#source, content));
  }

  async #send<T>(lines: readonly NumberedLine[], send: () => Promise<T>): Promise<T> {
    const { pace, progress } = this.#options;
    try {
      const answer = await pace.run(send, lines.length);
      progress.add(lines.length, this.#room, pace.rate);
      return answer;
    } catch (error) {
      throw withLines(error, lines);
    }
  }
}

/**
 * Imports a checked file. A run after one that was interrupted continues where the chat says.
 * @returns how many rooms were complete before
 */
export async function importFile(
  file: string,
  checked: CheckedFile,
  options: ImportOptions,
): Promise<number> {
  const running = new FileImport(checked.source, options);
  for await (const each of readLines(file)) await running.add(each, checked.gone.has(each.number));
  await running.finish();
  return running.skipped;
}
