import { v5 as uuidOf } from 'uuid';
import * as v from 'valibot';
import type { Event } from '../../domain/event.ts';
import { seenBy } from '../../domain/member.ts';
import type { Message } from '../../domain/message.ts';
import { type Dialect, FrameError, type View } from '../dialect.ts';
import {
  clientId,
  clientIdOf,
  fieldOf,
  fieldsOf,
  parseFrame,
  refusedFields,
  text,
  userId,
  wireAuthor,
  wireFile,
} from '../frame.ts';
import { dialectTraits } from '../handshake.ts';

export const chatMessage = v.object({
  type: v.literal('chat_message'),
  message: text,
  receiver_id: v.nullish(userId),
  client_id: v.optional(clientId),
});

/** The UUID namespace of message ids. Must not change, because clients store the ids. */
const NAMESPACE = '6f1e5a52-5f0c-4d0e-9a57-0f6f4f0c2b11';

const messageUuid = (message: Message): string => uuidOf(`${message.room}/${message.id}`, NAMESPACE);

/** Contract S3's close codes. API Gateway cannot send them, so an error frame before the close contains the code. */
const handshakeRefused = {
  UNAUTHENTICATED: { code: 4001, message: 'Unauthorized' },
  NOT_A_MEMBER: { code: 4003, message: 'Not a member of the chat room' },
} as const;

function frameOf(event: Event, view: View): object | undefined {
  switch (event.kind) {
    case 'MessageSent': {
      const author = seenBy(view, event.message.author);
      return {
        type: 'chat_message',
        message: event.message.text,
        sender_id: event.message.author.id,
        sender_username: author.username,
        ...wireAuthor(author),
        message_id: messageUuid(event.message),
        timestamp: event.message.createdAt,
        receiver_id: event.message.receiver ?? null,
        ...(event.message.file && wireFile(event.room, event.message.file)),
      };
    }
    case 'Connected':
      return {
        type: 'connection_established',
        message: `Connected to chat room ${event.room}`,
        user_id: event.user.id,
        username: event.user.username,
      };
    case 'Refused':
      return { type: 'error', message: event.reason, code: event.code, ...refusedFields(event) };
    case 'HandshakeRefused':
      return { type: 'error', ...handshakeRefused[event.code] };
    // Contract S3 has no other frames.
    default:
      return undefined;
  }
}

/** Contract S3: a room chat with a token in the URL. */
export const type: Dialect = {
  ...dialectTraits.type,
  decode(body) {
    const frame = parseFrame(body, 'Invalid JSON');
    if (fieldOf(frame, 'type') !== 'chat_message') {
      throw new FrameError(
        'UNKNOWN_ACTION',
        'Frame not read: unknown type. Send chat_message.',
        clientIdOf(frame),
      );
    }
    const fields = fieldsOf(chatMessage, frame);
    return {
      kind: 'SendMessage',
      text: fields.message,
      type: 'text',
      ...(fields.receiver_id != null && { receiver: fields.receiver_id }),
      ...(fields.client_id !== undefined && { clientId: fields.client_id }),
    };
  },
  encode: (event, view) => JSON.stringify(frameOf(event, view)),
};
