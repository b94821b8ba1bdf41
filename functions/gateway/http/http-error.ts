import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { AuthUnavailableError } from '../../auth/function-verifier.ts';
import { KeysUnavailableError } from '../../auth/token-verifier.ts';
import { ChatError } from '../../domain/errors.ts';
import { type MembershipCode, MembershipError } from '../../domain/member.ts';
import { chatStatuses } from '../chat-statuses.ts';

/** Errors of the HTTP API itself, with their status and default message: `<what failed>: <why>. <what to do>.` */
const httpErrors = {
  BAD_REQUEST: [400, 'Request not read: it is malformed. See openapi.json.'],
  PASSWORD_REFUSED: [400, 'Password not changed: it does not follow the rules. Choose another one.'],
  WRONG_CODE: [
    400,
    'Password not changed: the code is wrong, has expired or was tried too often. Ask for a new code.',
  ],
  WRONG_PASSWORD: [401, 'Not signed in: the user name or the password is wrong. Try again.'],
  SESSION_ENDED: [401, 'Not signed in: the session has ended. Sign in again.'],
  PASSWORD_CHANGE_REQUIRED: [
    403,
    'Not signed in: this account has a temporary password. Choose a new one at /api/login/password/.',
  ],
  PASSWORD_RESET_REQUIRED: [
    403,
    'Not signed in: this account needs a new password. Choose one with the code that you received.',
  ],
  ACCOUNT_NOT_CONFIRMED: [403, 'Not signed in: this account is not confirmed yet. Confirm it first.'],
  CHALLENGE_NOT_SUPPORTED: [
    403,
    'Not signed in: this account needs a second factor, which this chat cannot ask for. Ask the administrator.',
  ],
  NO_PASSWORD_RESET: [
    403,
    'Password not changed: this chat sends no codes for new passwords. Ask the administrator.',
  ],
  NOT_SIGNED: [
    403,
    'Request refused: it has no signature of AWS. Sign it with credentials that may call the admin API.',
  ],
  FORBIDDEN_ORIGIN: [
    403,
    'Request refused: changes with the session cookie must come from an allowed origin. Send the token as Authorization: Bearer instead.',
  ],
  ROOMS_BY_ADMINS_ONLY: [
    403,
    'Room not created: in this chat, only its administrators create rooms. Ask one of them.',
  ],
  DIRECTORY_OFF: [403, 'People not found: this chat has no search for people. Enter a user id instead.'],
  NOT_FOUND: [404, 'Not found: this address does not exist. See openapi.json of this API for all addresses.'],
  USER_NOT_FOUND: [404, 'User not found: the chat does not know a user with this id. Check the id.'],
  REPORT_NOT_FOUND: [
    404,
    'Report not found: nobody has reported this message, or you are its author. Check the id.',
  ],
  ROOM_EXISTS: [
    409,
    'Room not created: a room with this id exists, with another name or access. Choose another id, or change that room.',
  ],
  TOO_MANY_BLOCKS: [409, 'User not blocked: your list of blocked users is full. Remove one of them first.'],
  ROOM_DELETED: [410, 'Room not created: a room with this id was deleted. Choose another id.'],
  METHOD_NOT_ALLOWED: [405, 'Request refused: this address does not have this method. See the header Allow.'],
  BODY_TOO_LARGE: [413, 'Request refused: the body is larger than 256 KB. Send less at once.'],
  NOT_JSON: [415, 'Request not read: the body is not JSON. Send it with Content-Type: application/json.'],
  KEYS_UNAVAILABLE: [
    503,
    'Request not answered: the keys that tokens are signed with could not be fetched. Try again in a moment.',
  ],
  AUTH_UNAVAILABLE: [
    503,
    'Request not answered: the function that verifies credentials failed or took too long. Try again in a moment.',
  ],
  NO_PASSWORD_LOGIN: [
    501,
    'Not signed in: this chat has no sign-in by password. Sign in where its users do, and send that token.',
  ],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

const membershipStatuses: Record<MembershipCode, ContentfulStatusCode> = {
  NOT_A_MODERATOR: 403,
  NOT_AN_OWNER: 403,
  NO_SUCH_MEMBER: 404,
  LAST_OWNER: 409,
  ROOM_LIMIT: 409,
  NO_REQUEST: 409,
  FIXED_MEMBERS: 409,
  FIXED_ROOM: 409,
  ROOM_HELD: 409,
};

/** An error that is answered with its status. `message` must not quote user input. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(code: keyof typeof httpErrors, message?: string) {
    super(message ?? httpErrors[code][1]);
    this.status = httpErrors[code][0];
    this.code = code;
  }
}

/** Returns the error for a request that was not read. */
export const badRequest = (fault: string): HttpError =>
  new HttpError('BAD_REQUEST', `Request not read: ${fault}. See openapi.json of this API.`);

export interface ErrorAnswer {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly message: string;
  /** How long to wait before the same request can succeed, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** Returns the answer to an expected error, or undefined for a defect. */
export function errorAnswer(error: unknown): ErrorAnswer | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof KeysUnavailableError) return new HttpError('KEYS_UNAVAILABLE');
  if (error instanceof AuthUnavailableError) return new HttpError('AUTH_UNAVAILABLE');
  if (error instanceof MembershipError) {
    return { status: membershipStatuses[error.code], code: error.code, message: error.message };
  }
  if (!(error instanceof ChatError)) return undefined;
  // A missing room gets the same answer as a missing membership, so that clients cannot probe for rooms.
  const { code, message, retryAfterMs } =
    error.code === 'ROOM_NOT_FOUND' ? new ChatError('NOT_A_MEMBER') : error;
  return { status: chatStatuses[code], code, message, retryAfterMs };
}
