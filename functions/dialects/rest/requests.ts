import * as v from 'valibot';
import { HISTORY_LIMIT } from '../../domain/command.ts';
import { MAX_USER_ID_BYTES } from '../../domain/id.ts';
import { roles } from '../../domain/member.ts';
import { isAvatarUrl, MAX_AVATAR_URL } from '../../domain/profile.ts';
import { MAX_REPORT_NOTE, reportReasons, reportStatuses } from '../../domain/report.ts';
import { MAX_DESCRIPTION, MAX_SLOW_MODE, postings } from '../../domain/room.ts';
import { isBlank, searchedWords } from '../../domain/text.ts';
import { wholeNumber } from '../field-faults.ts';
import { clientId, customData, file, fileName, mentions, messageId, text, userId } from '../frame.ts';
import { preferencesShape } from './schema.ts';

// Schemas of REST requests. The admin API uses some of them too.

/** The https address of a picture. */
export const avatarUrl = v.pipe(
  v.string(),
  v.maxLength(MAX_AVATAR_URL),
  v.check(
    (url) => isAvatarUrl(url),
    'must be an https address of printable ASCII characters, without a user name or password',
  ),
);

/** The least number of seconds between two messages of a member. */
export const slowMode = wholeNumber(0, MAX_SLOW_MODE);

const noNulCharacter = v.check<string, string>(
  (name) => !name.includes('\0'),
  'must not have NUL characters',
);

/** The most characters of a name of a room, user or bot. */
const MAX_NAME = 200;
const nameForm = `must have at most ${MAX_NAME} characters`;

/** A name of at most 200 characters. Counts code points, as for texts: most emoji have two UTF-16 code units. */
export const nameText = v.pipe(
  v.string(),
  v.maxLength(2 * MAX_NAME, nameForm),
  v.check((name) => Array.from(name).length <= MAX_NAME, nameForm),
  noNulCharacter,
);

/** The name of a room. A name without visible characters is the same as none. */
export const roomName = v.pipe(
  nameText,
  v.transform((name) => (isBlank(name) ? '' : name.toWellFormed())),
);

/** Checks that a change has a value for one of its fields. REST ignores others, so the error names those it knows. */
export const hasChange = <Change extends object>({ entries }: { readonly entries: v.ObjectEntries }) =>
  v.check<Change, string>(
    (change) => Object.values(change).some((value) => value !== undefined),
    `must have at least one of: ${Object.keys(entries).toSorted().join(', ')}`,
  );

const roomChange = v.object({
  /** The name that members see. */
  name: v.optional(roomName),
  /** What the room is about, at most 1,000 characters. */
  description: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(MAX_DESCRIPTION),
      noNulCharacter,
      v.transform((text) => (isBlank(text) ? '' : text.toWellFormed())),
    ),
  ),
  /** The https address of the room's picture; null removes it. */
  avatar_url: v.optional(v.nullable(avatarUrl)),
  /** Who may send messages. Owners and moderators always may. */
  posting: v.optional(v.picklist(postings)),
  /** The least number of seconds between two messages of a member, at most a day; 0 for none. */
  slow_mode: v.optional(slowMode),
  /** Whether the room is read-only. Only owners change it. */
  archived: v.optional(v.boolean()),
  /** The team's own data; null removes it. */
  data: v.optional(v.nullable(customData)),
});

/** New values of a room's settings. A setting that is absent keeps its value. */
export const roomChangeBody = v.pipe(roomChange, hasChange(roomChange));

const cursorForm = 'must be the `next_cursor` of the page before';

/** The `next_cursor` of the page before. */
export const cursor = v.optional(
  v.pipe(v.string(), v.maxLength(2_000, cursorForm), v.regex(/^[\w-]+$/, cursorForm)),
);

/** The kind of note that reporters and moderators write. */
const reportNote = v.pipe(
  v.string(),
  v.maxLength(MAX_REPORT_NOTE),
  noNulCharacter,
  v.transform((note) => note.toWellFormed().trim()),
);

export const reportBody = v.object({
  message_id: messageId,
  reason: v.picklist(reportReasons),
  note: v.optional(reportNote),
});

/**
 * The size of a page in a query string. OpenAPI describes query parameters as strings.
 * @param pattern allows the numbers from 1 to `most`
 */
function pageSizeOf(most: number, pattern: RegExp) {
  const form = `must be a whole number from 1 to ${most}`;
  return v.pipe(
    v.string(),
    v.maxLength(String(most).length, form),
    v.regex(pattern, form),
    v.transform(Number),
  );
}

