import * as v from 'valibot';
import { roles } from '../../domain/member.ts';
import { messageTypes, statuses } from '../../domain/message.ts';
import { MAX_RETENTION_DAYS } from '../../domain/retention.ts';
import { hidden, isBlank } from '../../domain/text.ts';
import { strictFields, wholeNumber } from '../field-faults.ts';
import { clientId, customData, mentions, messageId, text, userId } from '../frame.ts';
import {
  avatarUrl,
  cursor,
  hasChange,
  nameText,
  resolveBody as resolveInRest,
  roomChangeBody as roomChangeInRest,
  roomName,
} from '../rest/requests.ts';
import { reportedShape as reportedInRest, reportFields, settingsShape } from '../rest/schema.ts';

// Schemas of the admin API's requests and answers. Its OpenAPI document and the types of its client come from them.
// All ids of rooms and users in answers are strings. Requests are strict: a misspelt field would have no effect.

/** The most members that one request adds. */
const MAX_ADDED_MEMBERS = 100;

const time = v.pipe(v.string(), v.isoTimestamp());

/** The name of a user or bot: one line, without characters that readers cannot see. */
const personName = v.pipe(
  nameText,
  v.nonEmpty(),
  v.check(
    (name) => !isBlank(name) && !hidden.test(name),
    'must have a character that readers can see, and none that they cannot see',
  ),
  v.transform((name) => name.toWellFormed()),
);

const role = v.optional(v.picklist(roles), 'member');

const newMember = strictFields({
  /** The user's id. */
  user_id: userId,
  /** The role in the room. Default: `member`. */
  role,
  /** A JSON object of your own, at most 2 KB. */
  data: v.optional(customData),
});

const newMembers = v.pipe(v.array(newMember), v.maxLength(MAX_ADDED_MEMBERS));

/** An integer in a query string, from 1 to `most`. OpenAPI describes query parameters as strings. */
function pageSize(most: number) {
  const form = `must be a whole number from 1 to ${most}`;
  return v.pipe(
    v.string(),
    v.maxLength(3, form),
    v.regex(/^[1-9]\d*$/, form),
    v.transform(Number),
    v.maxValue(most, form),
  );
}

/** The query parameters of a request that lists items. */
export const listQuery = v.object({ cursor, limit: v.optional(pageSize(100), '50') });

export const messagesQuery = v.object({
  before: v.optional(messageId),
  limit: v.optional(pageSize(100), '50'),
});

export const roomBody = strictFields({
  /** The name that members see. */
  name: v.optional(roomName, ''),
  /** Whether only members may connect, which is the default, or everybody, including guests. */
  access: v.optional(v.picklist(['members', 'open']), 'members'),
  /** The first members, at most 100. */
  members: v.optional(newMembers, []),
  /** A JSON object of your own, at most 2 KB. */
  data: v.optional(customData),
});

export const retentionBody = strictFields({
  /** How many days messages are kept: 0 for ever, null for the setting of the chat. */
  retention_days: v.nullable(wholeNumber(0, MAX_RETENTION_DAYS)),
});

export const retentionShape = v.pipe(
  v.object({
    /** The room's id. */
    room_id: v.string(),
    /** How many days messages are kept: 0 for ever, null for the setting of the chat. */
    retention_days: v.nullable(v.number()),
    /** Whether the room has a legal hold. */
    held: v.boolean(),
    /** Whether all messages and files of the room have these settings. */
    done: v.boolean(),
  }),
  v.metadata({ ref: 'Retention' }),
);

const erasedCounts = {
  /** How many messages were deleted. */
  messages: v.number(),
  /** How many emoji of the user were removed from messages of anybody. */
  emoji: v.number(),
  /** How many of the deleted messages had a file. */
  files: v.number(),
};

export const erasureShape = v.pipe(
  v.object({
    /** The user's id. */
    user_id: v.string(),
    /** When the erasure started, in ISO 8601. */
    started_at: time,
    /** Whether the erasure has ended. */
    done: v.boolean(),
    ...erasedCounts,
  }),
  v.metadata({ ref: 'Erasure' }),
);

export const erasedRoomShape = v.pipe(
  v.object({
    /** The room's id. */
    room_id: v.string(),
    ...erasedCounts,
    /** Whether a legal hold of the room keeps the user's messages. */
    held: v.boolean(),
  }),
  v.metadata({ ref: 'ErasedRoom' }),
);

export const erasedRoomsPage = v.object({
  rooms: v.array(erasedRoomShape),
  next_cursor: v.nullable(v.string()),
});

export const deletionShape = v.pipe(
  v.object({
    /** The room's id. */
    room_id: v.string(),
    /** Whether all messages and files of the room will expire. */
    done: v.boolean(),
  }),
  v.metadata({ ref: 'Deletion' }),
);

/** New values of a room's settings. A setting that is absent keeps its value. */
export const roomChangeBody = v.pipe(strictFields(roomChangeInRest.entries), hasChange(roomChangeInRest));

/** An optional note about how the reports were handled. */
export const resolveBody = strictFields(resolveInRest.entries);

export const membersBody = strictFields({ members: v.pipe(newMembers, v.minLength(1)) });

/** New values of a member. A field that is absent keeps its value. */
export const memberChangeBody = v.pipe(
  strictFields({
    /** The role in the room. */
    role: v.optional(v.picklist(roles)),
    /** A JSON object of your own, at most 2 KB; null removes it. */
    data: v.optional(v.nullable(customData)),
  }),
  v.check(({ role, data }) => role !== undefined || data !== undefined, 'must have "role" or "data"'),
);

