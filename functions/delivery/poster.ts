/** How a post ended: the client's socket took it, the connection is gone, or it could not be posted in the time there was. */
export type PostOutcome = 'taken' | 'gone' | 'failed';

/** The way to open sockets. */
export interface Poster {
  /** Posts a frame once. @throws TransientError when the gateway says that it is too fast or out of order */
  post(connection: string, frame: string): Promise<PostOutcome>;
  /** Whether the gateway has a connection open: not before its handshake is over, and not after its end. */
  isOpen(connection: string): Promise<boolean>;
  /** Closes a connection. API Gateway knows no close code but 1000 for this. @throws TransientError as `post` does */
  close(connection: string): Promise<void>;
}

/** A post that may go through when tried again: 429, 5xx, or no answer. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  /** Whether the gateway said that it is too fast: for the account, or for the client of this connection. */
  readonly throttled: boolean;

  constructor(message?: string, { throttled = false, ...options }: TryAgainOptions = {}) {
    super(message, options);
    this.throttled = throttled;
  }
}

interface TryAgainOptions extends ErrorOptions {
  readonly throttled?: boolean;
}

/** By its name: a poster that was loaded from a file of its own has classes of its own. */
export const isTransient = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TransientError';

/** Whether a post was put off because of a 429. */
export const isThrottled = (error: unknown): boolean =>
  isTransient(error) && (error as { readonly throttled?: unknown }).throttled === true;
