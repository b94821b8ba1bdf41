import * as v from 'valibot';
import { MAX_FILE_NAME } from '../../domain/file.ts';
import { isStoredUserId } from '../../domain/id.ts';
import { roles } from '../../domain/member.ts';
import {
  changeKinds,
  MAX_MENTIONS,
  MAX_TEXT_CODE_POINTS,
  messageTypes,
  statuses,
} from '../../domain/message.ts';
import { MAX_RETENTION_DAYS } from '../../domain/retention.ts';
import { isRoomId, MAX_DESCRIPTION, postings } from '../../domain/room.ts';
import { describeFault, strictFields, wholeNumber, withFaults } from '../field-faults.ts';
import { customData } from '../frame.ts';
import { avatarUrl, slowMode } from '../rest/requests.ts';

// The lines of an export. `docs/export.md` describes them. Each object may have further fields: attributes that the
// store has, and that no program between an export and an import needs to know.

/** The version of the format. It changes when programs of an earlier version would misread a file. */
export const EXPORT_VERSION = 1;

/** The most lines of one request of an import. */
const MAX_IMPORTED_LINES = 200;

/** How deep values of further fields may be nested. */
const MAX_DEPTH = 20;

/** The longest id of a user or guest, in characters. */
const MAX_ID = 300;

const isPlainText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

function isStorable(value: unknown, depth = 1): boolean {
  if (typeof value === 'string') return isPlainText(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth > MAX_DEPTH) return false;
  return Object.entries(value).every(([name, each]) => isPlainText(name) && isStorable(each, depth + 1));
}

const storableForm = `must be nested at most ${MAX_DEPTH} levels deep, without NUL characters and lone surrogates`;

/** Checks that DynamoDB can store all fields. */
const storable = <Line extends object>() => v.check<Line, string>((line) => isStorable(line), storableForm);

/** Custom data of the team. */
const data = v.optional(v.nullable(customData));

/** How far clocks may differ, in milliseconds. A message of a later time would not expire for as long. */
const CLOCK_SKEW_MS = 24 * 60 * 60 * 1000;

const time = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.check((text) => Date.parse(text) <= Date.now() + CLOCK_SKEW_MS, 'must not be in the future'),
);
/** The highest number of a log that an import accepts, so that the room has numbers for its next messages. */
const MAX_SEQ = 1_000_000_000_000;

const seq = wholeNumber(1, MAX_SEQ);
/** A place in the log; 0 before the first entry. */
const place = wholeNumber(0, MAX_SEQ);
const counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A time in milliseconds since the epoch. */
const pastMs = v.pipe(
  v.number(),
  v.minValue(0),
  v.check((ms) => ms <= Date.now() + CLOCK_SKEW_MS, 'must not be in the future'),
);
const source = v.pipe(v.string(), v.nonEmpty(), v.maxLength(128));
const shortText = v.pipe(v.string(), v.maxLength(1_000));
const user = v.pipe(v.string(), v.maxLength(MAX_ID), v.check(isStoredUserId, 'must be the id of a user'));
/** The id of a user, or the name of a guest. */
const actor = v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_ID));

/** The users whom a message mentions. */
const mentions = v.optional(v.pipe(v.array(user), v.maxLength(MAX_MENTIONS)));

const text = v.pipe(
  v.string(),
  v.maxLength(2 * MAX_TEXT_CODE_POINTS),
  v.check((each) => [...each].length <= MAX_TEXT_CODE_POINTS, 'must have at most 8,000 characters'),
);

const fileFields = {
  /** The id of the file: a UUID. */
  id: v.pipe(v.string(), v.uuid()),
  /** The name of the file. */
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_FILE_NAME)),
  /** The content type. */
  content_type: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
  /** The size in bytes. */
  size: counter,
};

