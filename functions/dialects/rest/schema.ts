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
    user_id: id,
    username: v.nullable(v.string()),
    role: v.picklist(roles),
    /** Whether a stranger added the member, who has not accepted yet. Name and presence are hidden until then. */
    pending: v.boolean(),
    muted_until: v.nullable(time),
    /** Whether the user is connected to any room. False in the answer to adding or changing a member. */
    online: v.boolean(),
    last_seen: v.nullable(time),
  }),
  v.metadata({ ref: 'Member' }),
);

export const roomShape = v.object({
  id,
  name: v.string(),
  kind: v.picklist(['group', 'direct']),
  access: v.picklist(['members', 'open']),
});

export const summaryShape = v.pipe(
  v.object({
    ...roomShape.entries,
    /** Whether a stranger added you, and you have not accepted yet. */
    request: v.boolean(),
    unread: v.number(),
    unread_capped: v.boolean(),
    last_message: v.nullable(messageShape),
    last_at: v.nullable(time),
  }),
  v.metadata({ ref: 'RoomSummary' }),
);

export const descriptionShape = v.pipe(
  v.object({
    ...roomShape.entries,
    seq: v.number(),
    request: v.boolean(),
    members: v.array(memberShape),
    more_members: v.boolean(),
  }),
  v.metadata({ ref: 'Room' }),
);

/** A page of a room's members. */
export const membersPage = v.object({ members: v.array(memberShape), next_cursor: v.nullable(v.string()) });

/** A page of the people whom a search found. */
export const usersPage = v.object({
  users: v.array(v.pipe(v.object({ user_id: id, username: v.string() }), v.metadata({ ref: 'FoundUser' }))),
  next_cursor: v.nullable(v.string()),
});

export const errorShape = v.pipe(
  v.object({ error: v.string(), message: v.string(), retry_after_ms: v.optional(v.number()) }),
  v.metadata({ ref: 'Error' }),
);

/** A page of the caller's rooms. */
export const roomsPage = v.object({ chats: v.array(summaryShape), next_cursor: v.nullable(v.string()) });

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
