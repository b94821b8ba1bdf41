import { Hono } from 'hono';
import * as v from 'valibot';
import { isoTime } from '../../delivery/context.ts';
import { encodeFields } from '../../dialects/admin/export-fields.ts';
import { exportPage } from '../../dialects/admin/export-format.ts';
import { linkShape } from '../../dialects/rest/schema.ts';
import { ChatError } from '../../domain/errors.ts';
import { isRoomId } from '../../domain/room.ts';
import {
  type ChatPosition,
  chatStart,
  type Exported,
  exportChat,
  exportRoom,
  type RoomPosition,
  roomStart,
  sections,
} from '../../rooms/export-room.ts';
import { adminDownloadUrl, DOWNLOAD_SECONDS } from '../../rooms/files.ts';
import { decodeCursor, encodeCursor } from '../http/wire.ts';
import { audited } from './audit.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { listCursor, readQuery } from './wire.ts';

const cursorQuery = v.object({ cursor: v.optional(v.pipe(v.string(), v.maxLength(4_096))) });

/** The longest id in a cursor, in UTF-16 code units. */
const MAX_ID = 400;

const roomCursor = v.tuple([
  v.picklist(sections),
  v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  v.optional(v.pipe(v.string(), v.maxLength(MAX_ID))),
]);

const chatCursor = v.tuple([
  v.picklist(['user', 'room']),
  v.nullable(listCursor((id) => id.length <= MAX_ID)),
  v.optional(v.tuple([v.pipe(v.string(), v.check(isRoomId)), roomCursor])),
]);

const toRoomPosition = ([section, since, after]: v.InferOutput<typeof roomCursor>): RoomPosition => ({
  section,
  since,
  ...(after !== undefined && { after }),
});

/** A tuple without undefined elements, which JSON would turn into null. */
const tuple = (...parts: readonly unknown[]) => parts.filter((part) => part !== undefined);

const fromRoomPosition = ({ section, since, after }: RoomPosition) => tuple(section, since, after);

function toChatPosition([list, place, room]: v.InferOutput<typeof chatCursor>): ChatPosition {
  const [part, after] = place ?? [];
  return {
    list,
    position: part === undefined ? undefined : { part, after },
    ...(room && { room: { id: room[0], position: toRoomPosition(room[1]) } }),
  };
}

const fromChatPosition = ({ list, position, room }: ChatPosition) =>
  tuple(
    list,
    position ? tuple(position.part, position.after) : null,
    room && [room.id, fromRoomPosition(room.position)],
  );

/** Returns a line for the wire. Its kind, number and ids come first, for people who read the file. */
function wireLine({ section, attributes }: Exported) {
  const line = section === 'end' ? 'room_end' : section;
  const { kind, seq, ...others } = attributes;
  const { id, room_id, user_id, ...fields } = encodeFields(others);
  const first = { line, kind, seq, id, room_id, user_id };
  return {
    ...Object.fromEntries(Object.entries(first).filter(([, each]) => each !== undefined)),
    ...fields,
    line,
  };
}

/** Exports of rooms and users. */
export function exportRoutes(context: AdminContext) {
  const app = new Hono<AdminEnv>();
  app.get(
    '/export/',
    describe(
      'Export all rooms with their members, messages and changes, and the users. Each line is an object of the format ' +
        'in docs/export.md. Read on until `next_cursor` is null.',
      { 200: ['A page of lines.', exportPage] },
      [400],
    ),
    readQuery(cursorQuery),
    async (c) => {
      const cursor = decodeCursor(c.req.valid('query').cursor, chatCursor);
      const read = () => exportChat(cursor ? toChatPosition(cursor) : chatStart, context);
      const page = await (cursor ? read() : audited(c, context, { action: 'chat.export' }, read));
      const next = page.next ? fromChatPosition(page.next) : [];
      return c.json({ lines: page.parts.map(wireLine), next_cursor: encodeCursor(next) });
    },
  );
  app.get(
    '/rooms/:id/export/',
    describe(
      'Export a room with its members, messages and changes, oldest first. Read on until `next_cursor` is null.',
      { 200: ['A page of lines.', exportPage] },
      [400, 404],
    ),
    readQuery(cursorQuery),
    async (c) => {
      const room = c.req.param('id');
      const cursor = decodeCursor(c.req.valid('query').cursor, roomCursor);
      const read = async () => {
        const page = await exportRoom(room, cursor ? toRoomPosition(cursor) : roomStart, context);
        if (!page) throw new ChatError('ROOM_NOT_FOUND');
        return page;
      };
      const page = await (cursor ? read() : audited(c, context, { action: 'room.export', room }, read));
      const next = page.next ? fromRoomPosition(page.next) : [];
      return c.json({ lines: page.parts.map(wireLine), next_cursor: encodeCursor(next) });
    },
  );
  app.get(
    '/rooms/:id/files/:file/',
    describe(
      'Get a URL of the bytes of a file.',
      { 200: ['A URL that needs no signature and is valid for five minutes.', linkShape] },
      [404],
    ),
    async (c) => {
      const { id: room, file } = c.req.param();
      const expiresAt = isoTime(context.now() + DOWNLOAD_SECONDS * 1000);
      return c.json({ url: await adminDownloadUrl(room, file, context), expires_at: expiresAt });
    },
  );
  return app;
}
