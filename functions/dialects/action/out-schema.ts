import * as v from 'valibot';
import { errorCode, fileDetails, number, refusedDetails, time, wireId } from '../out-schema.ts';

const elsewhere = { room_id: v.optional(wireId) };

export const messageShape = v.strictObject({
  message_id: number,
  text: v.string(),
  sender_id: wireId,
  sender_email: v.string(),
  status: v.picklist(['send', 'delivered', 'read']),
  created_at: time,
  updated_at: time,
  type: v.optional(v.picklist(['file', 'image'])),
  reply_to: v.optional(number),
  edited: v.optional(v.literal(true)),
  deleted: v.optional(v.literal(true)),
  file: v.optional(v.string()),
  ...fileDetails,
  reactions: v.optional(v.record(v.string(), v.array(wireId))),
  client_id: v.optional(v.string()),
});

export const recentMessages = v.array(messageShape);

export const chatMessage = v.strictObject({
  type: v.literal('chat_message'),
  message_id: number,
  message: messageShape,
  seq: number,
  ...elsewhere,
});

export const delivered = v.strictObject({
  type: v.literal('mark_message_as_delivered'),
  message: messageShape,
  ...elsewhere,
});

export const read = v.strictObject({
  type: v.literal('mark_message_as_read'),
  message: messageShape,
  ...elsewhere,
});

export const edited = v.strictObject({
  type: v.literal('message_edited'),
  message_id: number,
  text: v.string(),
  seq: number,
  client_id: v.optional(v.string()),
  ...elsewhere,
});

export const deleted = v.strictObject({
  type: v.literal('message_deleted'),
  message_id: number,
  seq: number,
  client_id: v.optional(v.string()),
  ...elsewhere,
});

export const reacted = v.strictObject({
  type: v.literal('message_reacted'),
  message_id: number,
  user_id: wireId,
  emoji: v.string(),
  removed: v.optional(v.literal(true)),
  seq: number,
  client_id: v.optional(v.string()),
  ...elsewhere,
});

export const seen = v.strictObject({
  type: v.literal('message_seen'),
  message_id: number,
  user_id: wireId,
  ...elsewhere,
});

export const typing = v.strictObject({
  type: v.literal('typing'),
  user_id: wireId,
  typing: v.boolean(),
  ...elsewhere,
});

export const presence = v.strictObject({
  type: v.literal('presence'),
  user_id: wireId,
  status: v.picklist(['online', 'offline']),
  last_seen: time,
  ...elsewhere,
});

export const history = v.strictObject({
  type: v.literal('history'),
  messages: v.array(messageShape),
  has_more: v.boolean(),
  ...elsewhere,
});

/** A change in a page of `sync`, with the current state of its message. */
const change = v.strictObject({
  type: v.picklist(['chat_message', 'message_edited', 'message_deleted', 'message_reacted']),
  message_id: number,
  seq: number,
  message: v.optional(messageShape),
  user_id: v.optional(wireId),
  emoji: v.optional(v.string()),
  removed: v.optional(v.literal(true)),
});

export const sync = v.strictObject({
  type: v.literal('sync'),
  since: number,
  events: v.array(change),
  seq: number,
  has_more: v.boolean(),
  complete: v.boolean(),
  receipts: v.array(
    v.strictObject({ message_id: number, status: v.picklist(['send', 'delivered', 'read']) }),
  ),
  seen: v.array(v.strictObject({ user_id: wireId, message_id: number })),
  ...elsewhere,
});

export const authenticated = v.strictObject({
  type: v.literal('authenticated'),
  expires_at: time,
  ...elsewhere,
});

export const joined = v.strictObject({ type: v.literal('joined'), room_id: wireId, seq: number });

export const left = v.strictObject({ type: v.literal('left'), room_id: wireId });

export const inbox = v.strictObject({ type: v.literal('inbox'), rooms: number, ...elsewhere });

export const pong = v.strictObject({ type: v.literal('pong'), seq: number, ...elsewhere });

export const error = v.strictObject({
  type: v.literal('error'),
  code: errorCode,
  message: v.string(),
  ...refusedDetails,
  ...elsewhere,
});
