import * as v from 'valibot';
import { clientId, text } from '../frame.ts';
import { errorCode, fileDetails, number, refusedDetails, time, wireId } from '../out-schema.ts';

/** What the decoder reads by hand, since S2 has its own words for what is wrong. */
export const contentFrame = v.object({ content: text, client_id: v.optional(clientId) });

export const messageShape = v.strictObject({
  id: number,
  chat: wireId,
  sender: v.strictObject({ id: wireId, username: v.string(), email: v.string(), user_type: v.string() }),
  content: v.string(),
  timestamp: time,
  file: v.optional(v.string()),
  ...fileDetails,
});

export const message = v.strictObject({ type: v.literal('message'), message: messageShape });

export const error = v.strictObject({
  type: v.literal('error'),
  message: v.string(),
  code: errorCode,
  ...refusedDetails,
});
