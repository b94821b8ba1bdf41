/** What went wrong, in stable codes that clients may branch on, each with a sentence that tells what to do. */
const sentences = {
  UNAUTHENTICATED: 'Not signed in: the credential is missing or not valid; connect with a fresh token',
  TOKEN_EXPIRED: 'The token of this connection ran out: connect again with a fresh token',
  NOT_A_MEMBER: 'Not a member of this room: ask one of its owners to add you',
  MUTED: 'You are muted in this room: wait, or ask a moderator',
  RATE_LIMITED: 'Too many messages in a short time: wait a moment and send again',
  ROOM_NOT_FOUND: 'No such room: check its id',
  MESSAGE_NOT_FOUND: 'No such message in this room, or it was deleted: load the history again',
  NOT_THE_AUTHOR: 'Only its author or a moderator may change this message',
  BAD_FRAME: 'The frame could not be read: see the protocol for its fields',
  UNKNOWN_ACTION: 'No such action: see the protocol for the actions there are',
  EMPTY_TEXT: 'The text is empty: write something',
  TOO_LONG: 'The text is too long: at most 8,000 characters',
  FILE_TOO_LARGE: 'The file is too large: upload it and send its id',
  INTERNAL: 'Something failed on our side: send the frame again',
} as const;

export type ErrorCode = keyof typeof sentences;

export const errorCodes = Object.keys(sentences) as readonly ErrorCode[];

/** A refusal that the user is told about. Anything else that is thrown is a defect and shows as INTERNAL. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  /** After so many milliseconds the same may be asked again. */
  readonly retryAfterMs: number | undefined;

  /** `reason` replaces the code's own sentence where more can be said; it must not quote what a user wrote. */
  constructor(code: ErrorCode, reason?: string, retryAfterMs?: number) {
    super(reason ?? sentences[code]);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
