import * as v from 'valibot';
import { clientId, id, messageId } from '../../dialects/frame.ts';
import { HISTORY_LIMIT } from '../../domain/command.ts';
import { roles } from '../../domain/member.ts';

/** More than a year is for good, and a room can take a member out for that. */
const MAX_MUTE_SECONDS = 366 * 24 * 60 * 60;
const MAX_NEW_MEMBERS = 100;

/** From 1 to 50, the most of anything that is listed at once; as a pattern, since that is what OpenAPI shows. */
const pageSize = v.pipe(v.string(), v.regex(/^([1-9]|[1-4]\d|50)$/), v.transform(Number));

const ids = v.pipe(v.array(id), v.maxLength(MAX_NEW_MEMBERS));
const name = v.pipe(v.string(), v.maxLength(200));

export const loginBody = v.object({
  username: v.pipe(v.string(), v.nonEmpty(), v.maxLength(128)),
  password: v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)),
});

export const roomsQuery = v.object({
  cursor: v.optional(v.pipe(v.string(), v.regex(/^[\w-]+$/), v.maxLength(2_000))),
  limit: v.optional(pageSize, '20'),
});

export const roomBody = v.union([
  v.object({ kind: v.literal('direct'), members: v.pipe(v.array(id), v.length(1)) }),
  v.object({
    kind: v.optional(v.literal('group'), 'group'),
    name: v.optional(name, ''),
    access: v.optional(v.picklist(['members', 'open']), 'members'),
    members: v.optional(ids, []),
  }),
]);

export const memberBody = v.object({ user_id: id, role: v.optional(v.picklist(roles), 'member') });

/** Nought, as `muted_until: null`, lets a member speak again. */
const muteSeconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_MUTE_SECONDS));

/** What is to be changed, and the mute in one of its two forms. */
const asksOneThing = (body: { role?: unknown; muted_until?: unknown; muted_seconds?: unknown }): boolean => {
  const mutes = [body.muted_until, body.muted_seconds].filter((mute) => mute !== undefined);
  return mutes.length === 1 || (mutes.length === 0 && body.role !== undefined);
};

export const memberChangeBody = v.pipe(
  v.object({
    role: v.optional(v.picklist(roles)),
    muted_until: v.optional(v.nullable(v.pipe(v.string(), v.isoTimestamp()))),
    muted_seconds: v.optional(muteSeconds),
  }),
  v.check((body) => asksOneThing(body)),
);

export const messagesQuery = v.object({
  before: v.optional(messageId),
  limit: v.optional(pageSize, String(HISTORY_LIMIT)),
});

export const messageBody = v.object({
  content: v.string(),
  broadcast: v.optional(v.boolean(), false),
  client_id: v.optional(clientId),
  reply_to: v.optional(messageId),
  /** The id of a file that was uploaded, or its content in base64. */
  file: v.optional(v.string()),
  file_name: v.optional(v.string()),
});
