import {
  badCredential,
  type Contract,
  commonFields,
  errorFields,
  incoming,
  noAccess,
  outgoing,
} from '../documentation.ts';
import { content } from './content.ts';
import { contentExamples } from './examples.ts';
import * as frame from './out-schema.ts';

export const contentContract: Contract = {
  dialect: content,
  clients: 'clients of contract S2',
  about:
    'Contract S2 is the group chat of a website with password sign-in. The socket uses the site’s session cookie and carries new messages and errors. The site loads the history by REST.',
  examples: contentExamples,
  handshake: {
    path: '/ws/chat/<room>/',
    credential:
      'The credential is the cookie `sessionid`, which `POST /api/login/` sets. With [`ChatAuth.lambda`](authentication.md), it is the session cookie of your own site. If another app on the parent domain sets a cookie of the same name, the one with a valid token counts. The handshake must also have an allowed `Origin` header: the origin of the edge, or one in the setting `allowedOrigins`.',
    sample: {
      language: 'js',
      lines: [
        "await fetch('/api/login/', {",
        "  method: 'POST',",
        "  headers: { 'Content-Type': 'application/json' },",
        '  body: JSON.stringify({ username, password }),',
        '});',
        "new WebSocket('wss://<edge>/ws/chat/1/');",
      ],
    },
    query: {},
    refusals: [badCredential, noAccess, ['The `Origin` header is missing or not allowed.', '403']],
    greeting: 'On connect the server sends nothing. The history is at `GET /api/chats/<room>/messages/`.',
  },
  in: incoming({
    'message to send': {
      command: 'SendMessage',
      schema: frame.contentFrame,
      summary:
        'Sends a message. The server stores it and then sends `message` to every connection in the room, first to the sender’s.',
      fields: { content: 'The text.' },
    },
  }),
  out: outgoing({
    message: {
      event: 'MessageSent',
      schema: frame.message,
      summary: 'A user sent a message, and the server has stored it. The sender receives this frame too.',
    },
    error: {
      event: 'Refused',
      schema: frame.error,
      summary:
        'The server refused a frame. The socket stays open. The messages `Invalid JSON` and `Content cannot be empty` have exactly these texts, as contract S2 documents them.',
      fields: errorFields,
    },
  }),
  notSent: 'The server sends only new messages and errors. Edits and deletes show in the history.',
  message: {
    schema: frame.messageShape,
    fields: {
      id: 'The id of the message in its room.',
      chat: 'The id of the room.',
      'sender.id': 'The author’s user id.',
      'sender.username': 'The author’s name.',
      'sender.email': 'The author’s email address. Empty if the token has no verified one, and for guests.',
      'sender.guest':
        'Present if a guest wrote the message. `sender.id` is then unverified: it may be the id of a real user, who is not the author.',
      'sender.user_type': 'The application-defined kind of user. May be empty.',
      sender: 'The author.',
      content: 'The text.',
      timestamp: 'The time at which the server stored the message.',
      file: 'The name of the message’s file, if it has one.',
    },
  },
  fields: { ...commonFields, type: 'The kind of frame.', message: 'The message.' },
};
