import { MAX_INBOX_ROOMS, MAX_RECEIPT_AUDIENCE } from '../../domain/audience.ts';
import { HISTORY_LIMIT, MAX_PINGED_ROOMS } from '../../domain/command.ts';
import { MAX_ANNOUNCED_CONNECTIONS } from '../../domain/connection.ts';
import { MAX_MENTIONS } from '../../domain/message.ts';
import {
  badCredential,
  type Contract,
  commonFields,
  type Descriptions,
  dataField,
  errorFields,
  fileField,
  incoming,
  outgoing,
} from '../documentation.ts';
import { action } from './decode.ts';
import { actionExamples } from './examples.ts';
import * as outward from './out-schema.ts';
import * as inward from './schema.ts';

const framesIn = incoming(
  {
    send: {
      command: 'SendMessage',
      schema: inward.sendFrame,
      tagOptional: true,
      summary:
        'Sends a message. The server stores it and then sends `chat_message` to every connection in the room. The sender receives it first, as the acknowledgement. `action` is optional in this frame.',
      fields: {
        message:
          'The text. It may be empty only if the frame has a file. A text of invisible characters counts as empty.',
        type: 'The kind of message.',
        reply_to: 'The id of the message that this one replies to.',
        file: fileField,
        mentions: `The ids of the users whom the message mentions, at most ${MAX_MENTIONS}. The text shows them to readers: the server does not read it. An id of no member has no effect.`,
        data: dataField,
      },
    },
    edit: {
      command: 'EditMessage',
      schema: inward.editFrame,
      summary:
        'Replaces the text of a message. The room receives `message_edited`. Only the author and moderators may edit a message.',
      fields: {
        text: 'The new text.',
        mentions:
          'The ids of the users whom the message mentions now. An empty list removes them. Without this field, they stay.',
        data: 'The new data: a JSON object of at most 2,048 bytes. Null removes the data. Without this field, it stays.',
      },
    },
    delete: {
      command: 'DeleteMessage',
      schema: inward.deleteFrame,
      summary:
        'Deletes a message permanently: removes its text, and removes it from the history. The room receives `message_deleted`. Only the author and moderators may delete a message.',
    },
    react: {
      command: 'React',
      schema: inward.reactFrame,
      summary: 'Adds or removes the user’s emoji on a message. The room receives `message_reacted`.',
      fields: {
        emoji:
          'One emoji, with or without U+FE0F: both are the same emoji. The server sends the form that Unicode recommends.',
        remove: 'True removes the emoji.',
      },
    },
    seen: {
      command: 'MarkSeen',
      schema: inward.seenFrame,
      summary: `Marks this message and all earlier ones as read: moves the user’s read mark. The room receives \`message_seen\`; if the mark does not move, only the sender does. It also receives \`mark_message_as_read\` for each of the last ${HISTORY_LIMIT} messages that no other user had read yet.`,
    },
    typing: {
      command: 'SetTyping',
      schema: inward.typingFrame,
      summary:
        'Announces that the user starts or stops typing. The room receives `typing`. Nothing is stored and the state does not expire, so clients should hide the indicator after a few seconds. A state that repeats the last one within two seconds is sent to the sender only. A muted member is refused.',
      fields: { typing: 'True when the user starts, false when they stop.' },
    },
    history: {
      command: 'LoadHistory',
      schema: inward.historyFrame,
      summary:
        'Loads a page of the history. The sender receives `history`. The user must have access to the room.',
      fields: {
        before: 'Loads only messages with a lower id. Without it, the newest messages are loaded.',
        limit: `The maximum number of messages, up to ${HISTORY_LIMIT}.`,
      },
    },
    sync: {
      command: 'Sync',
      schema: inward.syncFrame,
      summary:
        'Loads the changes after a sequence number. The sender receives `sync`. Send it after reconnecting, and whenever a gap in `seq` shows that a frame was missed. The user must have access to the room.',
      fields: { since: 'The client has every change up to this sequence number; 0 if it has none.' },
    },
    join: {
      command: 'JoinRoom',
      schema: inward.joinFrame,
      summary:
        'Subscribes the socket to another room. The sender receives `joined`, then every event with a higher `seq`. Frames of that room have `room_id`. Load earlier messages with `history` or `sync`. Delivered messages count as read there if they do so in the socket’s own room. Repeating this frame is harmless. The user must have access to the room.',
      fields: { room_id: 'The id of the room.' },
    },
    leave: {
      command: 'LeaveRoom',
      schema: inward.leaveFrame,
      summary:
        'Ends the subscription to a joined room. The sender receives `left`. Frames already in flight may still arrive. The user stays a member, and an inbox still receives the room’s new messages. To leave the socket’s own room, close the socket.',
      fields: { room_id: 'The id of the room.' },
    },
    authenticate: {
      command: 'Authenticate',
      schema: inward.authenticateFrame,
      summary:
        'Replaces the token before it expires, so that the socket and its rooms stay open. The sender receives `authenticated`. If the new token is not valid (`UNAUTHENTICATED`) or belongs to another user (`WRONG_USER`), the current one stays in use. Once the current token has expired, the server answers `TOKEN_EXPIRED` and closes the socket.',
      fields: { token: 'A new JWT of the same user.' },
    },
    ping: {
      command: 'Ping',
      schema: inward.pingFrame,
      summary:
        'Keeps the socket open. The sender receives `pong`. Send it after 9 minutes without other traffic, because idle sockets are closed after 10 minutes. The user must have access to the room. In an inbox the frame needs no room, and `pong` has the `seq` 0.',
      fields: {
        rooms: `The ids of up to ${MAX_PINGED_ROOMS} joined rooms, whose numbers \`pong\` then has too. So one ping shows whether frames were missed in any of them.`,
      },
    },
  },
  'action',
);

