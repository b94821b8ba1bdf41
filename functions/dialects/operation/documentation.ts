import {
  badCredential,
  type Contract,
  commonWords,
  type FrameIn,
  fileIn,
  noMember,
} from '../documentation.ts';
import { operationExamples } from './examples.ts';
import * as inward from './operation.ts';
import * as outward from './out-schema.ts';

const NO_EFFECT = 'Does nothing here: this frame may be repeated as it is.';

const does = (value: string) => ({ field: 'operation', value });

const frames: readonly FrameIn[] = [
  {
    name: 'create',
    asks: 'SendMessage',
    schema: inward.create,
    tag: does('create'),
    does: 'The message is stored, then everybody in the room gets `create`, you first.',
  },
  {
    name: 'reply',
    asks: 'SendMessage',
    schema: inward.reply,
    tag: does('reply'),
    does: 'The same for an answer to a message; the room gets `reply`.',
    words: { message_id: 'The id of the message that it answers.' },
  },
  {
    name: 'update',
    asks: 'EditMessage',
    schema: inward.update,
    tag: does('update'),
    does: 'The message gets a new text, and a new file if one comes with it; the room gets `update`. Only its author may, or a moderator.',
    words: { body: 'The new text. May be empty only with a file.' },
  },
  {
    name: 'delete',
    asks: 'DeleteMessage',
    schema: inward.remove,
    tag: does('delete'),
    does: 'The message loses its text, for good; the room gets `delete`. Only its author may, or a moderator.',
  },
  {
    name: 'seen',
    asks: 'MarkSeen',
    schema: inward.seen,
    tag: does('seen'),
    does: 'You have read this message and all before it; the room gets `seen`.',
    words: { client_id: NO_EFFECT },
  },
  {
    name: 'typing',
    asks: 'SetTyping',
    schema: inward.typing,
    tag: does('typing'),
    does: 'The room gets `typing`. Nothing is stored.',
    words: {
      client_id: NO_EFFECT,
      typing_status: '`typing`; anything else, such as `not_typing`, means that you do not.',
    },
  },
];

export const operationContract: Contract = {
  dialect: inward.operation,
  serves: 'S4',
  examples: operationExamples,
  handshake: {
    path: '/ws/chat/<room>/',
    credential:
      'None in a room that is open to anyone: there you are a guest, who is called what each frame’s `user` says, so that nothing proves there who a message is from. Elsewhere any credential of the other dialects, with `dialect=operation` in the query.',
    sample: {
      language: 'js',
      lines: [
        "new WebSocket('wss://<edge>/ws/chat/lobby/');",
        "new WebSocket('wss://<edge>/ws/chat/lunch/?dialect=operation', ['Bearer', token]);",
      ],
    },
    query: {},
    refused: [
      ['no credential, and the room is not open to anyone', '401'],
      ['the credential is not valid', badCredential[1]],
      noMember,
    ],
    greeting: 'Nothing comes.',
  },
  in: frames,
  out: [
    {
      name: 'create',
      tells: 'MessageSent',
      schema: outward.created,
      does: 'Somebody, perhaps you, has said something; it is stored.',
    },
    {
      name: 'reply',
      tells: 'MessageSent',
      schema: outward.replied,
      does: 'The same, as an answer to another message.',
    },
    {
      name: 'update',
      tells: 'MessageChanged',
      schema: outward.updated,
      does: 'Show the message as it is now.',
    },
    {
      name: 'delete',
      tells: 'MessageChanged',
      schema: outward.deleted,
      does: 'Take the message away. This is final, even if an update comes after it.',
      words: { user: 'Who deleted it.' },
    },
    {
      name: 'seen',
      tells: 'Seen',
      schema: outward.seen,
      does: 'This user has read everything up to this message.',
      words: { user: 'Who has read it.' },
    },
    {
      name: 'typing',
      tells: 'TypingChanged',
      schema: outward.typing,
      does: 'Show, or stop to show, that this user types.',
      words: { user: 'Who types, or not any more.', typing_status: 'Whether they type.' },
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
  ],
  silence: 'Receipts other than `seen`, reactions and presence are not told.',
  message: {
    schema: outward.messageShape,
    words: {
      id: 'The message’s id in its room.',
      user: 'The author’s user id.',
      body: 'The text.',
      type: 'What the message is.',
      file: 'The name of its file, or null.',
      reply_to: 'The id of the message that it answers, or null.',
      created: 'When it was stored.',
    },
  },
  words: {
    ...commonWords,
    operation: 'What is asked for, or has happened.',
    user: 'Who you are: your user id or your name, or leave it out. A guest’s word is believed; anybody else who names somebody else is refused.',
    message_id: 'The message’s id.',
    type: 'What the message is.',
    body: 'The text. May be empty only with a file.',
    file: fileIn,
    message: 'The message.',
  },
};
