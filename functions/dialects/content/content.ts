import type { Event, Refused } from '../../domain/event.ts';
import { type Reader, seenBy, type User } from '../../domain/member.ts';
import type { Message } from '../../domain/message.ts';
import { type Dialect, FrameError, type View } from '../dialect.ts';
import {
  clientIdOf,
  fieldOf,
  MAX_STRING,
  parseFrame,
  refusedFields,
  wireAuthor,
  wireFile,
  wireId,
} from '../frame.ts';
import { dialectTraits } from '../handshake.ts';

const wireSender = ({ id, username, email, userType, guest }: User) => ({
  id: wireId(id),
  username,
  email,
  user_type: userType,
  ...(guest && { guest }),
});

/** Returns contract S2's form of a message, for both WebSocket and REST. */
export function contentMessage(message: Message, reader: Reader) {
  const author = seenBy(reader, message.author);
  return {
    id: message.id,
    chat: wireId(message.room),
    sender: wireSender(author),
    ...wireAuthor(author),
    content: message.text,
    timestamp: message.createdAt,
    ...(message.file && wireFile(message.room, message.file)),
  };
}

const refused = (event: Refused) => ({
  type: 'error',
  message: event.code === 'EMPTY_TEXT' ? 'Content cannot be empty' : event.reason,
  code: event.code,
  ...refusedFields(event),
});

function frameOf(event: Event, view: View): object | undefined {
  switch (event.kind) {
    case 'MessageSent':
      return { type: 'message', message: contentMessage(event.message, view) };
    case 'Refused':
      return refused(event);
    // Contract S2 has no other frames. Its clients see changes when they load the history.
    default:
      return undefined;
  }
}

/** Contract S2: the group chat of a website with session cookies. */
export const content: Dialect = {
  ...dialectTraits.content,
  decode(body) {
    const frame = parseFrame(body, 'Invalid JSON');
    const text = fieldOf(frame, 'content');
    if (text === undefined || text === null) throw new FrameError('EMPTY_TEXT');
    if (typeof text !== 'string') throw new FrameError('BAD_FRAME', 'Content must be a string');
    const clientId = clientIdOf(frame);
    if (text.length > MAX_STRING) throw new FrameError('TOO_LONG', undefined, clientId);
    return { kind: 'SendMessage', text, type: 'text', ...(clientId !== undefined && { clientId }) };
  },
  encode: (event, view) => JSON.stringify(frameOf(event, view)),
};
