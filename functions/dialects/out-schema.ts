import * as v from 'valibot';
import { errorCodes } from '../domain/errors.ts';

// What we send needs no check at run time. These schemas are what the documents are written from and what the tests
// hold every encoded frame against; nothing that is deployed imports them.

/** A message's id, or the number of a change. */
export const number = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The id of a room or of a user: a number where it is a canonical decimal integer. */
export const wireId = v.union([v.pipe(v.number(), v.integer()), v.string()]);

export const time = v.pipe(v.string(), v.isoTimestamp());

export const errorCode = v.picklist(errorCodes);

/** What a file adds to a message, beside its name. */
export const fileDetails = {
  file_url: v.optional(v.string()),
  file_type: v.optional(v.string()),
  file_size: v.optional(number),
};

/** What a refusal tells beside its code and sentence. */
export const refusedDetails = {
  client_id: v.optional(v.string()),
  retry_after_ms: v.optional(number),
};
