import { hash } from 'node:crypto';
import type { Credentials } from './environment.ts';

/** A header: its name in lower case, and its value without surrounding spaces. */
export type Header = readonly [name: string, value: string];

/** Headers in the form that a signature covers. */
export interface SignedHeaders {
  /** One line of name and value for each header. */
  readonly lines: string;
  /** The names, separated by semicolons. */
  readonly names: string;
}

/** The parts of a request that a signature covers (AWS: "Create a signed AWS API request"). */
export interface Signable {
  readonly method: string;
  /** The result of `canonicalPath`. */
  readonly path: string;
  /** Sorted by name and percent-encoded; empty without a query. */
  readonly query: string;
  readonly headers: SignedHeaders;
  /** SHA-256 of the body, in hex, or S3's `UNSIGNED-PAYLOAD`. */
  readonly bodyHash: string;
}

export interface SigningTime {
  /** Such as `20250216T123456Z`. */
  readonly stamp: string;
  /** Such as `20250216`. */
  readonly day: string;
}

export const EMPTY_HASH = hash('sha256', '');

/** `encodeURIComponent` does not encode these, but RFC 3986 reserves them. */
const RESERVED = /[!'()*]/g;
const percentEncoded = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;

/** Percent-encodes all characters but the unreserved ones of RFC 3986. */
export const encoded = (text: string): string => encodeURIComponent(text).replace(RESERVED, percentEncoded);

/** Returns the path to sign: the request's path, encoded once more. For S3, sign the request's path unchanged. */
export const canonicalPath = (path: string): string => encoded(path).replaceAll('%2F', '/');

/** Sorts headers by name, as a signature requires. */
export function signedHeaders(headers: readonly Header[]): SignedHeaders {
  const sorted = headers.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    lines: sorted.map(([name, value]) => `${name}:${value}\n`).join(''),
    names: sorted.map(([name]) => name).join(';'),
  };
}

const MILLISECONDS = 1000;
let latest = { second: Number.NaN, time: { stamp: '', day: '' } };

/** Formats a time; remembers the last second. @param now milliseconds since the epoch */
export function signingTime(now: number): SigningTime {
  const second = Math.floor(now / MILLISECONDS);
  if (second !== latest.second) {
    const stamp = `${new Date(second * MILLISECONDS).toISOString().replace(/[-:]|\.\d+/g, '')}`;
    latest = { second, time: { stamp, day: stamp.slice(0, 8) } };
  }
  return latest.time;
}

const BLOCK = 64;

/** HMAC-SHA-256 (RFC 2104) with two one-shot hashes. `createHmac` creates a stream, at four times the cost. */
function hmac(key: Buffer): (text: string) => Buffer {
  const inner = Buffer.alloc(BLOCK, 0x36);
  const outer = Buffer.alloc(BLOCK, 0x5c);
  const short = key.length > BLOCK ? hash('sha256', key, 'buffer') : key;
  for (const [index, byte] of short.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  const digest = (block: Buffer, rest: Buffer) => hash('sha256', Buffer.concat([block, rest]), 'buffer');
  return (text) => digest(outer, digest(inner, Buffer.from(text)));
}

/** Signs requests to one service in one Region, with Signature Version 4. */
export class Signer {
  readonly #service: string;
  readonly #region: string;
  #key = { day: '', secret: '', hmac: hmac(Buffer.alloc(0)) };

  constructor(service: string, region: string) {
    this.#service = service;
    this.#region = region;
  }

  /** Returns the credential scope, such as `20250216/eu-west-1/s3/aws4_request`. */
  scope({ day }: SigningTime): string {
    return `${day}/${this.#region}/${this.#service}/aws4_request`;
  }

  /** Returns the signature in hex. */
  signature({ method, path, query, headers, bodyHash }: Signable, by: Credentials, at: SigningTime): string {
    const canonical = `${method}\n${path}\n${query}\n${headers.lines}\n${headers.names}\n${bodyHash}`;
    const text = `AWS4-HMAC-SHA256\n${at.stamp}\n${this.scope(at)}\n${hash('sha256', canonical)}`;
    return this.#keyFor(at.day, by.secretAccessKey)(text).toString('hex');
  }

  /** Returns the value of the header `authorization`. */
  authorization(request: Signable, by: Credentials, at: SigningTime): string {
    const signature = this.signature(request, by, at);
    return `AWS4-HMAC-SHA256 Credential=${by.accessKeyId}/${this.scope(at)}, SignedHeaders=${request.headers.names}, Signature=${signature}`;
  }

  /** Derives the signing key once a day, because deriving a key takes four times as long as signing. */
  #keyFor(day: string, secret: string): (text: string) => Buffer {
    if (this.#key.day !== day || this.#key.secret !== secret) {
      const parts = [day, this.#region, this.#service, 'aws4_request'];
      const key = parts.reduce((made: Buffer, part) => hmac(made)(part), Buffer.from(`AWS4${secret}`));
      this.#key = { day, secret, hmac: hmac(key) };
    }
    return this.#key.hmac;
  }
}
