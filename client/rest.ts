import { ChatClientError, unreachable } from './errors.ts';
import type { FileLink, Id, RestError, UploadOffer } from './wire.ts';

/** A token, or a function that returns a fresh one. The client calls the function on each connect. */
export type Token = string | (() => string | Promise<string>);

/** Decodes a JWT's claims without verifying them, which only the server can do. Returns `{}` for any other token. */
export function claimsOf(token: string): { sub?: string; iat?: number; exp?: number } {
  try {
    const bytes = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    return Object(JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (each) => each.charCodeAt(0)))));
  } catch {
    return {};
  }
}

/** Fetches tokens, and remembers the last one with its claims. */
export class TokenSource {
  token: string | undefined;
  /** The user's id. Undefined until the first token arrives. */
  user: string | undefined;
  /** Milliseconds since the epoch. Undefined if the token has no `exp` claim. */
  expiresAt: number | undefined;
  readonly #token: Token;
  readonly #user: Id | undefined;

  /** @throws TypeError if `token` is neither a string nor a function */
  constructor(token: Token, user: Id | undefined) {
    if (typeof token !== 'string' && typeof token !== 'function') {
      throw new TypeError('Could not create the client: it has no token. Pass one, or a function.');
    }
    this.#token = token;
    this.#user = user;
  }

  get isRenewable(): boolean {
    return typeof this.#token === 'function';
  }

  /** @throws the token function's error, or ChatClientError UNAUTHENTICATED if the token belongs to another user */
  async fetch(): Promise<string> {
    // A token from a file often ends in a newline, which no header may contain.
    const token = (typeof this.#token === 'string' ? this.#token : await this.#token()).trim();
    const { sub, exp } = claimsOf(token);
    const user = this.#user?.toString() ?? sub;
    if (this.user !== undefined && user !== this.user) {
      throw new ChatClientError(
        'UNAUTHENTICATED',
        'Not signed in: the token belongs to another user. Sign in again.',
      );
    }
    this.token = token;
    this.user = user;
    this.expiresAt = exp && exp * 1000;
    return token;
  }
}

/** The fields of a message that name its file. Spread them into the options of `send`. */
export interface UploadedFile {
  /** The id of the uploaded file. */
  readonly file: string;
  /** The type of the message: `image` for a picture that clients show. */
  readonly type: 'file' | 'image';
}

/** The options of an upload. */
export interface UploadOptions {
  /** Called during an upload with the bytes sent so far and the file's size. */
  readonly onProgress?: (sent: number, total: number) => void;
  /** Cancels the upload, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

interface UploadRequest {
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  readonly status: number;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  abort(): void;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: Blob): void;
}

/** @throws ChatClientError UNREACHABLE if the request fails; the reason of the signal if it was aborted */
function answerOf<T>(request: Promise<T>, signal?: AbortSignal | null): Promise<T> {
  return request.catch(() => {
    signal?.throwIfAborted();
    throw unreachable();
  });
}

/** Uses XMLHttpRequest in a browser, because `fetch` does not report upload progress. Returns the response. */
function put(
  { url, headers }: UploadOffer['upload'],
  file: Blob,
  { onProgress, signal }: UploadOptions,
  fetch: typeof globalThis.fetch,
): Promise<Response> {
  const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => UploadRequest };
  if (!XMLHttpRequest) return fetch(url, { method: 'PUT', headers, body: file, signal: signal ?? null });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded, total);
    request.onload = () => resolve(new Response(null, { status: request.status }));
    request.onerror = reject;
    request.onabort = reject;
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => request.abort());
    request.open('PUT', url);
    for (const name in headers) request.setRequestHeader(name, headers[name] ?? '');
    request.send(file);
  });
}

/** Matches the `file_url` of a message. */
const filePath = /^\/api\/chats\/[^/]+\/files\/[^/?]+\/?$/;

/** Returns the path of a room in the HTTP API, below `/api`. */
export const roomPath = (room: Id): string => `/chats/${encodeURIComponent(String(room))}/`;

/** Returns a path with the defined values of a query. */
export function withQuery(path: string, query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return `${path}?${new URLSearchParams(given)}`;
}

/** Returns the error of a response without a 2xx status. */
export async function errorOf(response: Response): Promise<ChatClientError> {
  const body = (await response.json().catch(() => ({}))) as Partial<RestError>;
  const message = body.message ?? `Request failed: the answer has status ${response.status}. Try again.`;
  return new ChatClientError(body.error ?? 'INTERNAL', message, body.retry_after_ms);
}

/** @throws ChatClientError unless the status is 2xx */
async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw await errorOf(response);
}

/** Calls the HTTP API with the token. Repeats a call once with a fresh token if the server rejects the old one. */
export class RestClient {
  readonly #url: string;
  readonly #tokens: TokenSource;
  readonly #fetch: typeof fetch;

  constructor(url: string, tokens: TokenSource, fetch: typeof globalThis.fetch) {
    this.#url = url;
    this.#tokens = tokens;
    this.#fetch = fetch;
  }

  /**
   * Fetches a path of the chat's address, such as a message's `file_url`.
   * @throws ChatClientError UNREACHABLE, or the error of a response without a 2xx status
   */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    if (!filePath.test(path)) return this.#fetchApi(path, init);
    // The storage refuses a page of another origin that follows a redirect, because its Origin is then `null`.
    const { url } = await this.fileLink(path);
    return checked(await answerOf(this.#fetch(url, init), init.signal));
  }

  /** Returns a URL from which a file can be downloaded without a token. @throws ChatClientError as `fetch` does */
  async fileLink(path: string): Promise<FileLink> {
    const response = await this.#fetchApi(path, { headers: { Accept: 'application/json' } });
    return (await response.json()) as FileLink;
  }

  async #fetchApi(path: string, init: RequestInit): Promise<Response> {
    let response = await this.fetchOnce(path, init, this.#tokens.token ?? (await this.#tokens.fetch()));
    if (response.status === 401 && this.#tokens.isRenewable) {
      response = await this.fetchOnce(path, init, await this.#tokens.fetch());
    }
    return checked(response);
  }

  /**
   * Sends a POST with a `body`, or a GET without one, and returns the answer's JSON.
   * @throws ChatClientError as `fetch`
   */
  async json<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const headers = { 'Content-Type': 'application/json' };
    const post = { method: 'POST', body: JSON.stringify(body), headers, signal: signal ?? null };
    const response = await this.fetch(`/api${path}`, body === undefined ? {} : post);
    return (await response.json()) as T;
  }

  /** Returns the response with any status. @throws ChatClientError UNREACHABLE */
  fetchOnce(path: string, init: RequestInit, token: string): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${token}`);
    return answerOf(this.#fetch(this.#url + path, { ...init, headers }), init.signal);
  }

  /**
   * Announces a file in a room and uploads its bytes to the storage.
   * @throws ChatClientError FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED, NOT_A_MEMBER, UNREACHABLE; the reason of the signal
   */
  async upload(room: string, file: Blob, options: UploadOptions = {}): Promise<UploadedFile> {
    const name = (file as Partial<File>).name ?? 'file';
    const content_type = file.type || 'application/octet-stream';
    const announcement = { name, content_type, size: file.size };
    const path = `${roomPath(room)}files/`;
    const offer = await this.json<UploadOffer>(path, announcement, options.signal);
    await checked(await answerOf(put(offer.upload, file, options, this.#fetch), options.signal));
    options.onProgress?.(file.size, file.size);
    return { file: offer.file_id, type: /^image\//.test(content_type) ? 'image' : 'file' };
  }
}
