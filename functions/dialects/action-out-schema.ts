import * as v from 'valibot';
import { errorCode, fileDetails, number, time, wireId } from './out-schema.ts';

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
  ...elsewhere,
});

export const deleted = v.strictObject({
  type: v.literal('message_deleted'),
  message_id: number,
  seq: number,
  ...elsewhere,
});

export const reacted = v.strictObject({
  type: v.literal('message_reacted'),
  message_id: number,
  user_id: wireId,
  emoji: v.string(),
  removed: v.optional(v.literal(true)),
  seq: number,
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

export const pong = v.strictObject({ type: v.literal('pong'), seq: number, ...elsewhere });

export const error = v.strictObject({
  type: v.literal('error'),
  code: errorCode,
  message: v.string(),
  client_id: v.optional(v.string()),
  ...elsewhere,
});
