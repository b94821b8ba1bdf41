import { hash } from 'node:crypto';
import type { Credentials } from './environment.ts';

/** A header by its name in lower case, and its value without spaces around it. */
export type Header = readonly [name: string, value: string];

/** Headers as a signature covers them. */
export interface SignedHeaders {
  /** Name and value, a line each. */
  readonly lines: string;
  /** The names, with semicolons between. */
  readonly names: string;
}

/** The parts of a request that a signature covers (AWS: create a signed AWS API request). */
export interface Signable {
  readonly method: string;
  /** As `canonicalPath` makes it. */
  readonly path: string;
  /** Sorted by name, encoded; empty where there is none. */
  readonly query: string;
  readonly headers: SignedHeaders;
  /** SHA-256 of the body, in hex, or S3's `UNSIGNED-PAYLOAD`. */
  readonly bodyHash: string;
}

/** When a request is signed: `20250216T123456Z`, and its day. */
export interface SigningTime {
  readonly stamp: string;
  readonly day: string;
}

export const EMPTY_HASH = hash('sha256', '');

const LEFT_ALONE = /[!'()*]/g;
const hex = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;

/** Encodes what RFC 3986 does not leave alone; `encodeURIComponent` leaves five signs more. */
export const encoded = (text: string): string => encodeURIComponent(text).replace(LEFT_ALONE, hex);

/** The path as it is signed: that of the request, encoded once more. S3 alone signs it as it is. */
export const canonicalPath = (path: string): string => encoded(path).replaceAll('%2F', '/');

/** Headers as they are signed: sorted by name. */
export function signedHeaders(headers: readonly Header[]): SignedHeaders {
  const sorted = headers.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    lines: sorted.map(([name, value]) => `${name}:${value}\n`).join(''),
    names: sorted.map(([name]) => name).join(';'),
  };
}

const MILLISECONDS = 1000;
let latest = { second: Number.NaN, time: { stamp: '', day: '' } };

/** @param now milliseconds since the epoch */
export function signingTime(now: number): SigningTime {
  const second = Math.floor(now / MILLISECONDS);
  if (second !== latest.second) {
    const stamp = `${new Date(second * MILLISECONDS).toISOString().replace(/[-:]|\.\d+/g, '')}`;
    latest = { second, time: { stamp, day: stamp.slice(0, 8) } };
  }
  return latest.time;
}

const BLOCK = 64;

/** HMAC-SHA-256 (RFC 2104) by two one-shot hashes: `createHmac` makes a stream object, which costs four times as much. */
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

/** Signs for one service in one region, with Signature Version 4. */
export class Signer {
  readonly #service: string;
  readonly #region: string;
  #key = { day: '', secret: '', hmac: hmac(Buffer.alloc(0)) };

  constructor(service: string, region: string) {
    this.#service = service;
    this.#region = region;
  }

  /** What a signature is good for, such as `20250216/eu-west-1/s3/aws4_request`. */
  scope({ day }: SigningTime): string {
    return `${day}/${this.#region}/${this.#service}/aws4_request`;
  }

  /** The signature in hex. */
  signature({ method, path, query, headers, bodyHash }: Signable, by: Credentials, at: SigningTime): string {
    const canonical = `${method}\n${path}\n${query}\n${headers.lines}\n${headers.names}\n${bodyHash}`;
    const text = `AWS4-HMAC-SHA256\n${at.stamp}\n${this.scope(at)}\n${hash('sha256', canonical)}`;
    return this.#keyFor(at.day, by.secretAccessKey)(text).toString('hex');
  }

  /** The value of the header `authorization`. */
  authorization(request: Signable, by: Credentials, at: SigningTime): string {
    const signature = this.signature(request, by, at);
    return `AWS4-HMAC-SHA256 Credential=${by.accessKeyId}/${this.scope(at)}, SignedHeaders=${request.headers.names}, Signature=${signature}`;
  }

  /** The key holds for a day, and takes four times the work of a signature. */
  #keyFor(day: string, secret: string): (text: string) => Buffer {
    if (this.#key.day !== day || this.#key.secret !== secret) {
      const parts = [day, this.#region, this.#service, 'aws4_request'];
      const key = parts.reduce((made: Buffer, part) => hmac(made)(part), Buffer.from(`AWS4${secret}`));
      this.#key = { day, secret, hmac: hmac(key) };
    }
    return this.#key.hmac;
  }
}
