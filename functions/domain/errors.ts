/** The stable error codes, each with its default message: `<what failed>: <why>. <what to do>.` */
const messages = {
  UNAUTHENTICATED: 'Not signed in: the token is missing or not valid. Connect again with a new token.',
  TOKEN_EXPIRED: 'Not signed in: the token of this connection has expired. Connect again with a new token.',
  BANNED: 'No access: this account is banned from the chat. Ask the team that runs the chat.',
  WRONG_USER: 'Wrong user: another user is signed in. Leave the user out, or sign in as that user.',
  CONNECTION_REMOVED: 'Connection lost: the server has removed this connection. Connect again.',
  NOT_A_MEMBER: 'No access: you are not a member of this room. Ask a room owner to add you.',
  MUTED: 'No access: you are muted in this room. Wait, or ask a moderator.',
  RATE_LIMITED: 'Too many requests: you reached the limit of this room. Wait a moment, then try again.',
  POSTING_RESTRICTED: 'Message not sent: only owners and moderators may write in this room. Ask one of them.',
  SLOW_MODE: 'Message not sent: this room is in slow mode. Wait a moment, then try again.',
  ROOM_ARCHIVED: 'Nothing changed: this room is archived, so it is read-only. Ask a room owner to reopen it.',
  ROOM_NOT_FOUND: 'Room not found: no room has this id. Check the id.',
  ROOM_REQUIRED: 'Room missing: an inbox socket is not connected to a room. Name the room in room_id.',
  TOO_MANY_ROOMS: 'Room not joined: this socket has joined the maximum number of rooms. Leave a room first.',
  OWN_ROOM: 'Room not left: the socket is connected to this room. Close the socket instead.',
  RECEIVER_NOT_A_MEMBER: 'Message not sent: the receiver is not a member of this room. Name a member.',
  MESSAGE_NOT_FOUND: 'Message not found: it does not exist or was deleted. Load the history again.',
  REPLY_NOT_FOUND:
    'Message not sent: the message that it replies to does not exist or was deleted. Send it without the reply.',
  NOT_THE_AUTHOR: 'No access: only the author or a moderator can change this message. Ask one of them.',
  TOO_MANY_REACTIONS:
    'Emoji not added: this message has too many different ones, or too many of yours. Remove one first.',
  TOO_MANY_PINS: 'Message not pinned: this room has 50 pinned messages. Unpin one of them first.',
  CLIENT_ID_REUSED:
    'Change refused: this client_id was used for a different change. Use a new client_id for each change.',
  BAD_FRAME:
    'Frame not read: it is not JSON, or a field is missing or malformed. See the protocol for its fields.',
  UNKNOWN_ACTION:
    'Action not found: the server has no such action. See the protocol for the list of actions.',
  EMPTY_TEXT: 'Text not accepted: it is empty. Write something.',
  TOO_LONG: 'Text not accepted: it is longer than 8,000 characters. Shorten it.',
  MESSAGE_REFUSED: 'Message not accepted: the rules of this chat do not allow it. Change it, then try again.',
  CHECK_FAILED: 'Message not accepted: it could not be checked. Try again later.',
  FILE_TOO_LARGE: 'File not accepted: a frame holds files of up to 64 KB. Upload the file and send its id.',
  FILE_TYPE_NOT_ALLOWED:
    'File not accepted: its content type is not allowed. Send it as application/octet-stream.',
  FILE_NOT_FOUND:
    'File not found: you uploaded no file with this id to this room. Upload it, then send its id.',
  FILE_BUDGET_USED:
    'File not accepted: you have sent as many bytes of files today as this chat allows. Try again tomorrow.',
  INTERNAL: 'Request failed: something went wrong on the server. Try again.',
} as const;

export type ErrorCode = keyof typeof messages;

export const errorCodes = Object.keys(messages) as readonly ErrorCode[];

/** An error whose code and message the client receives. Any other error is a defect, sent as INTERNAL. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  /** How long to wait before the same request can succeed, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  /** @param message replaces the code's default message; must not quote input of other users */
  constructor(code: ErrorCode, message?: string, retryAfterMs?: number) {
    super(message ?? messages[code]);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
