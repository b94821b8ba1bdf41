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

/** The name of a user or bot. */
const personName = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.maxLength(200),
  noNulCharacter,
  v.check((name) => !isBlank(name)),
  v.transform((name) => name.toWellFormed()),
);

const role = v.optional(v.picklist(roles), 'member');

const newMember = v.object({
  /** The user's id. */
  user_id: userId,
  /** The role in the room. Default: `member`. */
  role,
});

const newMembers = v.pipe(v.array(newMember), v.maxLength(MAX_ADDED_MEMBERS));

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
  /** The name that members see. */
  name: v.optional(roomName, ''),
  /** Whether only members may connect, which is the default, or everybody, also guests. */
  access: v.optional(v.picklist(['members', 'open']), 'members'),
  /** The first members, at most 100. */
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
    /** The text. */
    text,
    /** The member who is the author. */
    user_id: v.optional(userId),
    /** The bot that is the author. It needs no membership. */
    bot: v.optional(
      v.object({
        /** The bot's id, without the `bot:` that messages have. */
        id: botId,
        /** The name that members see. Default: the id. */
        name: v.optional(personName),
      }),
    ),
    /** The id of the message that this one replies to. */
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
  /** The name of the user in your own system. */
  name: v.optional(v.nullable(personName)),
  /** The https address of the user's picture. */
  avatar_url: v.optional(
    v.nullable(v.pipe(v.string(), v.maxLength(2_000), v.url(), v.startsWith('https://'))),
  ),
  /** Any further JSON values, at most 2,048 bytes together. */
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
    /** The user's id. */
    id: v.string(),
    /** The name of the user's token when they last connected; before that, `name` or the id. */
    username: v.nullable(v.string()),
    /** The name that `putUser` set; null if none. */
    name: v.nullable(v.string()),
    /** The address of the user's picture; null if none. */
    avatar_url: v.nullable(v.string()),
    /** The values that `putUser` set. */
    attributes: v.record(v.string(), v.unknown()),
    /** When the user was banned, in ISO 8601; null if they are not. */
    banned_at: v.nullable(time),
    /** When the user was last signed out by an admin, in ISO 8601; null if never. */
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
    /** When the change was made, in ISO 8601. */
    at: time,
    /** The ARN of the caller. */
    by: v.string(),
    /** Such as `room.create`. */
    action: v.string(),
    /** The user whom the change concerns. */
    user_id: v.optional(v.string()),
    /** The users whom the request named as members. */
    user_ids: v.optional(v.array(v.string())),
    /** The room that the change concerns. */
    room_id: v.optional(v.string()),
    /** The message that the change concerns. */
    message_id: v.optional(v.number()),
    /** The code of the error, if the change was refused or failed. */
    error: v.optional(v.string()),
  }),
  v.metadata({ ref: 'AuditEntry' }),
);

export const auditPage = v.object({ entries: v.array(auditShape), next_cursor: v.nullable(v.string()) });

export const roomShape = v.pipe(
  v.object({
    /** The room's id. */
    id: v.string(),
    /** The room's name. Empty for a direct room. */
    name: v.string(),
    /** `direct` for a room of two users. */
    kind: v.picklist(['group', 'direct']),
    /** Whether only members may connect, or everybody, also guests. */
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
    /** The user's id. */
    user_id: v.string(),
    /** The name of the user; null if the user has never connected. */
    username: v.nullable(v.string()),
    /** The user's role in the room. */
    role: v.picklist(roles),
    /** Whether a stranger added the member, who has not accepted yet. */
    pending: v.boolean(),
    /** Until when the member may not write; null if the member may write. */
    muted_until: v.nullable(time),
  }),
  v.metadata({ ref: 'Member' }),
);

export const membersPage = v.object({ members: v.array(memberShape), next_cursor: v.nullable(v.string()) });

/** The members that a request named, and those of them who were not members before. */
export const addedShape = v.object({
  /** All members that the request named. */
  members: v.array(memberShape),
  /** The ids of those who were not members before. */
  added: v.array(v.string()),
});

export const messageShape = v.pipe(
  v.object({
    /** The message's id, which is also its position in the room's log. */
    id: v.number(),
    /** The id of the room. */
    room_id: v.string(),
    /** The author. */
    sender: v.object({
      /** The author's id. */
      id: v.string(),
      /** The author's name. */
      username: v.string(),
      /** The author's e-mail address. Empty if there is none. */
      email: v.string(),
      /** The kind of user, as the author's token has it. Empty if there is none. */
      user_type: v.string(),
    }),
    /** The text. Empty in a deleted message. */
    text: v.string(),
    /** The kind of message. */
    type: v.picklist(messageTypes),
    /** How far the message has come: stored, delivered to a member, or read by one. */
    status: v.picklist(statuses),
    /** When the message was stored, in ISO 8601. */
    created_at: time,
    /** When the message was last changed, in ISO 8601. */
    updated_at: time,
    /** Whether the text was changed. */
    edited: v.boolean(),
    /** The id of the message that this one replies to. */
    reply_to: v.optional(v.number()),
    /** Present if the message was deleted. */
    deleted: v.optional(v.literal(true)),
    /** The message's file. */
    file: v.optional(
      v.object({
        /** The file's id. */
        id: v.string(),
        /** The file's name. */
        name: v.string(),
        /** The file's content type. */
        content_type: v.string(),
        /** The file's size in bytes. */
        size: v.number(),
      }),
    ),
  }),
  v.metadata({ ref: 'Message' }),
);

/** A page of a room's messages, newest first, without deleted ones. */
export const messagesPage = v.object({ messages: v.array(messageShape), has_more: v.boolean() });
