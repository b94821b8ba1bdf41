import { hash } from 'node:crypto';
import { type Credentials, environmentCredentials } from './environment.ts';
import {
  canonicalPath,
  EMPTY_HASH,
  type Header,
  type SignedHeaders,
  Signer,
  type SigningTime,
  signedHeaders,
  signingTime,
} from './sign.ts';
import { type HttpResponse, Transport } from './transport.ts';

/** A request body with its SHA-256 in hex. */
export interface Body {
  readonly bytes: string | Uint8Array;
  readonly length: number;
  readonly hash: string;
}

/** Encodes and hashes a body. */
export function bodyOf(content: string | Uint8Array): Body {
  return { bytes: content, length: Buffer.byteLength(content), hash: hash('sha256', content) };
}

/** A request to a service. */
export interface Call {
  readonly method: string;
  /** Path below the endpoint, starting with a slash. Each segment is percent-encoded once. */
  readonly path: string;
  /** Sorted by name and percent-encoded. */
  readonly query?: string;
  /** All headers are signed. Pass the same array in each call, so that the service prepares it only once. */
  readonly headers?: readonly Header[];
  readonly body?: Body;
}

export interface ServiceOptions {
  /** The service's name in the signature, such as `execute-api`. */
  readonly name: string;
  readonly endpoint: URL;
  readonly region: string;
  /** As in `TransportOptions`. */
  readonly silenceMs?: number;
  /** Called for each request. By default the credentials come from the environment. */
  readonly credentials?: (() => Credentials) | undefined;
}

const NO_HEADERS: readonly Header[] = [];
const NO_BODY: Body = { bytes: '', length: 0, hash: EMPTY_HASH };

/** A line break in a value would start another header, which the signature does not cover. */
const PRINTABLE = /^[\x20-\x7e]*$/;

function checkValues(headers: readonly Header[]): void {
  const bad = headers.find(([, value]) => !PRINTABLE.test(value));
  if (bad === undefined) return;
  throw new Error(
    `Request not sent: the header ${bad[0]} contains control or non-ASCII characters. Use printable ASCII.`,
  );
}

/** The part of a request that stays the same for one second, for the same headers and credentials. */
interface Prepared {
  readonly credentials: Credentials;
  readonly time: SigningTime;
  readonly signed: SignedHeaders;
  /** The headers as Node takes them: each name is followed by its value. */
  readonly flat: readonly string[];
}

const equalCredentials = (a: Credentials, b: Credentials): boolean =>
  a === b ||
  (a.sessionToken === b.sessionToken &&
    a.accessKeyId === b.accessKeyId &&
    a.secretAccessKey === b.secretAccessKey);

/** An AWS service. Signs requests with the function's credentials. */
export class Service {
  readonly #options: ServiceOptions;
  readonly #signer: Signer;
  readonly #transport: Transport;
  readonly #basePath: string;
  /** By the request's own headers. */
  readonly #prepared = new WeakMap<readonly Header[], Prepared>();

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#signer = new Signer(options.name, options.region);
    const { endpoint, silenceMs } = options;
    this.#transport = new Transport(endpoint, silenceMs === undefined ? {} : { silenceMs });
    this.#basePath = options.endpoint.pathname.replace(/\/$/, '');
  }

  /** Sends a signed request once, and returns the response, even if it is an error response. @throws NoResponse */
  async send({
    method,
    path,
    query = '',
    headers = NO_HEADERS,
    body = NO_BODY,
  }: Call): Promise<HttpResponse> {
    const { credentials, time, signed, flat } = this.#prepare(headers);
    const fullPath = this.#basePath + path;
    const signable = {
      method,
      path: this.#options.name === 's3' ? fullPath : canonicalPath(fullPath),
      query,
      headers: signed,
      bodyHash: body.hash,
    };
    const authorization = this.#signer.authorization(signable, credentials, time);
    const length = String(body.length);
    const all = [...flat, 'content-length', length, 'authorization', authorization];
    const target = query === '' ? fullPath : `${fullPath}?${query}`;
    return this.#transport.send({ method, path: target, headers: all, body: body.bytes });
  }

  /** Closes all connections. */
  close(): void {
    this.#transport.close();
  }

  #prepare(own: readonly Header[]): Prepared {
    const credentials = (this.#options.credentials ?? environmentCredentials)();
    const time = signingTime(Date.now());
    const last = this.#prepared.get(own);
    if (last?.time === time && equalCredentials(last.credentials, credentials)) return last;
    checkValues(own);
    const headers: Header[] = [
      ...own,
      ['host', this.#options.endpoint.host],
      ['x-amz-date', time.stamp],
      ...(credentials.sessionToken ? [['x-amz-security-token', credentials.sessionToken] as const] : []),
    ];
    const prepared = { credentials, time, signed: signedHeaders(headers), flat: headers.flat() };
    this.#prepared.set(own, prepared);
    return prepared;
  }
}