/** At most 25, because a page has the texts of each message up to three times. */
const reportsPageSize = pageSizeOf(25, /^([1-9]|1\d|2[0-5])$/);

export const reportsQuery = v.object({
  status: v.optional(v.picklist(reportStatuses), 'open'),
  cursor,
  limit: v.optional(reportsPageSize, '20'),
});

/** An optional note about how the reports were handled. */
export const resolveBody = v.object({ note: v.optional(reportNote) });

/** Longer mutes are pointless: remove the member instead. */
export const MAX_MUTE_SECONDS = 366 * 24 * 60 * 60;
const MAX_NEW_MEMBERS = 100;

const pageSize = pageSizeOf(50, /^([1-9]|[1-4]\d|50)$/);

export const roomsQuery = v.object({
  cursor,
  limit: v.optional(pageSize, '20'),
  /** `true` lists the hidden rooms instead of the others. */
  hidden: v.optional(v.picklist(['true', 'false']), 'false'),
});

const preferencesChange = v.partial(v.object(preferencesShape.entries));

/** At least one preference. */
export const preferencesBody = v.pipe(preferencesChange, hasChange(preferencesChange));

const membersPageSize = pageSizeOf(500, /^([1-9]\d?|[1-4]\d\d|500)$/);

export const membersQuery = v.object({ cursor, limit: v.optional(membersPageSize, '100') });

/** The beginning of a name, or a user id. At least one character is visible. */
const searchText = v.pipe(
  v.string(),
  v.maxLength(MAX_USER_ID_BYTES),
  v.check(
    (text) => !isBlank(text) && !/\p{Cc}/u.test(text),
    'must have a character that readers can see, and no control characters',
  ),
  v.transform((text) => text.trim()),
);

export const usersQuery = v.object({ query: searchText, cursor, limit: v.optional(pageSize, '20') });

export const roomBody = v.variant('kind', [
  v.object({ kind: v.literal('direct'), members: v.pipe(v.array(userId), v.minLength(1), v.maxLength(2)) }),
  v.object({
    kind: v.optional(v.literal('group'), 'group'),
    name: v.optional(roomName, ''),
    access: v.optional(v.picklist(['members', 'open']), 'members'),
    members: v.optional(v.pipe(v.array(userId), v.maxLength(MAX_NEW_MEMBERS)), []),
    /** A JSON object of your own, at most 2 KB. */
    data: v.optional(customData),
  }),
]);

export const memberBody = v.object({
  user_id: userId,
  role: v.optional(v.picklist(roles), 'member'),
  /** A JSON object of your own, at most 2 KB. */
  data: v.optional(customData),
});

/** A change has a role, data, a mute or several of them. The mute has one of its two forms; 0 seconds or `null` ends it. */
export const memberChangeBody = v.pipe(
  v.object({
    role: v.optional(v.picklist(roles)),
    muted_until: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(64), v.isoTimestamp()))),
    muted_seconds: v.optional(wholeNumber(0, MAX_MUTE_SECONDS)),
    /** A JSON object of your own, at most 2 KB; null removes it. */
    data: v.optional(v.nullable(customData)),
  }),
  v.check(({ role, muted_until, muted_seconds, data }) => {
    const mutes = [muted_until, muted_seconds].filter((mute) => mute !== undefined);
    return mutes.length === 1 || (mutes.length === 0 && (role !== undefined || data !== undefined));
  }, 'must have "role", "data", or one of "muted_until" and "muted_seconds"'),
);

export const messagesQuery = v.object({
  before: v.optional(messageId),
  limit: v.optional(pageSize, String(HISTORY_LIMIT)),
});

/** The most characters of a search for messages. */
const MAX_SEARCH = 200;

export const searchQuery = v.object({
  /** At least one character is visible. */
  q: v.pipe(
    v.string(),
    v.maxLength(MAX_SEARCH),
    v.check(
      (text) => !isBlank(text) && searchedWords(text).length > 0,
      'must have a character that readers can see',
    ),
  ),
  cursor,
  limit: v.optional(pageSize, '20'),
});

export const messageBody = v.object({
  content: text,
  broadcast: v.optional(v.boolean(), false),
  client_id: v.optional(clientId),
  reply_to: v.optional(messageId),
  /** The id of an uploaded file, or the file's content in base64. */
  file: v.optional(file),
  file_name: v.optional(fileName),
  /** The ids of the users whom the message mentions, at most 50. */
  mentions: v.optional(mentions),
  /** A JSON object of your own, at most 2 KB. */
  data: v.optional(customData),
});

export const uploadBody = v.object({
  name: fileName,
  content_type: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
  /** Bytes. */
  size: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
