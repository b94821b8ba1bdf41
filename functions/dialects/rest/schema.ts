import * as v from 'valibot';
import { roles } from '../../domain/member.ts';
import { messageTypes, statuses } from '../../domain/message.ts';
import { notifyLevels } from '../../domain/preferences.ts';
import { reportReasons, reportStatuses } from '../../domain/report.ts';
import { postings } from '../../domain/room.ts';
import { customData } from '../frame.ts';

// Schemas of REST responses. The OpenAPI document and the client's types are generated from them.

const id = v.union([v.string(), v.number()]);
const time = v.pipe(v.string(), v.isoTimestamp());

const userFields = { id, username: v.string(), email: v.string(), user_type: v.string() };

const userShape = v.pipe(
  v.object({ ...userFields, guest: v.optional(v.literal(true)) }),
  v.metadata({ ref: 'User' }),
);

/** The signed-in user. */
export const ownShape = v.object({
  ...userFields,
  /** The name that others see. */
  name: v.string(),
  /** The https address of the user's picture. Null if there is none. */
  avatar_url: v.nullable(v.string()),
});

export const messageShape = v.pipe(
  v.object({
    id: v.number(),
    chat: id,
    sender: userShape,
    /** The author's name when the message was sent. */
    sender_name: v.string(),
    /** The https address of the author's picture when the message was sent. Absent if there is none. */
    sender_avatar: v.optional(v.string()),
    content: v.string(),
    timestamp: time,
    type: v.picklist(messageTypes),
    status: v.picklist(statuses),
    edited: v.boolean(),
    reply_to: v.optional(v.number()),
    /** The ids of the users whom the message mentions. Absent if there are none. */
    mentions: v.optional(v.array(id)),
    /** The JSON object that the team's app stored with the message. */
    data: v.optional(customData),
    deleted: v.optional(v.literal(true)),
    file: v.optional(v.string()),
    file_url: v.optional(v.string()),
    file_type: v.optional(v.string()),
    file_size: v.optional(v.number()),
  }),
  v.metadata({ ref: 'Message' }),
);

export const memberShape = v.pipe(
  v.object({
    /** The user's id. */
    user_id: id,
    /** The user's name. Null until the user has connected once, or the team has named them. */
    username: v.nullable(v.string()),
    /** The https address of the user's picture. Null if there is none, or if it is hidden. */
    avatar_url: v.nullable(v.string()),
    /** The JSON object that the team has stored about the user. Null if there is none, or if it is hidden. */
    profile_data: v.nullable(customData),
    /** The user's role in the room. */
    role: v.picklist(roles),
    /** The JSON object that the team's app stored with the member. Null if there is none. */
    data: v.nullable(customData),
    /** Whether a stranger added the member, who has not accepted yet. Name and presence are hidden until then. */
    pending: v.boolean(),
    /** Until when the member may not write, in ISO 8601. Null if the member may write. */
    muted_until: v.nullable(time),
    /** Whether the user is connected to any room. False in the answer to adding or changing a member. */
    online: v.boolean(),
    /** When the user was last connected, in ISO 8601. Null if never, or if this is hidden. */
    last_seen: v.nullable(time),
  }),
  v.metadata({ ref: 'Member' }),
);

export const roomShape = v.object({
  /** The room's id. */
  id,
  /** The room's name. Empty for a direct room. */
  name: v.string(),
  /** `direct` for a room of two users that cannot get further members. */
  kind: v.picklist(['group', 'direct']),
  /** Whether only members may connect, or everybody, including guests. */
  access: v.picklist(['members', 'open']),
  /** The JSON object that the team's app stored with the room. Null if there is none. */
  data: v.nullable(customData),
});

export const preferencesShape = v.pipe(
  v.object({
    /** Which messages of the room you want to be notified about. */
    notify: v.picklist(notifyLevels),
    /** Whether the room is at the top of your list. */
    pinned: v.boolean(),
    /** Whether the room is left out of your list until another user sends a message. */
    hidden: v.boolean(),
  }),
  v.metadata({ ref: 'Preferences' }),
);

