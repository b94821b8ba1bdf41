import { type Contract, commonWords } from '../documentation.ts';
import { typeExamples } from './examples.ts';
import * as outward from './out-schema.ts';
import { chatMessage, type } from './type.ts';

export const typeContract: Contract = {
  dialect: type,
  serves: 'S3',
  examples: typeExamples,
  handshake: {
    path: '/ws/chat/<room>/?token=<token>',
    credential: 'A token in the query.',
    sample: {
      language: 'js',
      lines: ["new WebSocket('wss://<edge>/ws/chat/' + room + '/?token=' + token);"],
    },
    query: { token: 'The token.' },
    refused: [
      ['the token is not valid', 'the socket opens, gets `handshake refused` with 4001, and is closed'],
      [
        'not a member of the room, no such room, or no room named',
        'the socket opens, gets `handshake refused` with 4003, and is closed',
      ],
      ['there is no token', '401; with `dialect=type` in the query, as where the token is not valid'],
    ],
    greeting: '`connection_established` comes.',
  },
  in: [
    {
      name: 'chat_message',
      asks: 'SendMessage',
      schema: chatMessage,
      does: 'The message is stored, then everybody in the room gets `chat_message`, you first.',
      words: {
        message: 'The text.',
        receiver_id: 'Whom it is for; a member of the room. Everybody in the room gets it all the same.',
      },
    },
  ],
  out: [
    {
      name: 'connection_established',
      tells: 'Connected',
      schema: outward.established,
      does: 'You are in the room. What you send before this comes is served too.',
      words: { message: 'A sentence for people.', user_id: 'Your user id.', username: 'Your name.' },
    },
    {
      name: 'chat_message',
      tells: 'MessageSent',
      schema: outward.chatMessage,
      does: 'Somebody, perhaps you, has said something; it is stored.',
      words: {
        message: 'The text.',
        sender_id: 'The author’s user id.',
        sender_username: 'The author’s name.',
        message_id: 'A UUID, the same in every frame about this message.',
        timestamp: 'When it was stored.',
        receiver_id: 'Whom it is for in the first place, or null.',
        file: 'The name of its file, where it has one.',
      },
    },
    {
      name: 'error',
      tells: 'Refused',
      schema: outward.error,
      does: 'Your frame was not served. The socket stays open.',
      words: { message: 'A sentence for people.', code: 'One of the error codes.' },
    },
    {
      name: 'handshake refused',
      tells: 'HandshakeRefused',
      schema: outward.handshakeRefused,
      does: 'You are not let in, and the socket is closed next, with code 1000: API Gateway sends no codes of our own. Until then nothing that you send is served, and you are in no room.',
      words: {
        code: '4001: the token is missing or not valid. 4003: not a member of the room, or no such room.',
        message: 'A sentence for people.',
      },
    },
  ],
  silence: 'Edits, deletes, receipts, reactions, typing and presence are not told.',
  message: null,
  words: { ...commonWords, type: 'What the frame is.' },
};
