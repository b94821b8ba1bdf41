/**
 * The reason for a rejected call. Branch on `code`; `message` is a sentence for people and may change. The codes are
 * listed in `docs/admin.md`. Besides those of the server there are:
 *
 * - `UNREACHABLE`: no answer after several attempts.
 * - `FORBIDDEN`: API Gateway refused the signature, or the caller has no grant.
 */
export class AdminError extends Error {
  /** The name of the class. */
  override readonly name = 'AdminError';
  /** The reason, for programs. */
  readonly code: string;
  /** The HTTP status; 0 without an answer. */
  readonly status: number;

  /** Creates an error, for tests of your own code. */
  constructor(code: string, message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

const forbidden =
  'Request refused: API Gateway did not accept the signature or the caller. Check the credentials, the clock, and chat.grantAdmin.';

/** Returns the error that an answer of the admin API or of API Gateway stands for. */
export function errorOf(status: number, text: string): AdminError {
  let body: { readonly error?: unknown; readonly message?: unknown } = {};
  try {
    body = JSON.parse(text) ?? {};
  } catch {
    // The answer has no JSON, so the status describes it.
  }
  if (typeof body.error === 'string') return new AdminError(body.error, String(body.message), status);
  if (status === 403) return new AdminError('FORBIDDEN', forbidden, status);
  return new AdminError('INTERNAL', `Request failed: the admin API answered ${status}. Try again.`, status);
}