const messageFields = v.looseObject({
  line: v.literal('log'),
  kind: v.literal('message'),
  /** The sequence number, which is also the id of the message. */
  seq,
  /** The author. */
  author: v.looseObject({
    /** The id of the user or bot, or the name of the guest. */
    id: actor,
    /** The name. Default: the id. */
    username: v.optional(shortText),
    /** The e-mail address. */
    email: v.optional(shortText),
    /** The kind of user. */
    user_type: v.optional(shortText),
    /** Set for a guest. */
    guest: v.optional(v.literal(true)),
  }),
  /** The current text. Empty in a deleted message. */
  text,
  /** Default: `text`, or `file` with a file. */
  type: v.optional(v.picklist(messageTypes)),
  /** When the message was stored. */
  created_at: time,
  /** When the message last changed. Default: `created_at`. */
  updated_at: v.optional(time),
  /** When the text last changed. */
  edited_at: v.optional(time),
  /** When the message was deleted. */
  deleted_at: v.optional(time),
  /** The sequence number of the last edit or delete that the text contains. Default: `seq`. */
  revision: v.optional(seq),
  /** How far the message has come. Default: `read`. */
  status: v.optional(v.picklist(statuses)),
  /** The id of the message that this one replies to. */
  reply_to: v.optional(seq),
  /** The user whom the author addressed. */
  receiver: v.optional(actor),
  /** The ids of the users whom the message mentions. */
  mentions,
  /** The file that was sent with the message. A `file` line has the same fields. */
  file: v.optional(v.looseObject(fileFields)),
  data,
});

const message = v.pipe(
  messageFields,
  v.check(
    ({ reply_to: target, seq }) => target === undefined || target < seq,
    'must reply to a message with a lower number',
  ),
);

/** An edit, a delete or another change of a message. */
const changeFields = v.looseObject({
  line: v.literal('log'),
  kind: v.picklist(changeKinds),
  seq,
  /** The id of the changed message. */
  message: seq,
  /** The id of the user or guest who changed it. */
  by: actor,
  /** Set for a guest. */
  guest: v.optional(v.literal(true)),
  at: time,
  /** The new text of an edit. Absent if a later edit or a delete has removed it. */
  text: v.optional(text),
  /** The emoji that was added or removed. */
  emoji: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(64))),
  /** Whether the emoji was removed. */
  removed: v.optional(v.boolean()),
  /** The users whom the message mentions after an edit; empty if the edit removed them. */
  mentions,
  /** The new data of an edit; null if the edit removed it. */
  data,
});

const change = v.pipe(
  changeFields,
  v.check((each) => each.message < each.seq, 'must change a message with a lower number'),
);

/** A change of the room, its members or its pins. */
const otherEntry = v.looseObject({
  line: v.literal('log'),
  kind: v.picklist(['room', 'member', 'pin']),
  seq,
});

const entry = v.variant('kind', [message, change, otherEntry]);

const header = v.looseObject({
  line: v.literal('header'),
  /** The version of the format. */
  version: v.literal(EXPORT_VERSION),
  /** Names the file. An import that is repeated with the same name changes nothing. */
  source,
  /** When the export began. */
  created_at: v.optional(time),
});

/** The profile of a user. */
const userLine = v.looseObject({
  line: v.literal('user'),
  /** The user's id. */
  user_id: user,
  /** The name that others see. Default: the id. */
  username: v.optional(shortText),
  data,
});

/** Settings of a room, which other routes check too. */
const settings = {
  /** What the room is about. */
  description: v.optional(v.pipe(v.string(), v.maxLength(MAX_DESCRIPTION))),
  /** The https address of the room's picture. */
  avatar_url: v.optional(v.nullable(avatarUrl)),
  /** Who may send messages. Owners and moderators always may. */
  posting: v.optional(v.picklist(postings)),
  /** The least number of seconds between two messages of a member; 0 for none. */
  slow_mode: v.optional(slowMode),
  /** Whether the room is read-only. */
  archived: v.optional(v.boolean()),
  /** How many days messages are kept: 0 for ever. */
  retention_days: v.optional(wholeNumber(0, MAX_RETENTION_DAYS)),
  /** Whether the room has a legal hold. */
  held: v.optional(v.boolean()),
  /** When the log last changed. Default: the time of the last entry. */
  last_at: v.optional(pastMs),
  /** When the room was created. Other chats may export a text, which places the room last. */
  created_at: v.optional(
    v.union([pastMs, v.string()], 'must be a time in milliseconds since 1970, or a string'),
  ),
};

const room = v.looseObject({
  line: v.literal('room'),
  /** The id. */
  room_id: v.pipe(v.string(), v.check(isRoomId, 'must be the id of a room')),
  /** The name. Empty for a direct room. */
  name: v.optional(shortText, ''),
  /** Whether only members may connect, or everybody, including guests. */
  access: v.optional(v.picklist(['members', 'open']), 'members'),
  ...settings,
  data,
});

/** A file of the room. */
const file = v.looseObject({
  line: v.literal('file'),
  ...fileFields,
  /** The user who uploaded it. */
  owner: actor,
});