const loggedSeq = 'The sequence number of this change in the room.';
const unloggedSeq = `${loggedSeq} 0 if it changed nothing: the room’s log does not have it.`;

const roomFrames =
  'Only sockets with `changes=all` receive this frame, including inboxes. The change does not count as an unread message.';
const changedBy = 'The id of the user who made the change. For a backend of the team, `service:` and a name.';
const memberId = 'The id of the member.';
const newRole = 'The new role. Absent if it did not change.';
const newData = 'The new data of the member. Null if it was removed. Absent if it did not change.';
const newMute =
  'Until when the member may not write. Null if the mute ended now. Absent if it did not change.';

/** Descriptions of a room's settings. @param path the field that contains them */
const settingsIn = (path: string): Descriptions => ({
  [`${path}.name`]: 'The name of the room.',
  [`${path}.description`]: 'What the room is about.',
  [`${path}.avatar_url`]: 'The https address of the room’s picture. Null if there is none.',
  [`${path}.posting`]: 'Who may send messages: everyone, or only owners and moderators.',
  [`${path}.slow_mode`]: 'The least number of seconds between two messages of a member. 0 for none.',
  [`${path}.archived`]: 'Whether the room is read-only.',
  [`${path}.data`]: 'The JSON object that was stored with the room. Null if there is none.',
});

