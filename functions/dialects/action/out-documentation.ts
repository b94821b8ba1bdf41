import { HISTORY_LIMIT } from '../../domain/command.ts';
import { MAX_INBOX_ROOMS } from '../../domain/inbox.ts';
import { MAX_ANNOUNCED_CONNECTIONS } from '../../domain/presence.ts';
import { MAX_RECEIPT_AUDIENCE } from '../../domain/receipt.ts';
import type { FrameOut, Words } from '../documentation.ts';
import * as outward from './out-schema.ts';

/** What clients of `action` are sent. */
export const actionOut: readonly FrameOut[] = [
  {
    name: 'recent messages',
    tells: 'Connected',
    schema: outward.recentMessages,
    does: `Comes once, right after connecting: the last ${HISTORY_LIMIT} messages, newest first, in as many as fit 128 KB. It is an array, and no object. It is empty in a new room, and where the history could not be read.`,
  },
  {
    name: 'chat_message',
    tells: 'MessageSent',
    schema: outward.chatMessage,
    does: 'Somebody, perhaps you, has said something; it is stored. Show it, unless you have its `message_id` already.',
  },
  {
    name: 'mark_message_as_delivered',
    tells: 'MessageDelivered',
    schema: outward.delivered,
    does: `Somebody else’s connection has taken the message. In rooms of over ${MAX_RECEIPT_AUDIENCE} connections only the author is told. A status never goes down: ignore this after \`read\`.`,
  },
  {
    name: 'mark_message_as_read',
    tells: 'MessageRead',
    schema: outward.read,
    does: 'Somebody else has read the message. Told to the same ones.',
  },
  {
    name: 'message_edited',
    tells: 'MessageEdited',
    schema: outward.edited,
    does: 'Show the new text, unless you have a higher `seq` for this message.',
    words: { text: 'The new text.' },
  },
  {
    name: 'message_deleted',
    tells: 'MessageDeleted',
    schema: outward.deleted,
    does: 'Take the message away. This is final, even if an edit with a higher `seq` comes.',
  },
  {
    name: 'message_reacted',
    tells: 'MessageReacted',
    schema: outward.reacted,
    does: 'Put the emoji under the message, or take this user’s away.',
    words: { removed: 'It was taken back. Absent otherwise.' },
  },
  {
    name: 'message_seen',
    tells: 'Seen',
    schema: outward.seen,
    does: 'This user has read everything up to this message. It may come late: keep the highest.',
  },
  {
    name: 'typing',
    tells: 'TypingChanged',
    schema: outward.typing,
    does: 'Show, or stop to show, that this user types.',
    words: { typing: 'Whether the user types.' },
  },
  {
    name: 'presence',
    tells: 'PresenceChanged',
    schema: outward.presence,
    does: `Of another user, the first connection in the room came, or the last one went. Not told in rooms of over ${MAX_ANNOUNCED_CONNECTIONS} connections.`,
    words: { status: 'Whether the user has a connection in the room.', last_seen: 'When this was so.' },
  },
  {
    name: 'history',
    tells: 'HistoryLoaded',
    schema: outward.history,
    does: 'The answer to `history`. For the page before it, ask with `before`: the lowest `message_id` of this one.',
    words: {
      messages: 'Newest first, without deleted ones.',
      has_more: 'Whether there are older ones.',
    },
  },
  {
    name: 'sync',
    tells: 'Synced',
    schema: outward.sync,
    does: 'The answer to `sync`. Each message comes as it is now, in the first of its changes on the page: put it in the place of what you have, and the page may come twice. Then you have everything up to `seq`; while `has_more`, ask again from there. A page whose `seq` is below yours is old: drop it. When it is not `complete`, over 1,000 numbers were missed, or the room never gave the one that you named: drop what you have, load the history, and go on from `seq`.',
    words: {
      since: 'The number that you asked from.',
      events: 'The changes after that number, in order. Numbers that are not there were never used.',
      'events.type': 'What the change is.',
      'events.message_id': 'The message that was changed.',
      'events.seq': 'The number of the change.',
      'events.message': 'The message as it is now; a deleted one has `deleted` and no text.',
      'events.user_id': 'Who reacted.',
      'events.emoji': 'With what.',
      'events.removed': 'It was taken back.',
      seq: 'You have every change up to this number now.',
      has_more: 'There are changes after it.',
      complete: 'Whether the changes are all there.',
      receipts: 'How far older messages have come, up to 50; with the last page.',
      'receipts.message_id': 'The message.',
      'receipts.status': 'How far it has come.',
      seen: 'How far members, up to 50, have read; with the last page. The mark of one whose connection reads at once moves when that comes and goes: until then `receipts` tell of it.',
      'seen.user_id': 'Who.',
      'seen.message_id': 'They have read everything up to this message.',
    },
  },
  {
    name: 'joined',
    tells: 'Joined',
    schema: outward.joined,
    does: 'The socket hears of this room from now on: the answer to `join`. In an inbox also when somebody has made you a member: then it hears of new messages there.',
    words: { room_id: 'The room.', seq: 'The number of its last change.' },
  },
  {
    name: 'left',
    tells: 'Left',
    schema: outward.left,
    does: 'The socket hears no more of this room: the answer to `leave`, for any room, or somebody has taken you out of it.',
    words: { room_id: 'The room.' },
  },
  {
    name: 'inbox',
    tells: 'InboxOpened',
    schema: outward.inbox,
    does: 'Comes once, right after connecting without a room: from now on you hear of your rooms.',
    words: { rooms: `How many those are, ${MAX_INBOX_ROOMS.toLocaleString('en')} at most.` },
  },
  {
    name: 'authenticated',
    tells: 'Authenticated',
    schema: outward.authenticated,
    does: 'The answer to `authenticate`.',
    words: { expires_at: 'When the token runs out that counts now.' },
  },
  {
    name: 'pong',
    tells: 'Ponged',
    schema: outward.pong,
    does: 'The answer to `ping`.',
    words: {
      seq: 'The number of the room’s last change: if it is higher than yours, you may have missed some.',
    },
  },
  {
    name: 'error',
    tells: 'Refused',
    schema: outward.error,
    does: 'Your frame was not served. The socket stays open.',
    words: {
      code: 'One of the error codes.',
      message: 'A sentence for people.',
      client_id: 'The one of the frame, where it could be read.',
    },
  },
];

/** A message's fields. */
export const actionMessageWords: Words = {
  text: 'Empty in a deleted message.',
  sender_id: 'The author’s user id.',
  sender_email: 'The author’s email address, empty where the token has none.',
  status:
    '`send` when it is stored, `delivered` when somebody else has it, `read` when somebody else has read it.',
  type: 'What the message is, where it is no text.',
  reply_to: 'The id of the message that it answers.',
  edited: 'There where its text was changed.',
  deleted: 'There where it was deleted, as in the answer to a repeat.',
  file: 'The name of its file.',
  reactions: 'The ids of the users who reacted, by emoji.',
  client_id: 'Your own name for it. Nobody but you is sent it.',
};
