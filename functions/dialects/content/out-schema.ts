import * as v from 'valibot';
import { clientId, text } from '../frame.ts';
import { fileDetails, number, senderDetails, time, wireId } from '../out-schema.ts';

/** For the documentation. The decoder does not use it, because contract S2 has error messages of its own. */
export const contentFrame = v.object({ content: text, client_id: v.optional(clientId) });

export const messageShape = v.strictObject({
  id: number,
  chat: wireId,
  sender: v.strictObject({
    id: wireId,
    username: v.string(),
    email: v.string(),
    user_type: v.string(),
    guest: v.optional(v.literal(true)),
  }),
  content: v.string(),
  timestamp: time,
  file: v.optional(v.string()),
  ...senderDetails,
  ...fileDetails,
});

export const message = v.strictObject({ type: v.literal('message'), message: messageShape });

export { typedError as error } from '../out-schema.ts';