const member = v.looseObject({
  line: v.literal('member'),
  /** The user's id. */
  user_id: user,
  /** The role in the room. */
  role: v.optional(v.picklist(roles), 'member'),
  /** The read mark: the highest id of a message that the member has read. */
  read_to: v.optional(place),
  /** The last number of the log when the user became a member. Earlier messages do not count as unread. */
  added_at: v.optional(place),
  data,
});

/** A mute of a member or of a visitor of an open room. */
const mute = v.looseObject({
  line: v.literal('mute'),
  /** The user's id, or `guest:` and the name of the guest. */
  actor: v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_ID + 10)),
  /** Milliseconds since the epoch. */
  muted_until: counter,
});

/** The last line of a room. Its fields replace those of the line `room`. */
const roomEnd = v.looseObject({
  line: v.literal('room_end'),
  /** Whether the line has all fields of the room: those of the line `room` do not count then. */
  complete: v.optional(v.boolean()),
  /** The last number of the log. Default: that of the last entry. */
  seq: v.optional(place),
  name: v.optional(shortText),
  access: v.optional(v.picklist(['members', 'open'])),
  ...settings,
  /** Set if the room was deleted during the export. An import leaves it out. */
  gone: v.optional(v.literal(true)),
  data,
});

const end = v.looseObject({ line: v.literal('end') });

const lines = { header, user: userLine, room, log: entry, file, member, mute, room_end: roomEnd, end };

const anyLine = v.variant('line', [header, userLine, room, entry, file, member, mute, roomEnd, end]);

export type LineKind = keyof typeof lines;

/** A line of a kind. */
export type LineOf<Kind extends LineKind> = v.InferOutput<(typeof lines)[Kind]>;

/** A line of an export. */
export type Line = LineOf<LineKind>;

/** The lines that an import of a room takes. */
export const roomLine = v.pipe(
  v.variant('line', [room, entry, file, member, mute, roomEnd]),
  storable(),
  v.metadata({ ref: 'ImportedLine' }),
);

const importedUser = v.pipe(userLine, storable(), v.metadata({ ref: 'ImportedUser' }));

/** A line as a reader of the API gets it. */
const exportedLine = v.pipe(
  v.looseObject({
    /** The kind of the line. */
    line: v.picklist(Object.keys(lines) as LineKind[]),
  }),
  v.metadata({ ref: 'ExportedLine' }),
);

export const exportPage = v.object({
  /** The lines of the page. `docs/export.md` describes them. */
  lines: v.array(exportedLine),
  /** The `cursor` of the next page. Null on the last page. */
  next_cursor: v.nullable(v.string()),
});

export const importBody = strictFields({
  /** The `source` in the header of the file. */
  source,
  /** The next lines of the room, in the order of the file. */
  lines: v.pipe(v.array(roomLine), v.maxLength(MAX_IMPORTED_LINES)),
});

export const importUsersBody = strictFields({
  lines: v.pipe(v.array(importedUser), v.minLength(1), v.maxLength(MAX_IMPORTED_LINES)),
});

/** The progress of an import. */
export const importState = v.object({
  /** Whether the room is complete. Repeat the line `room_end` until it is. */
  done: v.boolean(),
  /** The highest number of the log that is stored. */
  seq: v.number(),
  /** The files of this request whose bytes are missing. Upload them, and send their lines again. */
  uploads: v.array(
    v.object({
      /** The id of the file. */
      file_id: v.string(),
      /** The request that uploads the bytes. It needs no signature, and expires after 15 minutes. */
      upload: v.object({
        /** The method. */
        method: v.literal('PUT'),
        /** The URL. */
        url: v.string(),
        /** The headers to send, exactly these. */
        headers: v.record(v.string(), v.string()),
      }),
    }),
  ),
});

export const importedUsers = v.object({
  /** The number of users whom the chat did not know before. The others stay as they are. */
  stored: v.number(),
});

/** Thrown for a malformed line. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

/** Parses a line of an export. @throws LineError that says what is wrong */
export function parseLine(text: string): Line {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    throw new LineError('it is not JSON');
  }
  if (typeof line !== 'object' || line === null || Array.isArray(line))
    throw new LineError('it is no JSON object');
  if (!isStorable(line)) throw new LineError(`it ${storableForm}`);
  const result = v.safeParse(withFaults(anyLine), line, { abortEarly: true });
  if (result.success) return result.output;
  throw new LineError(describeFault(result.issues, 'field', 'it'));
}
