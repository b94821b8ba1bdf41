import type { TokenSource } from './credential.ts';
import { ChatClientError, unreachable } from './errors.ts';
import type { RestError } from './wire.ts';

/** The error that an answer of REST tells. */
export async function refusal(response: Response): Promise<ChatClientError> {
  const body = (await response.json().catch(() => ({}))) as Partial<RestError>;
  const message = body.message ?? `The server answered ${response.status}: try again later`;
  return new ChatClientError(body.error ?? 'INTERNAL', message, body.retry_after_ms);
}

/** Calls the HTTP API with the token; a token that is refused is asked for again, once. */
export class Rest {
  readonly #url: string;
  readonly #credential: TokenSource;
  readonly #fetch: typeof fetch;

  constructor(url: string, credential: TokenSource, fetch: typeof globalThis.fetch) {
    this.#url = url;
    this.#credential = credential;
    this.#fetch = fetch;
  }

  /**
   * Fetches a path below the edge's name, such as a message's `file_url`.
   * @throws ChatClientError UNREACHABLE, or the code of an answer that is not 2xx
   */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { token } = this.#credential;
    let response = await this.ask(path, init, token ?? (await this.#credential.fresh()));
    if (response.status === 401 && this.#credential.renewable) {
      response = await this.ask(path, init, await this.#credential.fresh());
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  /** Asks for JSON; what is given as `body` goes as JSON. */
  async json<T>(path: string, body?: unknown): Promise<T> {
    const sent = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    };
    const response = await this.fetch(`/api${path}`, body === undefined ? {} : sent);
    return (await response.json()) as T;
  }

  /** Asks once, with a token; any status is an answer. @throws ChatClientError UNREACHABLE */
  async ask(path: string, init: RequestInit, token: string): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${token}`);
    try {
      return await this.#fetch.call(globalThis, this.#url + path, { ...init, headers });
    } catch {
      throw unreachable();
    }
  }
}