const framesOut = outgoing({
  'recent messages': {
    event: 'Connected',
    schema: outward.recentMessages,
    summary: `Sent once on connect: the last ${HISTORY_LIMIT} messages, newest first, as many as fit into 128 KB. This frame is an array, not an object. The array is empty in a new room. It is also empty when the server could not read the history. Then an \`error\` frame with the code \`INTERNAL\` follows, and the client can request \`history\`.`,
  },
  chat_message: {
    event: 'MessageSent',
    schema: outward.chatMessage,
    summary:
      'A user sent a message, and the server has stored it. The sender receives this frame too. Ignore the frame if the client already has its `message_id`.',
  },
  mark_message_as_delivered: {
    event: 'MessageDelivered',
    schema: outward.delivered,
    summary: `Another user’s connection received the message. In rooms with more than ${MAX_RECEIPT_AUDIENCE} connections only the author receives this frame. A status never goes down: ignore this frame if the message is already \`read\`.`,
  },
  mark_message_as_read: {
    event: 'MessageRead',
    schema: outward.read,
    summary: `Another user read the message. In rooms with more than ${MAX_RECEIPT_AUDIENCE} connections only the author receives this frame.`,
  },
  receipt: {
    event: 'Acknowledged',
    schema: outward.receipt,
    summary:
      'How far the user’s own messages have come, on a socket with `receipts=author`. It replaces `mark_message_as_delivered` and `mark_message_as_read`. The status holds for this message and for all earlier ones of the user. Frames may arrive late: keep the highest id of each status.',
    fields: { status: '`delivered`: another user’s connection received it. `read`: another user read it.' },
  },
  message_edited: {
    event: 'MessageChanged',
    schema: outward.edited,
    summary:
      'A message was edited. Show the new text, unless the client has a change of this message with a higher `seq`. An edit to the same text, mentions and data is answered to its sender only, with the `seq` 0.',
    fields: {
      text: 'The new text.',
      mentions: 'The ids of the users whom the message mentions. Absent if there are none.',
      data: 'The data of the message. Absent if it has none.',
      seq: unloggedSeq,
    },
  },
  message_deleted: {
    event: 'MessageChanged',
    schema: outward.deleted,
    summary:
      'A message was deleted. Remove it, and ignore any later `message_edited` for it, even one with a higher `seq`.',
  },
  hidden: {
    event: 'Hidden',
    schema: outward.hidden,
    summary:
      'A user whom you have blocked sent a message, or another user changed such a message. The frame only shows that its number is used, so that you see no gap. Only sockets with `changes=all` receive it: another client sees a gap, and sends one `sync`.',
    fields: { seq: 'The sequence number of the change. `sync` and the history leave it out.' },
  },
  message_reacted: {
    event: 'MessageChanged',
    schema: outward.reacted,
    summary:
      'A user added an emoji to a message, or removed it. A user counts once for each emoji. A frame that changes nothing is answered to its sender only, with the `seq` 0.',
    fields: {
      seq: unloggedSeq,
      removed: 'True if the user removed the emoji. Absent otherwise.',
      unchanged:
        'True if the user already had the emoji, or had none to remove, and the message has only a count for it. Two frames that arrive at the same moment can cause it.',
    },
  },
  room_updated: {
    event: 'RoomChanged',
    schema: outward.roomUpdated,
    summary: `Settings of the room changed. ${roomFrames}`,
    fields: {
      seq: loggedSeq,
      by: changedBy,
      room: 'The new values of the changed settings only.',
      ...settingsIn('room'),
    },
  },
  room_deleted: {
    event: 'RoomDeleted',
    schema: outward.roomDeleted,
    summary:
      'The room was deleted. Only sockets with `changes=all` receive this frame, including inboxes. It is the last frame about the room, except `left`: remove the room from the page. A socket that is connected to the room is closed.',
  },
  member_added: {
    event: 'RoomChanged',
    schema: outward.memberAdded,
    summary: `A user became a member of the room. The first members of a new room cause no such frame. ${roomFrames}`,
    fields: {
      seq: loggedSeq,
      by: changedBy,
      user_id: memberId,
      role: 'The role of the member.',
      data: 'The data of the member. Absent if there is none.',
    },
  },
  member_changed: {
    event: 'RoomChanged',
    schema: outward.memberChanged,
    summary: `A member got another role or other data, was muted, or may write again. ${roomFrames}`,
    fields: {
      seq: loggedSeq,
      by: changedBy,
      user_id: memberId,
      role: newRole,
      muted_until: newMute,
      data: newData,
    },
  },
  member_removed: {
    event: 'RoomChanged',
    schema: outward.memberRemoved,
    summary: `A member left the room or was removed. ${roomFrames}`,
    fields: { seq: loggedSeq, by: changedBy, user_id: memberId },
  },
  message_pinned: {
    event: 'RoomChanged',
    schema: outward.pinned,
    summary: `A message was pinned to the room, with \`PUT /api/chats/<room>/pins/<message>/\`. ${roomFrames}`,
    fields: { seq: loggedSeq, by: changedBy },
  },
  message_unpinned: {
    event: 'RoomChanged',
    schema: outward.unpinned,
    summary: `A message is no longer pinned to the room. The delete of a pinned message also removes its pin, but the room then receives only \`message_deleted\`. ${roomFrames}`,
    fields: { seq: loggedSeq, by: changedBy },
  },
  message_seen: {
    event: 'Seen',
    schema: outward.seen,
    summary:
      'A user has read all messages up to this one. Frames may arrive late: keep the highest id. With `receipts=author`, the socket receives only the marks of its own user, and those that newly cover a message of its user among the last 50.',
  },
  typing: {
    event: 'TypingChanged',
    schema: outward.typing,
    summary: 'A user started or stopped typing.',
    fields: { typing: 'Whether the user is typing.' },
  },
  presence: {
    event: 'PresenceChanged',
    schema: outward.presence,
    summary: `Another user’s first connection to the room opened, or the last one closed. In a direct room, an inbox of the other user counts as a connection to the room, and inboxes with \`changes=all\` receive this frame too. Not sent in rooms with more than ${MAX_ANNOUNCED_CONNECTIONS} connections.`,
    fields: {
      status: 'Whether the user has a connection in the room.',
      last_seen:
        'The time of this status. If a connection lives only for milliseconds, its two frames may arrive in the wrong order: ignore a frame with an earlier time than the last one about the user.',
    },
  },
  history: {
    event: 'HistoryLoaded',
    schema: outward.history,
    summary:
      'The answer to `history`. To load the next page, send `history` with the lowest `message_id` of this one as `before`.',
    fields: {
      messages: 'The messages, newest first, without deleted ones.',
      has_more: 'Whether there are older messages.',
    },
  },
  sync: {
    event: 'Synced',
    schema: outward.sync,
    summary:
      'The answer to `sync`. The first change of each message carries its current state: replace the client’s copy by this state. Receiving a page twice is harmless. After this page the client has every change up to `seq`; if `has_more`, send `sync` again from there. Ignore a page whose `seq` is below the client’s. If `complete` is false, the client missed more than 1,000 changes, or the room never used the number that it sent. The client should then drop its messages, load the history and continue from `seq`.',
    fields: {
      since: 'The sequence number that the client sent.',
      events: 'The changes after that number, in order. Missing numbers were never used.',
      'events.type': 'The kind of change.',
      'events.message_id': 'The id of the changed message. Absent in changes of the room and its members.',
      'events.seq': 'The sequence number of the change.',
      'events.message': 'The current message. A deleted one has `deleted` and an empty text.',
      'events.user_id': 'The id of the user who reacted, or of the member.',
      'events.guest': 'Present if a guest reacted.',
      'events.emoji': 'The emoji.',
      'events.removed': 'True if the user removed the emoji.',
      'events.unchanged': 'As in `message_reacted`.',
      'events.by': changedBy,
      'events.room': 'The new values of the changed settings only.',
      ...settingsIn('events.room'),
      'events.role': newRole,
      'events.muted_until': newMute,
      'events.data': newData,
      seq: 'With this page, the client has every change up to this sequence number.',
      has_more: 'Whether there are changes after `seq`.',
      complete: 'Whether the page contains every change after `since` and up to `seq`.',
      receipts: 'The status of up to 50 older messages. Only the last page has them.',
      'receipts.message_id': 'The id of the message.',
      'receipts.status': 'The status of the message.',
      seen: 'The read marks of up to 50 members. Only the last page has them. With `reads=auto`, a user’s read mark moves only when the connection opens or closes; in between, `receipts` show which messages the user has read.',
      'seen.user_id': 'The id of the member.',
      'seen.message_id': 'The member has read all messages up to this one.',
    },
  },
  joined: {
    event: 'Joined',
    schema: outward.joined,
    summary:
      'The answer to `join`: the socket receives the events of this room from now on. An inbox also receives this frame when the user becomes a member of a room, and then receives the new messages of that room.',
    fields: { room_id: 'The id of the room.', seq: 'The room’s last sequence number.' },
  },
  left: {
    event: 'Left',
    schema: outward.left,
    summary:
      'The socket no longer receives the events of this room. This is the answer to `leave`, or the user was removed from the room.',
    fields: { room_id: 'The id of the room.' },
  },
  inbox: {
    event: 'InboxOpened',
    schema: outward.inbox,
    summary:
      'Sent when a socket connects without a room: it receives the new messages of the user’s rooms from now on. Sent again if the block list changed while the socket was opening.',
    fields: {
      rooms: `The number of rooms, at most ${MAX_INBOX_ROOMS.toLocaleString('en')}.`,
      blocks:
        'The revision of the user’s block list. If it is higher than that of the last `inbox` or `block`, the client missed a block or its end: load what the page shows once more. Absent if the user never blocked anybody.',
    },
  },
  preferences: {
    event: 'PreferencesChanged',
    schema: outward.preferences,
    summary:
      'The user has changed their preferences for a room with `PATCH /api/chats/<room>/preferences/`, on any device. The user’s own sockets in the room and inboxes receive it if they have `changes=all`. It has no `seq`, and `sync` does not repeat it: `GET /api/chats/` has the current preferences.',
    fields: {
      room_id: 'The id of the room.',
      notify: 'Which messages of the room the user wants to be notified about: `all`, `mentions` or `none`.',
      pinned: 'Whether the room is at the top of the user’s list of rooms.',
      hidden: 'Whether the room is left out of the list until another user sends a message.',
    },
  },
  block: {
    event: 'BlockChanged',
    schema: outward.block,
    summary:
      'The user has blocked another user, or ended the block, on any device. All of the user’s own sockets with `changes=all` receive it, each once. From now on, `history`, `sync` and `GET /api/chats/` leave the messages of the other user out, or contain them again: load what the page shows once more. It has no `seq`, and `sync` does not repeat it, but `inbox` has the `revision` in `blocks`. `GET /api/blocks/` has the current list.',
    fields: {
      user_id: 'The id of the other user.',
      blocked: 'Whether the other user is blocked now.',
      revision:
        'The revision of the user’s block list, which grows with each change. A later `inbox` has it in `blocks`.',
    },
  },
  authenticated: {
    event: 'Authenticated',
    schema: outward.authenticated,
    summary: 'The answer to `authenticate`.',
    fields: { expires_at: 'The time at which the token in use expires.' },
  },
  pong: {
    event: 'Ponged',
    schema: outward.pong,
    summary: 'The answer to `ping`.',
    fields: {
      seq: 'The room’s last sequence number. If it is higher than the client’s, send `sync`.',
      rooms: 'The rooms that the ping named.',
      'rooms.room_id': 'The id of the room.',
      'rooms.seq':
        'The room’s last sequence number. Absent if the user may not read the room: join it again to learn why.',
    },
  },
  error: {
    event: 'Refused',
    schema: outward.error,
    summary: 'The server refused a frame. The socket stays open, except after `TOKEN_EXPIRED`.',
    fields: errorFields,
  },
});

