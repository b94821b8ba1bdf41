import {
  badCredential,
  type Contract,
  commonFields,
  errorFields,
  fileField,
  incoming,
  noAccess,
  outgoing,
} from '../documentation.ts';
import { operationExamples } from './examples.ts';
import * as inward from './operation.ts';
import * as outward from './out-schema.ts';

const unusedClientId = { client_id: 'Not needed: repeating this frame is harmless.' };

const framesIn = incoming(
  {
    create: {
      command: 'SendMessage',
      schema: inward.create,
      summary:
        'Sends a message. The server stores it and then sends `create` to every connection in the room, first to the sender’s.',
    },
    reply: {
      command: 'SendMessage',
      schema: inward.reply,
      summary: 'Sends a reply to a message. The room receives `reply`.',
      fields: { message_id: 'The id of the message that this one replies to.' },
    },
    update: {
      command: 'EditMessage',
      schema: inward.update,
      summary:
        'Replaces the text of a message, and its file if the frame has one. The room receives `update`. Only the author and moderators may edit a message.',
      fields: { body: 'The new text. It may be empty only if the message has a file.' },
    },
    delete: {
      command: 'DeleteMessage',
      schema: inward.remove,
      summary:
        'Deletes the text of a message permanently. The room receives `delete`. Only the author and moderators may delete a message.',
    },
    seen: {
      command: 'MarkSeen',
      schema: inward.seen,
      summary:
        'Marks this message and all earlier ones as read by the user. The room receives `seen`; if the read mark does not move, only the sender does. If the message was deleted, the nearest one below it is marked.',
      fields: unusedClientId,
    },
    typing: {
      command: 'SetTyping',
      schema: inward.typing,
      summary:
        'Announces that the user starts or stops typing. The room receives `typing`. Nothing is stored. A state that repeats the last one within two seconds is sent to the sender only. A muted member is refused.',
      fields: {
        ...unusedClientId,
        typing_status:
          '`typing` when the user starts. Any other value, such as `not_typing`, when they stop.',
      },
    },
  },
  'operation',
);

export const operationContract: Contract = {
  dialect: inward.operation,
  clients: 'clients of contract S4',
  about:
    'Contract S4 is a group chat. Each frame has an `operation`, such as `create`, and in `user` the user who performs it. The clients connect without a credential, so Parley accepts them as guests in rooms that are open to anyone.',
  examples: operationExamples,
  handshake: {
    path: '/ws/chat/<room>/',
    credential:
      'A room that is open to anyone needs no credential. The connection is then a guest, and each frame’s `user` is its name. The server does not verify that name. Other rooms need a credential of another dialect, with `dialect=operation` in the query.',
    sample: {
      language: 'js',
      lines: [
        "new WebSocket('wss://<edge>/ws/chat/lobby/');",
        "new WebSocket('wss://<edge>/ws/chat/lunch/?dialect=operation', ['Bearer', token]);",
      ],
    },
    query: {},
    refusals: [
      ['There is no credential, and the room is not open to anyone.', '401'],
      ['The credential is not valid.', badCredential[1]],
      noAccess,
    ],
    greeting: 'On connect the server sends nothing.',
  },
  in: framesIn,
  out: outgoing({
    create: {
      event: 'MessageSent',
      schema: outward.created,
      summary: 'A user sent a message, and the server has stored it. The sender receives this frame too.',
    },
    reply: {
      event: 'MessageSent',
      schema: outward.replied,
      summary: 'A user, possibly the receiving one, replied to a message. The server has stored the reply.',
    },
    update: {
      event: 'MessageChanged',
      schema: outward.updated,
      summary: 'A message was edited. Replace it by this version.',
    },
    delete: {
      event: 'MessageChanged',
      schema: outward.deleted,
      summary: 'A message was deleted. Remove it, and ignore any later `update` for it.',
      fields: { user: 'The id of the user who deleted the message.' },
    },
    seen: {
      event: 'Seen',
      schema: outward.seen,
      summary: 'A user has read all messages up to this one.',
      fields: { user: 'The id of the user.' },
    },
    typing: {
      event: 'TypingChanged',
      schema: outward.typing,
      summary: 'A user started or stopped typing.',
      fields: { user: 'The id of the user.', typing_status: 'Whether the user is typing.' },
    },
    error: {
      event: 'Refused',
      schema: outward.error,
      summary: 'The server refused a frame. The socket stays open.',
      fields: errorFields,
    },
  }),
  notSent: 'The server sends only the events that are listed below.',
  message: {
    schema: outward.messageShape,
    fields: {
      id: 'The id of the message in its room.',
      user: 'The author’s user id.',
      body: 'The text.',
      type: 'The kind of message.',
      file: 'The name of the message’s file, or null.',
      reply_to: 'The id of the message that this one replies to, or null.',
      created: 'The time at which the server stored the message.',
    },
  },
  fields: {
    ...commonFields,
    operation: 'The kind of frame.',
    user: 'The id or name of the signed-in user, or absent. Any other user is refused. A guest may use any name that has a visible character and no control characters, direction marks or other hidden characters. It must not be `system`, and must not start with `bot:`, `service:` or `guest:`, in any case, because such ids belong to the chat, to bots, to backends and to guests without a name.',
    message_id: 'The id of the message.',
    type: 'The kind of message.',
    body: 'The text. It may be empty only if the frame has a file. A text of invisible characters counts as empty.',
    file: fileField,
    message: 'The message.',
  },
};
