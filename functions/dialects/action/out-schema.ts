import * as v from 'valibot';
import { errorCode, fileDetails, number, refusedDetails, time, wireId } from '../out-schema.ts';

/** Returns the schema of a frame that has `room_id` when it is about another room. */
const frame = <T extends string, F extends v.ObjectEntries>(type: T, fields: F) =>
  v.strictObject({ type: v.literal(type), ...fields, room_id: v.optional(wireId) });

/** Present for a guest, whose user id is unverified. */
const guest = v.optional(v.literal(true));

export const messageShape = v.strictObject({
  message_id: number,
  text: v.string(),
  sender_id: wireId,
  sender_email: v.string(),
  guest,
  status: v.picklist(['send', 'delivered', 'read']),
  created_at: time,
  updated_at: time,
  type: v.optional(v.picklist(['file', 'image'])),
  reply_to: v.optional(number),
  edited: v.optional(v.literal(true)),
  deleted: v.optional(v.literal(true)),
  file: v.optional(v.string()),
  ...fileDetails,
  reactions: v.optional(
    v.record(
      v.string(),
      v.union([v.array(wireId), v.strictObject({ count: number, users: v.array(wireId) })]),
    ),
  ),
  truncated: v.optional(v.literal(true)),
  client_id: v.optional(v.string()),
});

export const recentMessages = v.array(messageShape);

export const chatMessage = frame('chat_message', { message_id: number, message: messageShape, seq: number });

export const delivered = frame('mark_message_as_delivered', { message: messageShape });

export const read = frame('mark_message_as_read', { message: messageShape });

/** Says how far the user's own messages have come. */
export const receipt = frame('receipt', { message_id: number, status: v.picklist(['delivered', 'read']) });

export const edited = frame('message_edited', {
  message_id: number,
  text: v.string(),
  seq: number,
  client_id: v.optional(v.string()),
});

export const deleted = frame('message_deleted', {
  message_id: number,
  seq: number,
  client_id: v.optional(v.string()),
});

export const reacted = frame('message_reacted', {
  message_id: number,
  user_id: wireId,
  guest,
  emoji: v.string(),
  removed: v.optional(v.literal(true)),
  unchanged: v.optional(v.literal(true)),
  seq: number,
  client_id: v.optional(v.string()),
});

export const seen = frame('message_seen', { message_id: number, user_id: wireId, guest });

export const typing = frame('typing', { user_id: wireId, guest, typing: v.boolean() });

export const presence = frame('presence', {
  user_id: wireId,
  status: v.picklist(['online', 'offline']),
  last_seen: time,
});

export const history = frame('history', { messages: v.array(messageShape), has_more: v.boolean() });

/** A change in a page of `sync`, with the current state of its message. */
const change = v.strictObject({
  type: v.picklist(['chat_message', 'message_edited', 'message_deleted', 'message_reacted']),
  message_id: number,
  seq: number,
  message: v.optional(messageShape),
  user_id: v.optional(wireId),
  guest,
  emoji: v.optional(v.string()),
  removed: v.optional(v.literal(true)),
  unchanged: v.optional(v.literal(true)),
});

export const sync = frame('sync', {
  since: number,
  events: v.array(change),
  seq: number,
  has_more: v.boolean(),
  complete: v.boolean(),
  receipts: v.array(
    v.strictObject({ message_id: number, status: v.picklist(['send', 'delivered', 'read']) }),
  ),
  seen: v.array(v.strictObject({ user_id: wireId, message_id: number })),
});

export const authenticated = frame('authenticated', { expires_at: time });

export const joined = v.strictObject({ type: v.literal('joined'), room_id: wireId, seq: number });

export const left = v.strictObject({ type: v.literal('left'), room_id: wireId });

export const inbox = frame('inbox', { rooms: number });

export const pong = frame('pong', { seq: number });

export const error = frame('error', { code: errorCode, message: v.string(), ...refusedDetails });