const messageFields: Descriptions = {
  text: 'The text. Empty in a deleted message.',
  sender_id: 'The author’s user id.',
  sender_email:
    'The author’s email address. Empty if the token has no verified one, and for guests. With the setting `exposeEmail: false`, other users get the author’s user name in this field.',
  guest:
    'Present if a guest wrote the message. `sender_id` is then unverified: it may be the id of a real user, who is not the author.',
  status:
    '`send`: the server stored the message. `delivered`: another user’s connection received it. `read`: another user read it.',
  type: 'The kind of message. Absent in a text message. Only the team’s backend can send messages of the type `system`.',
  reply_to: 'The id of the message that this one replies to.',
  edited: 'Present if the text was changed.',
  deleted: 'Present if the message was deleted, for example in the answer to a repeat.',
  file: 'The name of the message’s file.',
  mentions:
    'The ids of the users whom the message mentions, in any order. Absent if there are none. An id may be that of no member.',
  data: 'The JSON object that was stored with the message.',
  reactions:
    'The ids of the users who reacted, by emoji, in the order in which the emoji were first used. With more than 50 users, an emoji has their `count`, and `users` has 50 of them and the reader, if they reacted. Absent in a message that would not fit its frame otherwise.',
  'reactions.count': 'The number of users who reacted with this emoji.',
  'reactions.users': 'The ids of some of them.',
  truncated: 'Present if the text is cut, because the message would not fit its frame otherwise.',
  client_id: 'The `client_id` of the frame that sent the message. Only its author receives it.',
};