/** The settings of a room. A direct room has the defaults. */
export const settingsShape = {
  /** What the room is about. Empty if nobody described it. */
  description: v.string(),
  /** The https address of the room's picture. Null if there is none. */
  avatar_url: v.nullable(v.string()),
  /** Who may send messages: everyone, or only owners and moderators. */
  posting: v.picklist(postings),
  /** The least number of seconds between two messages of a member. 0 for none. */
  slow_mode: v.number(),
  /** Whether the room is read-only. */
  archived: v.boolean(),
};

export const summaryShape = v.pipe(
  v.object({
    ...roomShape.entries,
    ...settingsShape,
    /** Whether a stranger added you, and you have not accepted yet. */
    request: v.boolean(),
    /** The other member of a direct room. Null in a group. */
    other: v.nullable(memberShape),
    /** The number of messages of others that you have not read. */
    unread: v.number(),
    /** The number of these messages that mention you. With `unread_capped`, there may be more. */
    mentioned: v.number(),
    /** Whether there are more unread messages than `unread`. */
    unread_capped: v.boolean(),
    /** The newest message. Null if there is none. */
    last_message: v.nullable(messageShape),
    /** When the newest message was sent, in ISO 8601. */
    last_at: v.nullable(time),
    /** What you have chosen for this room. */
    preferences: preferencesShape,
  }),
  v.metadata({ ref: 'RoomSummary' }),
);

export const descriptionShape = v.pipe(
  v.object({
    ...roomShape.entries,
    ...settingsShape,
    /** The sequence number of the room's last change. */
    seq: v.number(),
    /** Whether a stranger added you, and you have not accepted yet. */
    request: v.boolean(),
    /** The first members, at most 500. */
    members: v.array(memberShape),
    /** Whether the room has more members than these. */
    more_members: v.boolean(),
    /** What you have chosen for this room. Null if you are not a member. */
    preferences: v.nullable(preferencesShape),
    /** The size limit of uploads, in bytes. */
    max_file_bytes: v.number(),
  }),
  v.metadata({ ref: 'Room' }),
);

/** A page of a room's members. */
export const membersPage = v.object({
  /** The members, in the order of their ids. */
  members: v.array(memberShape),
  /** Pass it to load the next page. Null on the last page. */
  next_cursor: v.nullable(v.string()),
});

/** A page of people that a search found. */
export const usersPage = v.object({
  /** The users whose names match. */
  users: v.array(
    v.pipe(
      v.object({
        /** The user's id. */
        user_id: id,
        /** The user's name. */
        username: v.string(),
        /** The https address of the user's picture. Null if there is none. */
        avatar_url: v.nullable(v.string()),
        /** The JSON object that the team has stored about the user. Null if there is none. */
        profile_data: v.nullable(customData),
      }),
      v.metadata({ ref: 'FoundUser' }),
    ),
  ),
  /** Pass it to load the next page. Null on the last page. */
  next_cursor: v.nullable(v.string()),
});

/** A page of the messages that a search found. */
export const foundMessagesPage = v.object({
  /** The messages that contain all words, newest first. */
  messages: v.array(messageShape),
  /** How far back the search has looked. Null if there was nothing to search. */
  searched_to: v.nullable(
    v.object({
      /** All messages with this id or a higher one have been searched. */
      message_id: v.number(),
      /** When the oldest change in the searched part of the room was made. */
      created_at: time,
    }),
  ),
  /** Pass it to search further back. Null if the search has reached the room's beginning. */
  next_cursor: v.nullable(v.string()),
});

/** The pinned messages of a room. */
export const pinsShape = v.object({
  /** The pins, the newest first. */
  pins: v.array(
    v.pipe(
      v.object({
        /** The pinned message. */
        message: messageShape,
        /** The sequence number of the change that pinned it. */
        seq: v.number(),
        /** The id of the user who pinned it. */
        pinned_by: id,
        /** When it was pinned, in ISO 8601. */
        pinned_at: time,
      }),
      v.metadata({ ref: 'Pin' }),
    ),
  ),
});

