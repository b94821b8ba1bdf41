import { type Context, Hono } from 'hono';
import type * as v from 'valibot';
import { mapLimited } from '../../delivery/concurrency.ts';
import { decodeFields } from '../../dialects/admin/export-fields.ts';
import {
  importBody,
  importedUsers,
  importState,
  importUsersBody,
  type LineOf,
  type roomLine,
} from '../../dialects/admin/export-format.ts';
import { directRoomUsers, hasValidId } from '../../domain/room.ts';
import {
  type ImportedEntry,
  type ImportedFile,
  type ImportedLines,
  ImportRefused,
  importLines,
  openImport,
} from '../../rooms/import-room.ts';
import { getImport, type Import, putProfileCopy } from '../../store/room-copies.ts';
import { getDeletedRoom } from '../../store/room-deletion.ts';
import { HttpError } from '../http/http-error.ts';
import { readJson } from '../http/wire.ts';
import { audited } from './audit.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { wrongRoomId } from './wire.ts';

const ROOM_TAKEN =
  'Room not imported: a room with this id exists and is not from this source, or its import was cancelled. Use another id for the room.';

type ImportedLine = v.InferOutput<typeof roomLine>;

const attributesOf = ({ line: _line, ...fields }: object & { readonly line: string }) => decodeFields(fields);

/** Returns a log entry for the store, with defaults for the attributes that the line lacks. */
function toEntry(line: LineOf<'log'>): ImportedEntry {
  const entry = { ...attributesOf(line), kind: line.kind, seq: line.seq };
  if (line.kind !== 'message') return entry;
  const { author, file, createdAt } = decodeFields(line);
  return {
    type: file === undefined ? 'text' : 'file',
    status: 'read',
    updatedAt: createdAt,
    revision: line.seq,
    ...entry,
    author: { username: Reflect.get(Object(author), 'id'), email: '', userType: '', ...Object(author) },
  };
}

function toFile({ id, ...line }: LineOf<'file'>): ImportedFile {
  const { name, content_type: contentType, size } = line;
  return { id, attributes: { ...attributesOf(line), name, contentType, size } };
}

/** @param seq the highest number of the log so far: a new member has read everything */
function toMember({ user_id: id, ...line }: LineOf<'member'>, seq: number) {
  const attributes = attributesOf(line);
  // The item of a removed member only says when they were removed.
  if (attributes['removedSeq'] !== undefined) {
    const { role: _role, ...removed } = attributes;
    return { id, attributes: removed };
  }
  return { id, attributes: { readTo: 0, addedAt: seq, mutedUntil: 0, ...attributes } };
}

function toEnd({ seq, complete = false, gone: _gone, ...line }: LineOf<'room_end'>): ImportedLines['end'] {
  return { seq, complete, attributes: attributesOf(line) };
}

/** Returns the attributes of the room, if the lines have its first one. @throws HttpError BAD_REQUEST */
function attributesIn(lines: readonly ImportedLine[], room: string) {
  const [found] = lines.flatMap((line) => (line.line === 'room' ? line : []));
  if (!found) return {};
  const { room_id: id, ...line } = found;
  if (id === room) return attributesOf(line);
  throw new HttpError(
    'BAD_REQUEST',
    'Room not imported: the line "room" is about another room. Check its room_id.',
  );
}