export const actionContract: Contract = {
  dialect: action,
  clients: 'clients of the contracts S0 and S1, and Parley’s own client',
  about:
    'Contract S0 is a chat whose clients send bare messages and receive delivered and read receipts. Contract S1 extends S0: frames name an `action`, so that clients can also edit and delete messages, and the URL can name the two users of a direct room. Parley’s own client uses further actions, among them reactions, typing, history, sync and joining other rooms.',
  examples: actionExamples,
  handshake: {
    path: '/ws/chat/<room>/',
    credential:
      'The credential is a token in the `Authorization` header. Browsers cannot set that header, so they send the subprotocols `Bearer` and the token itself; the server selects `Bearer`.',
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
        'With `second_user`, names the direct room of two users instead of a room in the path. The order does not matter. The connecting user must be one of them. The room must exist, unless the setting `directRooms` is `on-demand`.',
      first_user: 'The same as `firts_user`, which is the spelling of contract S1.',
      second_user: 'The other user. A slash at the end is ignored.',
      receipts:
        '`author`: only the author of a message learns how far it has come, by one `receipt` frame for each status. Without it, the whole room receives `mark_message_as_delivered` and `mark_message_as_read` for each message, as the contracts S0 and S1 require.',
      changes:
        '`all`: the socket also receives changes of the room, its members and its pins, live and in `sync`, and the frames `hidden` and `preferences`. Without it, the client sees the sequence numbers of these changes and of hidden messages as unused.',
      since:
        'The client has every change up to this sequence number. On connect the server sends `sync` instead of the newest messages. A value that is not a number is ignored.',
    },
    refusals: [
      badCredential,
      [
        'The user is not a member of the room, the room does not exist, or the URL names only one user.',
        '403',
      ],
    ],
    inbox:
      'A URL without a room, `/ws/` or `/ws/chat/`, opens the user’s inbox. It receives what a list of rooms needs: new messages in all of the user’s rooms, the user’s own `message_seen`, and `joined` and `left` when the user is added to a room or removed from one. With `changes=all`, it also receives edits and deletes of messages, presence in direct rooms, and changes of the rooms and of the user’s preferences and blocks. A message that an inbox receives counts as delivered, unless its room is a request. An inbox makes its user present in direct rooms, and in no others. In an inbox every frame except `ping` and `authenticate` must name its room. To receive all events of a room, join it.',
    greeting:
      'On connect the server sends the newest messages as one array; with `since`, it sends `sync`; in an inbox, `inbox`.',
  },
  in: framesIn,
  out: framesOut,
  notSent: '',
  message: { schema: outward.messageShape, fields: messageFields },
  fields: {
    ...commonFields,
    message_id: 'The id of the message: its sequence number in the room.',
    user_id: 'The id of the user.',
    guest: 'Present for a guest, whose `user_id` is unverified: it may be the id of a real user.',
    emoji: 'The emoji.',
    seq: loggedSeq,
    room_id: 'The id of the room, if it is not the room that the socket is connected to.',
    created_at: 'The time at which the server stored the message.',
    updated_at: 'The time of the last change of the message or its status.',
    message: 'The message.',
    type: 'The kind of frame.',
    action: 'The kind of frame.',
  },
};
