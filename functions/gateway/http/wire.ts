import * as v from 'valibot';
import type { NamedMember } from '../../commands/describe-room.ts';
import type { RoomSummary } from '../../commands/summarize-room.ts';
import { contentMessage } from '../../dialects/content.ts';
import { wireId } from '../../dialects/frame.ts';
import type { Member, User } from '../../domain/member.ts';
import { roles } from '../../domain/member.ts';
import { type Message, messageTypes, statuses } from '../../domain/message.ts';
import type { Room } from '../../domain/room.ts';

const id = v.union([v.string(), v.number()]);
const time = v.pipe(v.string(), v.isoTimestamp());

export const userShape = v.pipe(
  v.object({ id, username: v.string(), email: v.string(), user_type: v.string() }),
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
    muted_until: v.nullable(time),
  }),
  v.metadata({ ref: 'Member' }),
);

const roomShape = v.object({
  id,
  name: v.string(),
  kind: v.picklist(['group', 'direct']),
  access: v.picklist(['members', 'open']),
});

export const summaryShape = v.pipe(
  v.object({
    ...roomShape.entries,
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
    members: v.array(memberShape),
    more_members: v.boolean(),
  }),
  v.metadata({ ref: 'Room' }),
);

export const errorShape = v.pipe(
  v.object({ error: v.string(), message: v.string(), retry_after_ms: v.optional(v.number()) }),
  v.metadata({ ref: 'Error' }),
);

type Wire<S extends v.GenericSchema> = v.InferOutput<S>;

export const wireUser = ({ id, username, email, userType }: User): Wire<typeof userShape> => ({
  id: wireId(id),
  username,
  email,
  user_type: userType,
});

/** S2's message, and what its sockets do not tell. */
export const wireMessage = (message: Message): Wire<typeof messageShape> => ({
  ...contentMessage(message),
  type: message.type,
  status: message.status,
  edited: message.editedAt !== undefined,
  ...(message.deletedAt !== undefined && { deleted: true as const }),
  ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
});

const isoOrNull = (ms: number): string | null => (ms > 0 ? new Date(ms).toISOString() : null);

export const wireMember = (member: Member & Partial<NamedMember>, now: number): Wire<typeof memberShape> => ({
  user_id: wireId(member.user),
  username: member.username ?? null,
  role: member.role,
  muted_until: member.mutedUntil > now ? isoOrNull(member.mutedUntil) : null,
});

export const wireRoom = ({ id, name, kind, access }: Room): Wire<typeof roomShape> => ({
  id: wireId(id),
  name,
  kind,
  access,
});

export const wireSummary = (summary: RoomSummary): Wire<typeof summaryShape> => ({
  ...wireRoom(summary.room),
  unread: summary.unread,
  unread_capped: summary.unreadCapped,
  last_message: summary.lastMessage ? wireMessage(summary.lastMessage) : null,
  last_at: isoOrNull(summary.lastAt),
});