export const errorShape = v.pipe(
  v.object({ error: v.string(), message: v.string(), retry_after_ms: v.optional(v.number()) }),
  v.metadata({ ref: 'Error' }),
);

/** A page of the caller's rooms. */
export const roomsPage = v.object({
  /** The rooms: pinned ones first, and then the latest first. */
  chats: v.array(summaryShape),
  /** Pass it to load the next page. Null on the last page. */
  next_cursor: v.nullable(v.string()),
  /** Whether users may create rooms, as the setting `createRooms` says. */
  may_create_rooms: v.boolean(),
});

/** A user whom the caller has blocked. */
export const blockShape = v.object({
  /** The id of the blocked user. */
  user_id: id,
  /** Since when, in ISO 8601. */
  blocked_at: time,
});

/** All users whom the caller has blocked, the latest first. */
export const blocksShape = v.object({ blocks: v.array(blockShape) });

/** How to upload an announced file. */
export const offerShape = v.object({
  file_id: v.string(),
  name: v.string(),
  content_type: v.string(),
  size: v.number(),
  upload: v.object({ method: v.literal('PUT'), url: v.string(), headers: v.record(v.string(), v.string()) }),
  expires_at: time,
});

/** Where a file can be downloaded without a token. */
export const linkShape = v.object({
  /** The URL. */
  url: v.string(),
  /** Until when the URL is valid, in ISO 8601. */
  expires_at: time,
});

/** The fields of each report. */
export const reportFields = {
  /** The reason. */
  reason: v.picklist(reportReasons),
  /** What the user wrote. Null if nothing. */
  note: v.nullable(v.string()),
  /** When the user reported it, in ISO 8601. */
  reported_at: time,
};

/** The caller's report of a message. */
export const reportShape = v.object({
  /** The id of the reported message. */
  message_id: v.number(),
  ...reportFields,
});

/** A reported message, for moderators and backends. */
export const reportedShape = v.pipe(
  v.object({
    /** The room's id. */
    room_id: id,
    /** The message's id. */
    message_id: v.number(),
    /** Whether the reports are open or resolved. */
    status: v.picklist(reportStatuses),
    /** The author of the message. Null if the author was erased. */
    sender: v.nullable(
      v.object({
        /** The author's id. */
        id,
        /** The author's name. */
        username: v.string(),
      }),
    ),
    /** When the message was sent. Null if the author was erased. */
    sent_at: v.nullable(time),
    /** The text now. Null if the message was deleted or has expired. */
    text: v.nullable(v.string()),
    /** The text at the first report, and at the latest one if it had changed. Empty if the author was erased. */
    reported_texts: v.array(v.string()),
    /** The name of the file at the first report. Null if there was none. */
    file: v.nullable(v.string()),
    /** The first 20 reports. */
    reports: v.array(
      v.object({
        /** The id of the user who reported the message. */
        user_id: id,
        ...reportFields,
      }),
    ),
    /** The number of users who reported the message, counted up to 100. */
    report_count: v.number(),
    /** When the message was first reported. If reports were resolved before: when it was first reported after that. */
    opened_at: time,
    /** When the message was last reported. */
    last_reported_at: time,
    /** When the reports were resolved; null while they are open. */
    resolved_at: v.nullable(time),
    /** Who resolved the reports: a user's id, or `service:` and the name of the backend's role. */
    resolved_by: v.nullable(v.string()),
    /** A note about how the reports were handled. */
    resolution: v.nullable(v.string()),
  }),
  v.metadata({ ref: 'ReportedMessage' }),
);

export const reportedPage = v.object({
  /** The most recently opened or resolved come first. */
  reports: v.array(reportedShape),
  /** Pass it to load the next page. Null on the last page. A page may be empty although more follow. */
  next_cursor: v.nullable(v.string()),
});
