import {
  badCredential,
  type Contract,
  commonFields,
  errorFields,
  incoming,
  noAccess,
  outgoing,
} from '../documentation.ts';
import { typeExamples } from './examples.ts';
import * as outward from './out-schema.ts';
import { chatMessage, type } from './type.ts';

export const typeContract: Contract = {
  dialect: type,
  clients: 'clients of S3',
  about:
    'S3 is a room chat whose clients pass a token in the URL and wait for a confirmation. Message ids are UUIDs. S3 reports a refused handshake with a numeric code on an open socket.',
  examples: typeExamples,
  handshake: {
    path: '/ws/chat/<room>/?token=<token>',
    credential: 'The credential is a token in the query.',
    sample: {
      language: 'js',
      lines: ["new WebSocket('wss://<edge>/ws/chat/' + room + '/?token=' + token);"],
    },
    query: { token: 'The token.' },
    refusals: [
      [
        'The token is not valid.',
        'The socket opens, receives `handshake refused` with code 4001, and closes.',
      ],
      [noAccess[0], 'The socket opens, receives `handshake refused` with code 4003, and closes.'],
      ['There is no token.', `${badCredential[1]}. With \`dialect=type\`, the same as an invalid token.`],
    ],
    greeting: 'On connect the server sends `connection_established`.',
  },
  in: incoming({
    chat_message: {
      command: 'SendMessage',
      schema: chatMessage,
      summary:
        'Sends a message. The server stores it and then sends `chat_message` to every connection in the room, the sender’s first.',
      fields: {
        message: 'The text.',
        receiver_id:
          'The user id of the addressee, who must be a member of the room. All members still receive the message.',
      },
    },
  }),
  out: outgoing({
    connection_established: {
      event: 'Connected',
      schema: outward.established,
      summary:
        'The connection is in the room. The server also handles frames that the client sent before this one arrived.',
      fields: {
        message: 'An explanation for people.',
        user_id: 'The id of the connected user.',
        username: 'The name of the connected user.',
      },
    },
    chat_message: {
      event: 'MessageSent',
      schema: outward.chatMessage,
      summary: 'A user, possibly the receiving one, sent a message. The server has stored it.',
      fields: {
        message: 'The text.',
        sender_id: 'The author’s user id.',
        sender_username: 'The author’s name.',
        message_id: 'A UUID. It is the same in every frame about this message.',
        timestamp: 'The time at which the server stored the message.',
        receiver_id: 'The user id of the addressee, or null.',
        file: 'The name of the message’s file, if it has one.',
      },
    },
    error: {
      event: 'Refused',
      schema: outward.error,
      summary: 'The server refused a frame. The socket stays open.',
      fields: errorFields,
    },
    'handshake refused': {
      event: 'HandshakeRefused',
      schema: outward.handshakeRefused,
      summary:
        'The server refused the handshake, and closes the socket next. The close code is 1000, because API Gateway cannot send codes of the application. The connection is in no room, and the server ignores its frames.',
      fields: {
        code: '4001: the token is missing or not valid. 4003: the user is not a member of the room, or the room does not exist.',
        message: 'An explanation for people.',
      },
    },
  }),
  notSent: 'The server sends only the confirmation, new messages and errors.',
  message: null,
  fields: { ...commonFields, type: 'The kind of frame.' },
};
