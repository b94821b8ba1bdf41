import type { WireErrorCode } from './wire.ts';

/**
 * An error code of the server, listed in `docs/protocol.md`, or one of the client's own:
 *
 * - `UNREACHABLE`: no answer, because the network or the server is down.
 * - `CLOSED`: the client or the room was closed.
 * - `ROOM_DELETED`: the room was deleted.
 * - `EXPIRED`: a change was tried and then waited for almost a day. The server may no longer recognize a repeat.
 *
 * The list may grow. Treat an unknown code as a refusal that a retry does not fix.
 */
export type ErrorCode = WireErrorCode | 'UNREACHABLE' | 'CLOSED' | 'ROOM_DELETED' | 'EXPIRED' | (string & {});

/**
 * The reason for a rejected promise, and for the states `offline` and `refused`. Branch on `code`; `message` is a
 * sentence for people and may change.
 * @example room.send(text).catch(({ code }) => code === 'MUTED' && showMuted());
 */
export class ChatClientError extends Error {
  /** The name of the class. */
  override readonly name = 'ChatClientError';
  /** The reason, for programs. */
  readonly code: ErrorCode;
  /** Milliseconds to wait before a retry. Undefined if waiting does not help. */
  readonly retryAfterMs: number | undefined;

  /** Creates an error, for tests of your own code. */
  constructor(code: ErrorCode, message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export const unreachable = () =>
  new ChatClientError('UNREACHABLE', 'Could not reach the chat: there was no answer. Check the network.');

export const closed = () =>
  new ChatClientError('CLOSED', 'Request canceled: the client or the room was closed. Open it again.');

/** Whether the socket or the room went away, so that the request was neither accepted nor refused. */
export const isDisconnect = ({ code }: ChatClientError): boolean =>
  code === 'UNREACHABLE' || code === 'CLOSED';
