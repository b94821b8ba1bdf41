import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ChatError, type ErrorCode } from '../../domain/errors.ts';
import { type MembershipCode, MembershipError } from '../../domain/member.ts';

/** Refusals that only HTTP has words for. */
const refusals = {
  BAD_REQUEST: [400, 'The request could not be read: see /api/openapi.json for its fields'],
  WRONG_PASSWORD: [401, 'The user name or the password is wrong: try again'],
  PASSWORD_CHANGE_REQUIRED: [
    403,
    'This account needs a new password before it can sign in: ask whoever made it',
  ],
  FORBIDDEN_ORIGIN: [
    403,
    'A change by cookie must come from a page of this chat: send Authorization: Bearer instead',
  ],
  NOT_FOUND: [404, 'There is nothing at this address: see /api/openapi.json'],
  METHOD_NOT_ALLOWED: [405, 'This address does not take this method: see the header Allow'],
  BODY_TOO_LARGE: [413, 'The body is too large: send less at once'],
  NOT_JSON: [415, 'The body is not JSON: send it with Content-Type: application/json'],
  NO_PASSWORD_LOGIN: [501, 'There is no sign-in by password here: get a token from the issuer and send it'],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

export type RefusalCode = keyof typeof refusals;

const chatStatuses: Record<ErrorCode, ContentfulStatusCode> = {
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  NOT_A_MEMBER: 403,
  MUTED: 403,
  RATE_LIMITED: 429,
  ROOM_NOT_FOUND: 403,
  MESSAGE_NOT_FOUND: 404,
  NOT_THE_AUTHOR: 403,
  WRONG_USER: 403,
  CONNECTION_REMOVED: 409,
  ROOM_REQUIRED: 400,
  TOO_MANY_ROOMS: 409,
  OWN_ROOM: 409,
  RECEIVER_NOT_A_MEMBER: 409,
  REPLY_NOT_FOUND: 404,
  CLIENT_ID_REUSED: 409,
  FILE_TYPE_NOT_ALLOWED: 415,
  FILE_NOT_FOUND: 404,
  BAD_FRAME: 400,
  UNKNOWN_ACTION: 400,
  EMPTY_TEXT: 400,
  TOO_LONG: 413,
  FILE_TOO_LARGE: 413,
  INTERNAL: 500,
};

const membershipStatuses: Record<MembershipCode, ContentfulStatusCode> = {
  NOT_A_MODERATOR: 403,
  NOT_AN_OWNER: 403,
  NO_SUCH_MEMBER: 404,
  LAST_OWNER: 409,
  FIXED_MEMBERS: 409,
};

export const errorCodes: readonly string[] = [
  ...Object.keys(chatStatuses),
  ...Object.keys(membershipStatuses),
  ...Object.keys(refusals),
];

/** A refusal with its status. `message` must not quote what a user wrote. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(code: RefusalCode, message?: string) {
    super(message ?? refusals[code][1]);
    this.status = refusals[code][0];
    this.code = code;
  }
}

/** What a client is told of an error. */
export interface Told {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly message: string;
  /** After so many milliseconds the same may be asked again. */
  readonly retryAfterMs?: number | undefined;
}

/** Undefined for a defect, of which a client is told nothing. */
export function toldOf(error: unknown): Told | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof MembershipError) {
    return { status: membershipStatuses[error.code], code: error.code, message: error.message };
  }
  if (!(error instanceof ChatError)) return undefined;
  // No such room and not a member are one answer, so that nobody can probe for rooms.
  const known = error.code === 'ROOM_NOT_FOUND' ? new ChatError('NOT_A_MEMBER') : error;
  const { code, message, retryAfterMs } = known;
  return { status: chatStatuses[code], code, message, retryAfterMs };
}
