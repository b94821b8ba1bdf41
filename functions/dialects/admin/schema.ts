import * as v from 'valibot';
import { bytesOf } from '../../domain/id.ts';
import { roles } from '../../domain/member.ts';
import { messageTypes, statuses } from '../../domain/message.ts';
import { isBlank } from '../../domain/text.ts';
import { clientId, messageId, text, userId } from '../frame.ts';

// Schemas of the admin API's requests and answers. Its OpenAPI document and the types of its client come from them.
// All ids of rooms and users in answers are strings.

/** The most members that one request adds. */
export const MAX_ADDED_MEMBERS = 100;

const time = v.pipe(v.string(), v.isoTimestamp());

const noNulCharacter = v.check<string>((name) => !name.includes('\0'));

/** A name without visible characters is the same as none. */
const roomName = v.pipe(
  v.string(),
  v.maxLength(200),
  noNulCharacter,
  v.transform((name) => (isBlank(name) ? '' : name.toWellFormed())),
);

const role = v.optional(v.picklist(roles), 'member');

const newMembers = v.pipe(v.array(v.object({ user_id: userId, role })), v.maxLength(MAX_ADDED_MEMBERS));

/** An integer in a query string, from 1 to `most`. OpenAPI describes query parameters as strings. */
const pageSize = (most: number) =>
  v.pipe(v.string(), v.maxLength(3), v.regex(/^[1-9]\d*$/), v.transform(Number), v.maxValue(most));

const cursor = v.optional(v.pipe(v.string(), v.maxLength(2_000), v.regex(/^[\w-]+$/)));

/** The query of a list. */
export const listQuery = v.object({ cursor, limit: v.optional(pageSize(100), '50') });

export const messagesQuery = v.object({
  before: v.optional(messageId),
  limit: v.optional(pageSize(100), '50'),
});

export const roomBody = v.object({
  name: v.optional(roomName, ''),
  access: v.optional(v.picklist(['members', 'open']), 'members'),
  members: v.optional(newMembers, []),
});

export const roomChangeBody = v.object({ name: roomName });

export const membersBody = v.object({ members: v.pipe(newMembers, v.minLength(1)) });

export const memberChangeBody = v.object({ role: v.picklist(roles) });

/** Part of the id of a bot's messages: `bot:` and this. */
const botId = v.pipe(v.string(), v.nonEmpty(), v.maxLength(64), v.regex(/^[\w.-]+$/));

/** A message of a user (`user_id`) or of a bot. */
export const messageBody = v.pipe(
  v.object({
    text,
    user_id: v.optional(userId),
    bot: v.optional(
      v.object({
        id: botId,
        name: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(200), noNulCharacter)),
      }),
    ),
    reply_to: v.optional(messageId),
    /** The idempotency key, unless the header `Idempotency-Key` has it. */
    client_id: v.optional(clientId),
  }),
  v.check(({ user_id, bot }) => (user_id === undefined) !== (bot === undefined)),
);

export const messageChangeBody = v.object({ text });

/** The most bytes of the JSON of a user's attributes. */
const MAX_ATTRIBUTES = 2_048;

/** New values of a user; null removes one, and a field that is absent keeps its value. */
export const userBody = v.object({
  name: v.optional(v.nullable(v.pipe(v.string(), v.nonEmpty(), v.maxLength(200), noNulCharacter))),
  avatar_url: v.optional(
    v.nullable(v.pipe(v.string(), v.maxLength(2_000), v.url(), v.startsWith('https://'))),
  ),
  attributes: v.optional(
    v.nullable(
      v.pipe(
        v.record(v.string(), v.unknown()),
        v.check((attributes) => bytesOf(JSON.stringify(attributes)) <= MAX_ATTRIBUTES),
      ),
    ),
  ),
});

export const userShape = v.pipe(
  v.object({
    id: v.string(),
    /** The name of the user's token when they last connected; before that, `name` or the id. */
    username: v.nullable(v.string()),
    name: v.nullable(v.string()),
    avatar_url: v.nullable(v.string()),
    attributes: v.record(v.string(), v.unknown()),
    banned_at: v.nullable(time),
    signed_out_at: v.nullable(time),
    /** When the user last connected or disconnected; null if they have never connected. */
    last_seen: v.nullable(time),
  }),
  v.metadata({ ref: 'User' }),
);

export const usersPage = v.object({ users: v.array(userShape), next_cursor: v.nullable(v.string()) });

/** An entry of the audit trail. */
export const auditShape = v.pipe(
  v.object({
    at: time,
    /** The ARN of the caller. */
    by: v.string(),
    /** Such as `room.create`. */
    action: v.string(),
    user_id: v.optional(v.string()),
    room_id: v.optional(v.string()),
    message_id: v.optional(v.number()),
    /** The code of the error, if the change was refused or failed. */
    error: v.optional(v.string()),
  }),
  v.metadata({ ref: 'AuditEntry' }),
);

export const auditPage = v.object({ entries: v.array(auditShape), next_cursor: v.nullable(v.string()) });

export const roomShape = v.pipe(
  v.object({
    id: v.string(),
    name: v.string(),
    kind: v.picklist(['group', 'direct']),
    access: v.picklist(['members', 'open']),
    /** The number of the last change in the room's log. */
    seq: v.number(),
    /** When the room's log last changed; null if it never did. */
    last_at: v.nullable(time),
  }),
  v.metadata({ ref: 'Room' }),
);

export const roomsPage = v.object({ rooms: v.array(roomShape), next_cursor: v.nullable(v.string()) });

export const memberShape = v.pipe(
  v.object({
    user_id: v.string(),
    /** The name of the user; null if the user has never connected. */
    username: v.nullable(v.string()),
    role: v.picklist(roles),
    /** Whether a stranger added the member, who has not accepted yet. */
    pending: v.boolean(),
    muted_until: v.nullable(time),
  }),
  v.metadata({ ref: 'Member' }),
);

export const membersPage = v.object({ members: v.array(memberShape), next_cursor: v.nullable(v.string()) });

/** The members that a request named, and those of them who were not members before. */
export const addedShape = v.object({ members: v.array(memberShape), added: v.array(v.string()) });

export const messageShape = v.pipe(
  v.object({
    id: v.number(),
    room_id: v.string(),
    sender: v.object({ id: v.string(), username: v.string(), email: v.string(), user_type: v.string() }),
    text: v.string(),
    type: v.picklist(messageTypes),
    status: v.picklist(statuses),
    created_at: time,
    updated_at: time,
    edited: v.boolean(),
    reply_to: v.optional(v.number()),
    deleted: v.optional(v.literal(true)),
    file: v.optional(
      v.object({ id: v.string(), name: v.string(), content_type: v.string(), size: v.number() }),
    ),
  }),
  v.metadata({ ref: 'Message' }),
);

/** A page of a room's messages, newest first, without deleted ones. */
export const messagesPage = v.object({ messages: v.array(messageShape), has_more: v.boolean() });
