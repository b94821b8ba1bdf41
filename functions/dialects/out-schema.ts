import * as v from 'valibot';
import { errorCodes } from '../domain/errors.ts';

// Schemas for the fields of outgoing frames. The documentation and the client's types are generated from them, and
// tests check encoded frames against them. No deployed function imports them.

/** A message id, a sequence number or a size. */
export const number = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The id of a room or a user: a number if it is a canonical decimal integer, else a string. */
export const wireId = v.union([v.pipe(v.number(), v.integer()), v.string()]);

export const time = v.pipe(v.string(), v.isoTimestamp());

export const errorCode = v.picklist(errorCodes);

/** The fields that describe a message's author besides those of the contract. */
export const senderDetails = {
  /** The author's name when the message was sent. */
  sender_name: v.optional(v.string()),
  /** The https address of the author's picture when the message was sent. */
  sender_avatar: v.optional(v.string()),
};

/** The fields of a message's file, besides its name. */
export const fileDetails = {
  /** The path of the file. `client.fetch` loads it, and `client.fileUrl` makes a link of it. */
  file_url: v.optional(v.string()),
  /** The content type of the file. */
  file_type: v.optional(v.string()),
  /** The size of the file in bytes. */
  file_size: v.optional(number),
};

/** The fields of a refusal besides its code and message. */
export const refusedDetails = {
  client_id: v.optional(v.string()),
  retry_after_ms: v.optional(number),
};

/** The error frame of the dialects `content` and `type`. */
export const typedError = v.strictObject({
  type: v.literal('error'),
  message: v.string(),
  code: errorCode,
  ...refusedDetails,
});
