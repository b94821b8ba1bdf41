import * as v from 'valibot';
import { errorCode, fileDetails, number, refusedDetails, time, wireId } from '../out-schema.ts';

/** Returns the schema of a frame that has `room_id` when it is about another room. */
const frame = <T extends string, F extends v.ObjectEntries>(type: T, fields: F) =>
  v.strictObject({ type: v.literal(type), ...fields, room_id: v.optional(wireId) });

/** Present for a guest, whose user id is unverified. */
const guest = v.optional(v.literal(true));

export const messageShape = v.strictObject({
  /** The message's id, which is also its position in the room's log. */
  message_id: number,
  /** The text. Empty in a deleted message. */
  text: v.string(),
  /** The id of the author. */
  sender_id: wireId,
  /** The author's e-mail address. Empty if the author's token had none. */
  sender_email: v.string(),
  /**
   * The author's name. In frames, only for a bot of the team's backend; in the client, also in the last messages of
   * `rooms()` and in the results of the React hooks.
   */
  sender_name: v.optional(v.string()),
  /** Present if the author is a guest, whose id is unverified. */
  guest,
  /** How far the message has come: stored, delivered to a member, or read by one. */
  status: v.picklist(['send', 'delivered', 'read']),
  /** When the message was stored, in ISO 8601. */
  created_at: time,
  /** When the message was last changed, in ISO 8601. */
  updated_at: time,
  /** What `file` is. Absent for a message without a file. */
  type: v.optional(v.picklist(['file', 'image'])),
  /** The id of the message that this one replies to. */
  reply_to: v.optional(number),
  /** Present if the text was edited. */
  edited: v.optional(v.literal(true)),
  /** Present if the message was deleted. */
  deleted: v.optional(v.literal(true)),
  /** The name of the file. */
  file: v.optional(v.string()),
  ...fileDetails,
  /** The users who reacted, by emoji: all ids, or their number and some ids. */
  reactions: v.optional(
    v.record(
      v.string(),
      v.union([
        v.array(wireId),
        v.strictObject({
          /** The number of users who reacted with this emoji. */
          count: number,
          /** The ids of some of them. */
          users: v.array(wireId),
        }),
      ]),
    ),
  ),
  /** Present if the text was too long for this frame. The HTTP API has all of it. */
  truncated: v.optional(v.literal(true)),
  /** The id that the author's client gave the message. Present for the author only. */
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
  /** Whether the user is connected to the room. */
  status: v.picklist(['online', 'offline']),
  /** When the user was last connected, in ISO 8601. */
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

export const pong = frame('pong', {
  seq: number,
  rooms: v.optional(v.array(v.strictObject({ room_id: wireId, seq: v.optional(number) }))),
});

export const error = frame('error', { code: errorCode, message: v.string(), ...refusedDetails });
