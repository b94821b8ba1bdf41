/** Returns the length of a text in UTF-8. */
export const bytesOf = (text: string): number => encoder.encode(text).length;

const encoder = new TextEncoder();

/** Control characters, and `.` and `..`, which URLs resolve in a path even if they are percent-encoded. */
const unusable = /\p{Cc}|^\.{1,2}$/u;

/**
 * Whether a text can be the id of a room or a user. Keys of DynamoDB hold ids, so their lengths are limited in bytes.
 * UTF-8 replaces lone surrogates, which would make different ids equal.
 */
export const isId = (text: string, maxBytes: number): boolean =>
  text !== '' &&
  // A text has at least as many bytes in UTF-8 as characters, so a long one is refused without reading it.
  text.length <= maxBytes &&
  text.isWellFormed() &&
  !unusable.test(text) &&
  bytesOf(text) <= maxBytes;

export const MAX_USER_ID_BYTES = 128;

/** Whether a user can have this id. */
export const isUserId = (text: string): boolean => isId(text, MAX_USER_ID_BYTES);

/** Whether the tables can have a user of this id: an earlier release accepted longer ids. They fit into all keys. */
export const isStoredUserId = (text: string): boolean => isId(text, 300);