/** Returns the lines by their kinds. @throws HttpError BAD_REQUEST if the numbers of the log do not go up */
function toLines(lines: readonly ImportedLine[], state: Import): ImportedLines {
  const entries = lines.flatMap((line) => (line.line === 'log' ? toEntry(line) : []));
  const isOrdered = entries.every(({ seq }, index) => index === 0 || seq > (entries[index - 1]?.seq ?? 0));
  if (!isOrdered) {
    throw new HttpError(
      'BAD_REQUEST',
      'Room not imported: the numbers of the log do not go up. Sort the lines.',
    );
  }
  const last = Math.max(state.seq, entries.at(-1)?.seq ?? 0);
  const [end] = lines.flatMap((line) => (line.line === 'room_end' ? [toEnd(line)] : []));
  return {
    entries,
    files: lines.flatMap((line) => (line.line === 'file' ? toFile(line) : [])),
    members: lines.flatMap((line) => (line.line === 'member' ? toMember(line, last) : [])),
    mutes: lines.flatMap((line) => {
      if (line.line !== 'mute') return [];
      const { actor, ...rest } = line;
      return { id: actor, attributes: attributesOf(rest) };
    }),
    end,
  };
}

/** Checks that the room can have its id and its members. @throws HttpError BAD_REQUEST */
function checkRoom(room: string, lines: readonly ImportedLine[]): void {
  const users = directRoomUsers(room);
  const isAllowed = (line: ImportedLine) => !users || line.line !== 'member' || users.includes(line.user_id);
  if (!hasValidId({ id: room, kind: users ? 'direct' : 'group' })) {
    throw new HttpError('BAD_REQUEST', `Room not imported: ${wrongRoomId(room)}`);
  }
  if (lines.every(isAllowed)) return;
  throw new HttpError(
    'BAD_REQUEST',
    'Room not imported: a direct room has no members but the two in its id. Leave the others out.',
  );
}

/** Imports of rooms and users. */
export function importRoutes(context: AdminContext) {
  const { db } = context;
  const app = new Hono<AdminEnv>();

  app.post(
    '/import/users/',
    describe(
      'Import users. Users whom the chat knows stay as they are.',
      { 200: ['Stored the users.', importedUsers] },
      [400, 413, 415],
    ),
    readJson(importUsersBody),
    async (c) => {
      const { lines } = c.req.valid('json');
      const users = new Map(lines.map((line) => [line.user_id, line]));
      const stored = await audited(c, context, { action: 'user.import', users: [...users.keys()] }, () =>
        mapLimited([...users.values()], ({ user_id: id, ...line }) =>
          putProfileCopy(db, { id, attributes: { username: id, ...attributesOf(line) } }),
        ),
      );
      return c.json({ stored: stored.filter(Boolean).length });
    },
  );

  /** Opens the import of a room. Only the first and the last request of a room get an entry in the audit trail. */
  const open = async (
    c: Context<AdminEnv>,
    room: string,
    { source, lines }: v.InferOutput<typeof importBody>,
  ) => {
    const change = async () => {
      try {
        const attributes = attributesIn(lines, room);
        const state = await openImport(room, { source, attributes }, context);
        return await importLines(room, state, toLines(lines, state), context);
      } catch (error) {
        if (!(error instanceof ImportRefused)) throw error;
        throw (await getDeletedRoom(db, room))
          ? new HttpError('ROOM_DELETED')
          : new HttpError('ROOM_EXISTS', ROOM_TAKEN);
      }
    };
    const isOpen = (await getImport(db, room)) !== undefined;
    const isLast = lines.some(({ line }) => line === 'room_end');
    return isOpen && !isLast ? change() : audited(c, context, { action: 'room.import', room }, change);
  };

  app.post(
    '/rooms/:id/import/',
    describe(
      'Import a room: up to 200 lines of docs/export.md in each request, in their order. The room does not exist for ' +
        'others until the line `room_end`. Repeats change nothing. Repeat the last request until `done` is true.',
      { 200: ['Stored the lines.', importState] },
      [400, 409, 410, 413, 415],
    ),
    readJson(importBody),
    async (c) => {
      const room = c.req.param('id');
      const body = c.req.valid('json');
      checkRoom(room, body.lines);
      const { done, seq, uploads } = await open(c, room, body);
      return c.json({
        done,
        seq,
        uploads: uploads.map(({ file, upload }) => ({ file_id: file, upload })),
      });
    },
  );
  return app;
}
