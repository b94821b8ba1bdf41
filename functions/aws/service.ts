import type { Answer } from './answer-reader.ts';
import { type Credentials, environmentCredentials } from './credentials.ts';
import { Pool } from './pool.ts';
import { canonicalPath, EMPTY_HASH, type Header, Signer, signingTime } from './sign.ts';

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

const NOTHING: Body = { bytes: new Uint8Array(), hash: EMPTY_HASH };

/** What else a header's value held could end it, and begin another that nobody signed. */
const PRINTABLE = /^[\x20-\x7e]*$/;

function checked(headers: readonly Header[]): Header[] {
  const bad = headers.find(([, value]) => !PRINTABLE.test(value));
  if (bad === undefined) return [...headers];
  throw new Error(`Call not made: the header ${bad[0]} holds what no header may; use printable ASCII`);
}

const byName = (a: Header, b: Header): number => (a[0] < b[0] ? -1 : 1);

/** An AWS service: calls are signed with the function's credentials and go over kept connections. */
export class Service {
  readonly #options: ServiceOptions;
  readonly #signer: Signer;
  readonly #pool: Pool;
  readonly #base: string;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#signer = new Signer(options.name, options.region);
    this.#pool = new Pool(options.endpoint, { lines: options.lines ?? LINES });
    this.#base = options.endpoint.pathname.replace(/\/$/, '');
  }

  /** @returns whatever the service answers, refusals too. @throws NoAnswer */
  async ask({ method, path, headers = [], body = NOTHING }: Call): Promise<Answer> {
    const credentials = (this.#options.credentials ?? environmentCredentials)();
    const time = signingTime(Date.now());
    const all = checked(headers);
    all.push(['host', this.#options.endpoint.host], ['x-amz-date', time.stamp]);
    if (credentials.sessionToken) all.push(['x-amz-security-token', credentials.sessionToken]);
    all.sort(byName);
    const whole = this.#base + path;
    const signed = {
      method,
      path: this.#options.signsPathAsIs ? whole : canonicalPath(whole),
      query: '',
      headers: all,
      bodyHash: body.hash,
    };
    let head = `${method} ${whole} HTTP/1.1\r\n`;
    for (const [name, value] of all) head += `${name}: ${value}\r\n`;
    const authorization = this.#signer.authorization(signed, credentials, time);
    head += `content-length: ${body.bytes.length}\r\nauthorization: ${authorization}\r\n\r\n`;
    return this.#pool.ask({ method, head, body: body.bytes });
  }

  /** Closes its connections. */
  end(): void {
    this.#pool.end();
  }
}
