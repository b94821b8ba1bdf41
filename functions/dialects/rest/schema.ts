import * as v from 'valibot';
import { roles } from '../../domain/member.ts';
import { messageTypes, statuses } from '../../domain/message.ts';

// Schemas of REST responses. The OpenAPI document and the client's types are generated from them.

const id = v.union([v.string(), v.number()]);
const time = v.pipe(v.string(), v.isoTimestamp());

export const userShape = v.pipe(
  v.object({
    id,
    username: v.string(),
    email: v.string(),
    user_type: v.string(),
    guest: v.optional(v.literal(true)),
  }),
  v.metadata({ ref: 'User' }),
);

export const messageShape = v.pipe(
  v.object({
    id: v.number(),
    chat: id,
    sender: userShape,
    content: v.string(),
    timestamp: time,
    type: v.picklist(messageTypes),
    status: v.picklist(statuses),
    edited: v.boolean(),
    reply_to: v.optional(v.number()),
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
    /** The user's name. Null until the user has connected once. */
    username: v.nullable(v.string()),
    /** The user's role in the room. */
    role: v.picklist(roles),
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
  /** Whether only members may connect, or everybody, also guests. */
  access: v.picklist(['members', 'open']),
});

export const summaryShape = v.pipe(
  v.object({
    ...roomShape.entries,
    /** Whether a stranger added you, and you have not accepted yet. */
    request: v.boolean(),
    /** The number of messages of others that you have not read. */
    unread: v.number(),
    /** Whether there are more unread messages than `unread`. */
    unread_capped: v.boolean(),
    /** The newest message. Null if there is none. */
    last_message: v.nullable(messageShape),
    /** When the newest message was sent, in ISO 8601. */
    last_at: v.nullable(time),
  }),
  v.metadata({ ref: 'RoomSummary' }),
);

export const descriptionShape = v.pipe(
  v.object({
    ...roomShape.entries,
    /** The sequence number of the room's last change. */
    seq: v.number(),
    /** Whether a stranger added you, and you have not accepted yet. */
    request: v.boolean(),
    /** The first members, at most 500. */
    members: v.array(memberShape),
    /** Whether the room has more members than these. */
    more_members: v.boolean(),
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
      }),
      v.metadata({ ref: 'FoundUser' }),
    ),
  ),
  /** Pass it to load the next page. Null on the last page. */
  next_cursor: v.nullable(v.string()),
});

export const errorShape = v.pipe(
  v.object({ error: v.string(), message: v.string(), retry_after_ms: v.optional(v.number()) }),
  v.metadata({ ref: 'Error' }),
);

/** A page of the caller's rooms. */
export const roomsPage = v.object({
  /** The rooms, latest first. */
  chats: v.array(summaryShape),
  /** Pass it to load the next page. Null on the last page. */
  next_cursor: v.nullable(v.string()),
});

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
export const linkShape = v.object({ url: v.string(), expires_at: time });
