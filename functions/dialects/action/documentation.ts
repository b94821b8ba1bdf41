import { HISTORY_LIMIT } from '../../domain/command.ts';
import { badCredential, type Contract, commonWords, type FrameIn, fileIn } from '../documentation.ts';
import { action } from './decode.ts';
import { actionExamples } from './examples.ts';
import { actionMessageWords, actionOut } from './out-documentation.ts';
import { messageShape } from './out-schema.ts';
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
  message: { schema: messageShape, words: actionMessageWords },
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
