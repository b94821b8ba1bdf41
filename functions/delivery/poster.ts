/** `gone`: API Gateway answered 410, because the connection has closed or is not open yet. */
export type PostOutcome = 'delivered' | 'gone';

/** API Gateway's `@connections` API. Each call makes one attempt. */
export interface Poster {
  /** Posts a frame. @throws TransientError if API Gateway throttles, fails or does not answer */
  post(connection: string, frame: string): Promise<PostOutcome>;
  /**
   * Returns whether a connection is open: false after it closed. AWS does not document the answer before the handshake
   * is over, so do not rely on it for a new connection.
   * @throws as `post`
   */
  isOpen(connection: string): Promise<boolean>;
  /**
   * Closes a connection, always with code 1000: API Gateway supports no other close code.
   * @returns false if it is gone, or not open yet
   * @throws as `post`
   */
  close(connection: string): Promise<boolean>;
}

/** An error that a retry may fix: status 429 or 5xx, or no answer. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  /** Whether the status was 429: the account exceeds its rate, or the buffer of this client is full. */
  readonly throttled: boolean;

  constructor(message?: string, options: ErrorOptions & { readonly throttled?: boolean } = {}) {
    super(message, options);
    this.throttled = options.throttled ?? false;
  }
}

/** Checks the name and not the class, because the SDK's poster is a separate bundle with its own copy of the class. */
export const isTransient = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TransientError';

export const isThrottled = (error: unknown): boolean =>
  isTransient(error) && (error as { readonly throttled?: unknown }).throttled === true;
