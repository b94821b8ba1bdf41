import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Line,
  LineError,
  type LineOf,
  parseLine,
} from '../../functions/dialects/admin/export-format.ts';
import { directRoomUsers, hasValidId } from '../../functions/domain/room.ts';

/** A line of a file, with its number from 1. */
export interface NumberedLine {
  readonly number: number;
  readonly line: Line;
}

/** The longest line of an export, in UTF-16 code units. */
const MAX_LINE = 1_000_000;

/** Returns an error about a line. */
export const lineError = (number: number, why: string, advice = 'Correct it. Nothing was imported.') =>
  new Error(`line ${number}: ${why}. ${advice}`);

/** Reads the lines of a file. Keeps only one chunk of the file in memory. */
async function* textLines(file: string): AsyncGenerator<string> {
  let rest = '';
  let number = 1;
  for await (const chunk of createReadStream(file, { encoding: 'utf8' })) {
    const texts = `${rest}${chunk}`.split('\n');
    rest = texts.pop() ?? '';
    number += texts.length;
    if (rest.length > MAX_LINE) throw lineError(number, 'it is longer than 1 MB');
    yield* texts;
  }
  if (rest !== '') yield rest;
}

/** Reads the lines of an export. @throws Error `line N: …` for a line that is none */
export async function* readLines(file: string): AsyncGenerator<NumberedLine> {
  let number = 0;
  for await (const text of textLines(file)) {
    number += 1;
    // Some editors begin a file with a byte order mark, and end lines with CRLF.
    const content = text.replace(/^\uFEFF/, '').trim();
    if (content === '') continue;
    try {
      yield { number, line: parseLine(content) };
    } catch (error) {
      throw error instanceof LineError ? lineError(number, error.message) : error;
    }
  }
}

/** What the check of a file found. */
export interface CheckedFile {
  readonly source: string;
  readonly rooms: number;
  readonly lines: number;
  /** The numbers of the first lines of rooms that were deleted during the export. */
  readonly gone: ReadonlySet<number>;
}

/** Checks the order of lines. Call `check` with each line, and `end` after the last one. */
class OrderCheck {
  readonly gone = new Set<number>();
  readonly #rooms = new Set<string>();
  readonly #files: string | undefined;
  source: string | undefined;
  #room: { readonly id: string; readonly start: number; seq: number } | undefined;
  #isEnded = false;
  last = 0;

  constructor(files: string | undefined) {
    this.#files = files;
  }

  get rooms(): number {
    return this.#rooms.size;
  }

  check({ number, line }: NumberedLine): void {
    this.last = number;
    const why = this.#faultOf(number, line);
    if (why !== undefined) throw lineError(number, why);
  }

  end(): string {
    if (this.source === undefined) throw lineError(this.last + 1, 'the file is empty');
    if (this.#isEnded) return this.source;
    const why = 'the line "end" is missing, so the file is not complete';
    throw lineError(this.last + 1, why, 'Export it again, or add the line.');
  }

  #faultOf(number: number, line: Line): string | undefined {
    if (this.#isEnded) return 'it comes after the line "end"';
    if (line.line === 'header') return this.#headerFault(line as LineOf<'header'>);
    if (this.source === undefined) return 'the first line must be a "header"';
    if (line.line === 'user') return undefined;
    if (this.#room) return this.#faultInRoom(line, this.#room);
    if (line.line === 'end') this.#isEnded = true;
    else if (line.line === 'room') return this.#roomFault(number, line as LineOf<'room'>);
    else return `a line "${line.line}" belongs between the lines "room" and "room_end"`;
    return undefined;
  }

  #headerFault({ source }: LineOf<'header'>): string | undefined {
    if (this.source !== undefined) return 'there is a second "header"';
    this.source = source;
    return undefined;
  }

  #roomFault(number: number, { room_id: id }: LineOf<'room'>): string | undefined {
    const kind = directRoomUsers(id) ? 'direct' : 'group';
    if (!hasValidId({ id, kind })) return 'only direct rooms have an id like this';
    if (this.#rooms.has(id)) return 'the file has this room twice';
    this.#rooms.add(id);
    this.#room = { id, start: number, seq: 0 };
    return undefined;
  }

  #faultInRoom(
    line: Line,
    room: { readonly id: string; readonly start: number; seq: number },
  ): string | undefined {
    switch (line.line) {
      case 'log':
        if (line.seq <= room.seq) return `"seq" is not higher than that of the entry before, ${room.seq}`;
        room.seq = line.seq;
        return undefined;
      case 'file':
        return this.#fileFault(line as LineOf<'file'>);
      case 'member': {
        const users = directRoomUsers(room.id);
        const isAllowed = !users || users.includes(String(line['user_id']));
        return isAllowed ? undefined : 'a direct room has only the two members in its id';
      }
      case 'mute':
        return undefined;
      case 'room_end': {
        const { seq, gone } = line as LineOf<'room_end'>;
        if (gone) this.gone.add(room.start);
        this.#room = undefined;
        return seq !== undefined && seq < room.seq ? '"seq" is lower than that of the last entry' : undefined;
      }
      default:
        return `the room ${JSON.stringify(room.id)} has no line "room_end" before this line`;
    }
  }

  #fileFault({ id, size }: LineOf<'file'>): string | undefined {
    if (this.#files === undefined) return undefined;
    const found = statSync(join(this.#files, id), { throwIfNoEntry: false });
    if (!found) return `the folder ${this.#files} has no file ${id}: pass --no-files to import without files`;
    return found.size === size
      ? undefined
      : `the file ${id} in ${this.#files} has ${found.size} bytes, not ${size}`;
  }
}

/**
 * Checks a whole file before anything is imported.
 * @param files the folder with the bytes of files; undefined if they are not imported
 * @throws Error `line N: …` for the first line that is wrong
 */
export async function checkFile(file: string, files: string | undefined): Promise<CheckedFile> {
  const order = new OrderCheck(files);
  for await (const each of readLines(file)) order.check(each);
  const source = order.end();
  return { source, rooms: order.rooms, lines: order.last, gone: order.gone };
}
