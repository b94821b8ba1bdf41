import { ChatClientError } from './errors.ts';

/** A token, or a function that gives a fresh one; it is asked again on every reconnect. */
export type Token = string | (() => string | Promise<string>);

interface Claims {
  readonly sub?: string;
  /** Seconds since the epoch. */
  readonly exp?: number;
}

/** What a JWT says; nothing of one that is none. The server alone can tell whether it is true. */
function claimsOf(token: string): Claims {
  try {
    const bytes = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(
      new TextDecoder().decode(Uint8Array.from(bytes, (each) => each.charCodeAt(0))),
    ) as Claims;
  } catch {
    return {};
  }
}

/** Who the client is, as far as its token tells. */
export class TokenSource {
  token: string | undefined;
  /** The user's id; undefined until the first token came. */
  user: string | undefined;
  /** Milliseconds since the epoch; undefined where the token does not tell. */
  expiresAt: number | undefined;
  readonly #source: Token;

  constructor(source: Token) {
    if (typeof source !== 'string' && typeof source !== 'function') {
      throw new TypeError('No client was made: it has no token; give one, or a function that gives one');
    }
    this.#source = source;
  }

  get renewable(): boolean {
    return typeof this.#source === 'function';
  }

  /** Asks for a token. @throws what its function throws, and UNAUTHENTICATED where it is another user's */
  async fresh(): Promise<string> {
    const token = typeof this.#source === 'string' ? this.#source : await this.#source();
    const { sub, exp } = claimsOf(token);
    if (this.user !== undefined && sub !== this.user) {
      throw new ChatClientError(
        'UNAUTHENTICATED',
        'The token is of another user: make a new client for them',
      );
    }
    this.token = token;
    this.user = sub;
    this.expiresAt = exp === undefined ? undefined : exp * 1000;
    return token;
  }
}
