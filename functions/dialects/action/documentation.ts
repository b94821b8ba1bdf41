import { MAX_INBOX_ROOMS, MAX_RECEIPT_AUDIENCE } from '../../domain/audience.ts';
import { HISTORY_LIMIT } from '../../domain/command.ts';
import { MAX_ANNOUNCED_CONNECTIONS } from '../../domain/connection.ts';
import {
  badCredential,
  type Contract,
  commonWords,
  type FrameIn,
  type FrameOut,
  fileIn,
  type Words,
} from '../documentation.ts';
import { action } from './decode.ts';
import { actionExamples } from './examples.ts';
import * as outward from './out-schema.ts';
import * as inward from './schema.ts';

const act = (value: string) => ({ field: 'action', value });

const frames: readonly FrameIn[] = [
  {
    name: 'send',
    asks: 'SendMessage',
    schema: inward.sendFrame,
    tag: { ...act('send'), optional: true },
    does: 'The message is stored, then everybody in the room gets `chat_message`, you first: that is your acknowledgement. `action` may be left out.',
    words: {
      message: 'The text. May be empty only with a file.',
      type: 'What the message is.',
      reply_to: 'The id of the message that this one answers.',
      file: fileIn,
    },
  },
  {
    name: 'edit',
    asks: 'EditMessage',
    schema: inward.editFrame,
    tag: act('edit'),
    does: 'The message gets a new text, and the room `message_edited`. Only its author may, or a moderator.',
    words: { text: 'The new text.' },
  },
  {
    name: 'delete',
    asks: 'DeleteMessage',
    schema: inward.deleteFrame,
    tag: act('delete'),
    does: 'The message loses its text and leaves the history, for good; the room gets `message_deleted`. Only its author may, or a moderator.',
  },
  {
    name: 'react',
    asks: 'React',
    schema: inward.reactFrame,
    tag: act('react'),
    does: 'Your emoji is put under the message, or taken back; the room gets `message_reacted`.',
    words: { emoji: 'One emoji.', remove: 'Takes it back.' },
  },
  {
    name: 'seen',
    asks: 'MarkSeen',
    schema: inward.seenFrame,
    tag: act('seen'),
    does: 'You have read this message and all before it: your read mark moves, the room gets `message_seen`, and `mark_message_as_read` follows for those that nobody else had read, as far back as the last 50.',
  },
  {
    name: 'typing',
    asks: 'SetTyping',
    schema: inward.typingFrame,
    tag: act('typing'),
    does: 'The room gets `typing`. Nothing is stored, and nothing but your own `false` ends it: let what you show of others fade.',
    words: { typing: 'Whether you type.' },
  },
  {
    name: 'history',
    asks: 'LoadHistory',
    schema: inward.historyFrame,
    tag: act('history'),
    does: 'You alone get `history`. For members of the room only.',
    words: {
      before: 'Only messages with a lower id. Without it, the newest.',
      limit: `How many at most, up to ${HISTORY_LIMIT}.`,
    },
  },
  {
    name: 'sync',
    asks: 'Sync',
    schema: inward.syncFrame,
    tag: act('sync'),
    does: 'You alone get `sync`: what changed after a number. Send it when the socket is back, and whenever a `seq` shows that you missed one. For members of the room only.',
    words: { since: 'You have every change up to this number; 0 for none.' },
  },
  {
    name: 'join',
    asks: 'JoinRoom',
    schema: inward.joinFrame,
    tag: act('join'),
    does: 'You get `joined`, and from then on this socket hears of this room as of its own; each of its frames has `room_id`. What has a higher number than `joined` says will come; for what was before, ask `history` or `sync`. What you are sent there counts as read as in your own room. Joining again does no harm. For those who may connect to the room.',
    words: { room_id: 'The room.' },
  },
  {
    name: 'leave',
    asks: 'LeaveRoom',
    schema: inward.leaveFrame,
    tag: act('leave'),
    does: 'You get `left`, and hear no more of a room that you joined. You stay its member; in an inbox the room is again what it was before you joined it. A frame that was on its way may still come. The room that you connected to is left by closing the socket.',
    words: { room_id: 'The room.' },
  },
  {
    name: 'authenticate',
    asks: 'Authenticate',
    schema: inward.authenticateFrame,
    tag: act('authenticate'),
    does: 'Send a fresh token before the old one runs out, and the socket stays open, with all the rooms that it is in; you get `authenticated`. A token of another user, or one that is not valid, is refused with `UNAUTHENTICATED`, and the old one counts on. After the end of the old one it is too late: `TOKEN_EXPIRED`.',
    words: { token: 'The fresh token, a JWT of the same user.' },
  },
  {
    name: 'ping',
    asks: 'Ping',
    schema: inward.pingFrame,
    tag: act('ping'),
    does: 'You alone get `pong`. Send it in quiet times, every 9 minutes at least, so that nobody closes the idle socket. For members of the room only; in an inbox, name no room, and get the `seq` 0.',
  },
];

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
    tells: 'MessageChanged',
    schema: outward.edited,
    does: 'Show the new text, unless you have a higher `seq` for this message.',
    words: { text: 'The new text.' },
  },
  {
    name: 'message_deleted',
    tells: 'MessageChanged',
    schema: outward.deleted,
    does: 'Take the message away. This is final, even if an edit with a higher `seq` comes.',
  },
  {
    name: 'message_reacted',
    tells: 'MessageChanged',
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

export const actionContract: Contract = {
  dialect: action,
  serves: 'S0 and S1, and clients written for Parley',
  examples: actionExamples,
  handshake: {
    path: '/ws/chat/<room>/',
    credential:
      'Without a room, `/ws/` or `/ws/chat/` is your inbox: it hears of new messages in all of your rooms, of your own `seen` there, and of rooms that you come into or are taken out of, so that a list of rooms stays right. What it is sent counts as delivered, and nobody sees that you are there. Every frame but `ping` and `authenticate` has to name its room; join a room to hear the rest. A token in the `Authorization` header, or, from a browser, which cannot set it, in the subprotocols `Bearer` and the token itself. `Bearer` is echoed.',
    sample: {
      language: 'js',
      lines: [
        "new WebSocket('wss://<edge>/ws/chat/1/', ['Bearer', token]);",
        '// the direct room of users 1 and 2',
        "new WebSocket('wss://<edge>/ws/chat/?firts_user=1&second_user=2/', ['Bearer', token]);",
        '// the inbox',
        "new WebSocket('wss://<edge>/ws/', ['Bearer', token]);",
      ],
    },
    query: {
      firts_user:
        'With `second_user`, in place of the room: the direct room of two users, in any order, of whom you are one. It must exist, unless the stack’s setting `directRooms` is `on-demand`.',
      first_user: 'The same, spelled right.',
      second_user: 'The other user. A slash behind it does no harm.',
      since:
        'You have every change up to this number: `sync` comes instead of the newest messages, as if you had asked. What is no such number is ignored.',
    },
    refused: [badCredential, ['not a member of the room, no such room, or no two users named', '403']],
    greeting:
      'The newest messages come as one array; with `since`, what you missed comes as `sync`; in an inbox, `inbox`.',
  },
  in: frames,
  out: actionOut,
  silence: '',
  message: { schema: outward.messageShape, words: actionMessageWords },
  words: {
    ...commonWords,
    message_id: 'The message’s id: the number that it was born with in its room.',
    user_id: 'Who it is about.',
    emoji: 'The emoji.',
    seq: 'The number of this change in its room.',
    room_id: 'The room, where it is not the one that you connected to.',
    created_at: 'When it was stored.',
    updated_at: 'When it, or its status, last changed.',
    message: 'The message.',
    type: 'What the frame is.',
    action: 'What you ask for.',
  },
};
