import type { WireErrorCode } from './wire.ts';

/**
 * The codes of the wire, and the client's own: UNREACHABLE (no answer; the network or the server is away), CLOSED (the
 * client or the room was closed), EXPIRED (a change that was tried waited for a day, after which a repeat is not known).
 * REST has codes besides, such as BAD_REQUEST.
 */
export type ErrorCode = WireErrorCode | 'UNREACHABLE' | 'CLOSED' | 'EXPIRED' | (string & {});

/** Why something that was asked for did not happen. `message` is a sentence for people. */
export class ChatClientError extends Error {
  override readonly name = 'ChatClientError';
  readonly code: ErrorCode;
  /** Milliseconds after which the same may be asked again; undefined where waiting does not help. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export const unreachable = () =>
  new ChatClientError('UNREACHABLE', 'The chat does not answer: check the network; it is tried again');

/** @param cause what the function threw */
export const noToken = (cause: unknown) =>
  new ChatClientError(
    'UNREACHABLE',
    'No token came: the function that gives it failed; it is tried again',
    undefined,
    {
      cause,
    },
  );

export const closed = () => new ChatClientError('CLOSED', 'Not done: it was closed before; open it again');
