import { badCredential, type Contract, commonWords, noMember } from '../documentation.ts';
import { content } from './content.ts';
import { contentExamples } from './examples.ts';
import * as frame from './out-schema.ts';

export const contentContract: Contract = {
  dialect: content,
  serves: 'S2',
  examples: contentExamples,
  handshake: {
    path: '/ws/chat/<room>/',
    credential:
      'The cookie `sessionid`, which `POST /api/login/` sets. It counts only together with an `Origin` header that is allowed: the edge’s own, or one of the setting `allowedOrigins`.',
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
    refused: [badCredential, noMember, ['the Origin is missing or not allowed', '403']],
    greeting: 'Nothing comes. The history is at `GET /api/chats/<room>/messages/`.',
  },
  in: [
    {
      name: 'message to send',
      asks: 'SendMessage',
      schema: frame.contentFrame,
      does: 'The message is stored, then everybody in the room gets `message`, you first.',
      words: { content: 'The text.' },
    },
  ],
  out: [
    {
      name: 'message',
      tells: 'MessageSent',
      schema: frame.message,
      does: 'Somebody, perhaps you, has said something; it is stored.',
    },
    {
      name: 'error',
      tells: 'Refused',
      schema: frame.error,
      does: 'Your frame was not served. The socket stays open. `Invalid JSON` and `Content cannot be empty` are told in exactly these words.',
      words: { message: 'A sentence for people.', code: 'One of the error codes.' },
    },
  ],
  silence:
    'An edited or a deleted message shows in the history only. Receipts, reactions, typing and presence are not told.',
  message: {
    schema: frame.messageShape,
    words: {
      id: 'The message’s id in its room.',
      chat: 'The room.',
      'sender.id': 'The author’s user id.',
      'sender.username': 'The author’s name.',
      'sender.email': 'Empty where the token has none.',
      'sender.user_type': 'What kind of user the team calls them; may be empty.',
      sender: 'The author.',
      content: 'The text.',
      timestamp: 'When it was stored.',
      file: 'The name of its file, where it has one.',
    },
  },
  words: { ...commonWords, type: 'What the frame is.', message: 'The message.' },
};