/** Part of the id of a bot's messages: `bot:` and this. */
const botId = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.maxLength(64),
  v.regex(/^[\w.-]+$/, 'must have only letters, digits, "_", "-" and "."'),
);

/** A message of a user (`user_id`), of a bot, or of the chat itself (`system`). */
export const messageBody = v.pipe(
  strictFields({
    /** The text. */
    text,
    /** The member who is the author. */
    user_id: v.optional(userId),
    /** The bot that is the author. It needs no membership. */
    bot: v.optional(
      strictFields({
        /** The bot's id, without the `bot:` that messages have. */
        id: botId,
        /** The name that members see. Default: the id. */
        name: v.optional(personName),
        /** The https address of the picture that members see. */
        avatar_url: v.optional(avatarUrl),
      }),
    ),
    /** True for a message of the type `system`, such as "Ann has left". Its author has the id `system`. */
    system: v.optional(v.literal(true)),
    /** The ids of the users whom the message mentions, at most 50. */
    mentions: v.optional(mentions),
    /** A JSON object of your own, at most 2 KB. */
    data: v.optional(customData),
    /** The id of the message that this one replies to. */
    reply_to: v.optional(messageId),
    /** The idempotency key, unless the header `Idempotency-Key` has it. */
    client_id: v.optional(clientId),
  }),
  v.check(
    ({ user_id, bot, system }) => [user_id, bot, system].filter((each) => each !== undefined).length === 1,
    'must have exactly one of "user_id", "bot" and "system"',
  ),
);

export const messageChangeBody = strictFields({
  text,
  /** Replaces the users whom the message mentions; an empty list removes them. */
  mentions: v.optional(mentions),
  /** Replaces the data of the message; null removes it. */
  data: v.optional(v.nullable(customData)),
});

/** New values of a user; null removes one, and a field that is absent keeps its value. */
export const userBody = strictFields({
  /** The name that others see, instead of the name in the user's token. */
  name: v.optional(v.nullable(personName)),
  /** The https address of the picture that others see, instead of the one in the user's token. */
  avatar_url: v.optional(v.nullable(avatarUrl)),
  /** A JSON object of your own that others can read, at most 2,048 bytes. */
  data: v.optional(v.nullable(customData)),
  /** A JSON object that only backends can read, at most 2,048 bytes. */
  attributes: v.optional(v.nullable(customData)),
});

export const userShape = v.pipe(
  v.object({
    /** The user's id. */
    id: v.string(),
    /** The name that others see: `name`, or else that of the user's last token, or the id. */
    username: v.string(),
    /** The name that `putUser` set; null if none. */
    name: v.nullable(v.string()),
    /** The address of the picture that `putUser` set; null if none. */
    avatar_url: v.nullable(v.string()),
    /** The values that `putUser` set, which others can read; null if none. */
    data: v.nullable(customData),
    /** The values that `putUser` set, which only backends can read. */
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
    /** Whether only members may connect, or everybody, including guests. */
    access: v.picklist(['members', 'open']),
    ...settingsShape,
    /** The JSON object that was stored with the room. Null if there is none. */
    data: v.nullable(customData),
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
    /** The JSON object that was stored with the member. Null if there is none. */
    data: v.nullable(customData),
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
    /** The author, as they were when the message was sent. */
    sender: v.object({
      /** The author's id. */
      id: v.string(),
      /** The author's user name. */
      username: v.string(),
      /** The name that others see. */
      name: v.string(),
      /** The address of the author's picture; null if none. */
      avatar_url: v.nullable(v.string()),
      /** The author's e-mail address. Empty if there is none. */
      email: v.string(),
      /** The kind of user, as the author's token has it. Empty if there is none. */
      user_type: v.string(),
    }),
    /** The text. Empty in a deleted message. */
    text: v.string(),
    /** The kind of message. */
    type: v.picklist(messageTypes),
    /** The delivery status: `sent` after the message was stored, `delivered` to a member, or `read` by one. */
    status: v.picklist(statuses),
    /** When the message was stored, in ISO 8601. */
    created_at: time,
    /** When the message was last changed, in ISO 8601. */
    updated_at: time,
    /** Whether the text was changed. */
    edited: v.boolean(),
    /** The id of the message that this one replies to. */
    reply_to: v.optional(v.number()),
    /** The ids of the users whom the message mentions. Absent if there are none. */
    mentions: v.optional(v.array(v.string())),
    /** The JSON object that was stored with the message. */
    data: v.optional(customData),
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

/** A reported message. */
export const reportedShape = v.pipe(
  v.object({
    ...reportedInRest.entries,
    /** The room's id. */
    room_id: v.string(),
    /** The author of the message. Null if the author was erased. */
    sender: v.nullable(
      v.object({
        /** The author's id. */
        id: v.string(),
        /** The author's name. */
        username: v.string(),
      }),
    ),
    /** The first 20 reports. */
    reports: v.array(
      v.object({
        /** The id of the user who reported the message. */
        user_id: v.string(),
        ...reportFields,
      }),
    ),
  }),
  v.metadata({ ref: 'ReportedMessage' }),
);

export const reportedPage = v.object({
  reports: v.array(reportedShape),
  next_cursor: v.nullable(v.string()),
});
