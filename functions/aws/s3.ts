import { hash } from 'node:crypto';
import type { Answer } from './answer-reader.ts';
import { endpointOf, givenEndpoint } from './endpoint.ts';
import {
  type ClientOptions,
  type Credentials,
  environmentCredentials,
  environmentRegion,
} from './environment.ts';
import { retrying } from './retry.ts';
import { type Body, Service } from './service.ts';
import { encoded, type Header, Signer, signedHeaders, signingTime } from './sign.ts';

/** A URL that carries its signature. */
export interface SignedUrl {
  readonly method: 'GET' | 'PUT';
  readonly key: string;
  /** Headers that whoever uses the URL must send, sorted by name. */
  readonly headers?: readonly Header[];
  readonly query: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A bucket's URL: of its own host, or by path at an endpoint that was named and where a dot keeps TLS from the host. */
function bucketUrl(bucket: string, region: string, endpoint = givenEndpoint('S3')): URL {
  if (endpoint !== undefined) return new URL(`/${bucket}`, endpoint);
  const url = endpointOf('s3', 'S3', region);
  return bucket.includes('.') ? new URL(`/${bucket}`, url) : new URL(`https://${bucket}.${url.host}`);
}

const pathOf = (key: string): string => `/${key.split('/').map(encoded).join('/')}`;

/** The objects of a bucket. Region, credentials and endpoint come from the environment. */
export class Bucket {
  readonly #url: URL;
  readonly #region: string;
  readonly #credentials: () => Credentials;
  readonly #service: Service;
  readonly #retry = retrying();

  /** @param options what the environment does not decide */
  constructor(bucket: string, options: ClientOptions = {}) {
    const { region = environmentRegion(), credentials = environmentCredentials } = options;
    this.#region = region;
    this.#credentials = credentials;
    this.#url = bucketUrl(bucket, region, options.endpoint);
    this.#service = new Service({
      name: 's3',
      endpoint: this.#url,
      region,
      credentials,
      signsPathAsIs: true,
    });
  }

  /** @throws ServiceError; NoAnswer where S3 could not be reached */
  ask(method: 'PUT' | 'HEAD' | 'DELETE', key: string, headers: readonly Header[] = [], bytes?: Uint8Array) {
    const body: Body = { bytes: bytes ?? new Uint8Array(), hash: hash('sha256', bytes ?? '') };
    const all: Header[] = [...headers, ['x-amz-content-sha256', body.hash]];
    const call = { method, path: pathOf(key), headers: all, body };
    return this.#retry((): Promise<Answer> => this.#service.ask(call));
  }

  /** Signs a URL (AWS: authenticating requests, using query parameters). The body is not bound. */
  sign({ method, key, headers = [], query, seconds, now }: SignedUrl): string {
    const credentials = this.#credentials();
    const time = signingTime(now);
    const signer = new Signer('s3', this.#region);
    const signed = signedHeaders([...headers, ['host', this.#url.host]]);
    const pairs = {
      ...query,
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      'X-Amz-Credential': `${credentials.accessKeyId}/${signer.scope(time)}`,
      'X-Amz-Date': time.stamp,
      'X-Amz-Expires': String(seconds),
      ...(credentials.sessionToken && { 'X-Amz-Security-Token': credentials.sessionToken }),
      'X-Amz-SignedHeaders': signed.names,
    };
    const canonical = Object.entries(pairs)
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&');
    const path = this.#url.pathname.replace(/\/$/, '') + pathOf(key);
    const signable = { method, path, query: canonical, headers: signed, bodyHash: 'UNSIGNED-PAYLOAD' };
    const signature = signer.signature(signable, credentials, time);
    return `${this.#url.origin}${path}?${canonical}&X-Amz-Signature=${signature}`;
  }
}
