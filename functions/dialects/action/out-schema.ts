import * as v from 'valibot';
import { roles } from '../../domain/member.ts';
import { notifyLevels } from '../../domain/preferences.ts';
import { postings } from '../../domain/room.ts';
import { customData } from '../frame.ts';
import {
  errorCode,
  fileDetails,
  number,
  refusedDetails,
  senderDetails,
  time,
  wireId,
} from '../out-schema.ts';

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
  /**
   * The author's e-mail address. Empty if the author's token had none. If the chat's setting `exposeEmail` is off, it is
   * the user name of the author.
   */
  sender_email: v.string(),
  ...senderDetails,
  /** Present if the author is a guest, whose id is unverified. */
  guest,
  /** The delivery status: `send` after the message was stored, `delivered` to a member, or `read` by one. */
  status: v.picklist(['send', 'delivered', 'read']),
  /** When the message was stored, in ISO 8601. */
  created_at: time,
  /** When the message was last changed, in ISO 8601. */
  updated_at: time,
  /** The kind of message. Absent in a text message. Only the team's backend sends messages of the type `system`. */
  type: v.optional(v.picklist(['file', 'image', 'system'])),
  /** The id of the message that this one replies to. */
  reply_to: v.optional(number),
  /** Present if the text was edited. */
  edited: v.optional(v.literal(true)),
  /** Present if the message was deleted. */
  deleted: v.optional(v.literal(true)),
  /** The name of the file. */
  file: v.optional(v.string()),
  ...fileDetails,
  /** The ids of the users whom the message mentions. Absent if there are none. */
  mentions: v.optional(v.array(wireId)),
  /** The JSON object that the team's app stored with the message. */
  data: v.optional(customData),
  /** The users who reacted, by emoji: the ids of all of them, or their number and some ids. */
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
  /** The idempotency key that the author's client chose. Only the author receives it. */
  client_id: v.optional(v.string()),
});

export const recentMessages = v.array(messageShape);

export const chatMessage = frame('chat_message', { message_id: number, message: messageShape, seq: number });

export const delivered = frame('mark_message_as_delivered', { message: messageShape });

export const read = frame('mark_message_as_read', { message: messageShape });

/** The status of the user's own messages up to `message_id`. */
export const receipt = frame('receipt', { message_id: number, status: v.picklist(['delivered', 'read']) });

export const edited = frame('message_edited', {
  message_id: number,
  text: v.string(),
  mentions: v.optional(v.array(wireId)),
  data: v.optional(customData),
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

/** Stands for a change of a message whose author the user has blocked. Only its sequence number is used. */
export const hidden = frame('hidden', { seq: number });

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

/** The settings of a room that changed. */
const changedSettings = v.strictObject({
  /** The name of the room. */
  name: v.optional(v.string()),
  /** What the room is about. */
  description: v.optional(v.string()),
  /** The https address of the room's picture. Null if there is none. */
  avatar_url: v.optional(v.nullable(v.string())),
  /** Who may send messages: everyone, or only owners and moderators. */
  posting: v.optional(v.picklist(postings)),
  /** The least number of seconds between two messages of a member. 0 for none. */
  slow_mode: v.optional(number),
  /** Whether the room is read-only. */
  archived: v.optional(v.boolean()),
  /** The data of the room. Null if it was removed. */
  data: v.optional(v.nullable(customData)),
});

export const roomUpdated = frame('room_updated', { room: changedSettings, by: wireId, seq: number });

export const roomDeleted = frame('room_deleted', {});

const role = v.picklist(roles);

export const memberAdded = frame('member_added', {
  user_id: wireId,
  role,
  data: v.optional(customData),
  by: wireId,
  seq: number,
});

export const memberChanged = frame('member_changed', {
  user_id: wireId,
  role: v.optional(role),
  muted_until: v.optional(v.nullable(time)),
  data: v.optional(v.nullable(customData)),
  by: wireId,
  seq: number,
});

export const memberRemoved = frame('member_removed', { user_id: wireId, by: wireId, seq: number });

export const pinned = frame('message_pinned', { message_id: number, by: wireId, seq: number });

export const unpinned = frame('message_unpinned', { message_id: number, by: wireId, seq: number });

/** A change in a page of `sync`. A change of a message comes with the current state of the message. */
const change = v.strictObject({
  type: v.picklist([
    'chat_message',
    'message_edited',
    'message_deleted',
    'message_reacted',
    'room_updated',
    'member_added',
    'member_changed',
    'member_removed',
    'message_pinned',
    'message_unpinned',
  ]),
  seq: number,
  message_id: v.optional(number),
  message: v.optional(messageShape),
  user_id: v.optional(wireId),
  guest,
  emoji: v.optional(v.string()),
  removed: v.optional(v.literal(true)),
  unchanged: v.optional(v.literal(true)),
  by: v.optional(wireId),
  room: v.optional(changedSettings),
  role: v.optional(role),
  muted_until: v.optional(v.nullable(time)),
  data: v.optional(v.nullable(customData)),
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

export const preferences = v.strictObject({
  type: v.literal('preferences'),
  room_id: wireId,
  /** Which messages of the room the user wants to be notified about. */
  notify: v.picklist(notifyLevels),
  /** Whether the room is at the top of the user's list of rooms. */
  pinned: v.boolean(),
  /** Whether the room is left out of the list until another user sends a message. */
  hidden: v.boolean(),
});

export const block = frame('block', {
  /** The other user. */
  user_id: wireId,
  /** Whether the other user is blocked now. */
  blocked: v.boolean(),
  /** The revision of the block list. */
  revision: number,
});

export const inbox = frame('inbox', { rooms: number, blocks: v.optional(number) });

export const pong = frame('pong', {
  seq: number,
  rooms: v.optional(v.array(v.strictObject({ room_id: wireId, seq: v.optional(number) }))),
});

export const error = frame('error', { code: errorCode, message: v.string(), ...refusedDetails });
