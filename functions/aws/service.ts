import type { Answer } from './answer-reader.ts';
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
import { Pool } from './transport.ts';

/** A body, with its SHA-256 in hex. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

export interface Call {
  readonly method: string;
  /** Below the endpoint, each segment encoded once; starts with a slash. */
  readonly path: string;
  /** All are signed. */
  readonly headers?: readonly Header[];
  readonly body?: Body;
}

export interface ServiceOptions {
  /** The name in the signature, such as `execute-api`. */
  readonly name: string;
  readonly endpoint: URL;
  readonly region: string;
  /** Asked anew for each call; those of the environment by default. */
  readonly credentials?: (() => Credentials) | undefined;
  /** How many calls may be under way at once; others wait. */
  readonly lines?: number;
  /** S3 signs a path as it is. */
  readonly signsPathAsIs?: boolean;
}

/** As many as the SDK opens to one host. */
const LINES = 50;

const NO_HEADERS: readonly Header[] = [];
const NOTHING: Body = { bytes: new Uint8Array(), hash: EMPTY_HASH };

/** What else a header's value held could end it, and begin another that nobody signed. */
const PRINTABLE = /^[\x20-\x7e]*$/;

function checked(headers: readonly Header[]): Header[] {
  const bad = headers.find(([, value]) => !PRINTABLE.test(value));
  if (bad === undefined) return [...headers];
  throw new Error(`Call not made: the header ${bad[0]} holds what no header may; use printable ASCII`);
}

/** What is the same in all calls with the same headers, in one second, by the same credentials. */
interface Stamp {
  readonly own: readonly Header[];
  readonly credentials: Credentials;
  readonly time: SigningTime;
  readonly signed: SignedHeaders;
  readonly wire: string;
}

const same = (a: Credentials, b: Credentials): boolean =>
  a.sessionToken === b.sessionToken &&
  a.accessKeyId === b.accessKeyId &&
  a.secretAccessKey === b.secretAccessKey;

/** An AWS service: calls are signed with the function's credentials and go over kept connections. */
export class Service {
  readonly #options: ServiceOptions;
  readonly #signer: Signer;
  readonly #pool: Pool;
  readonly #base: string;
  #stamp: Stamp | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#signer = new Signer(options.name, options.region);
    this.#pool = new Pool(options.endpoint, { lines: options.lines ?? LINES });
    this.#base = options.endpoint.pathname.replace(/\/$/, '');
  }

  /** @returns whatever the service answers, refusals too. @throws NoAnswer */
  async ask({ method, path, headers = NO_HEADERS, body = NOTHING }: Call): Promise<Answer> {
    const { credentials, time, signed, wire } = this.#stampFor(headers);
    const whole = this.#base + path;
    const signable = {
      method,
      path: this.#options.signsPathAsIs ? whole : canonicalPath(whole),
      query: '',
      headers: signed,
      bodyHash: body.hash,
    };
    const authorization = this.#signer.authorization(signable, credentials, time);
    const head = `${method} ${whole} HTTP/1.1\r\n${wire}content-length: ${body.bytes.length}\r\nauthorization: ${authorization}\r\n\r\n`;
    return this.#pool.ask({ method, head, body: body.bytes });
  }

  /** Closes its connections. */
  end(): void {
    this.#pool.end();
  }

  #stampFor(own: readonly Header[]): Stamp {
    const credentials = (this.#options.credentials ?? environmentCredentials)();
    const time = signingTime(Date.now());
    const known = this.#stamp;
    if (known?.own === own && known.time === time && same(known.credentials, credentials)) return known;
    const all = checked(own);
    all.push(['host', this.#options.endpoint.host], ['x-amz-date', time.stamp]);
    if (credentials.sessionToken) all.push(['x-amz-security-token', credentials.sessionToken]);
    const wire = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    this.#stamp = { own, credentials, time, signed: signedHeaders(all), wire };
    return this.#stamp;
  }
}
