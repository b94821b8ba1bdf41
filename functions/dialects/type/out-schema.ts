import * as v from 'valibot';
import { fileDetails, senderDetails, time } from '../out-schema.ts';

export const chatMessage = v.strictObject({
  type: v.literal('chat_message'),
  message: v.string(),
  sender_id: v.string(),
  sender_username: v.string(),
  message_id: v.pipe(v.string(), v.uuid()),
  timestamp: time,
  receiver_id: v.nullable(v.string()),
  file: v.optional(v.string()),
  ...senderDetails,
  ...fileDetails,
});

export const established = v.strictObject({
  type: v.literal('connection_established'),
  message: v.string(),
  user_id: v.string(),
  username: v.string(),
});

export { typedError as error } from '../out-schema.ts';

export const handshakeRefused = v.strictObject({
  type: v.literal('error'),
  code: v.picklist([4001, 4003]),
  message: v.string(),
});
