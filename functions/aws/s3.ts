import {
  type ClientOptions,
  type Credentials,
  configuredEndpoint,
  endpointOf,
  environmentCredentials,
  environmentRegion,
} from './environment.ts';
import { retrying } from './retry.ts';
import { bodyOf, Service } from './service.ts';
import { EMPTY_HASH, encoded, type Header, Signer, signedHeaders, signingTime } from './sign.ts';

/** A presigned URL to make. */
export interface SignedUrl {
  readonly method: 'GET' | 'PUT';
  readonly key: string;
  /** Headers that the client must send, sorted by name. */
  readonly headers?: readonly Header[];
  readonly query: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Puts the bucket's name in the host, or in the path for a configured endpoint or a name whose dot breaks TLS. */
function bucketUrl(bucket: string, region: string, endpoint = configuredEndpoint('S3')): URL {
  if (endpoint !== undefined) return new URL(`/${bucket}`, endpoint);
  const url = endpointOf('s3', 'S3', region);
  return bucket.includes('.') ? new URL(`/${bucket}`, url) : new URL(`https://${bucket}.${url.host}`);
}

const pathOf = (key: string): string => `/${key.split('/').map(encoded).join('/')}`;

/** An S3 bucket. Region, credentials and endpoint come from the environment by default. */
export class Bucket {
  readonly #url: URL;
  readonly #region: string;
  readonly #credentials: () => Credentials;
  readonly #service: Service;
  readonly #retry = retrying();

  constructor(bucket: string, options: ClientOptions = {}) {
    const { region = environmentRegion(), credentials = environmentCredentials } = options;
    this.#region = region;
    this.#credentials = credentials;
    this.#url = bucketUrl(bucket, region, options.endpoint);
    this.#service = new Service({ name: 's3', endpoint: this.#url, region, credentials });
  }

  /** @throws ServiceError; NoResponse when S3 cannot be reached */
  send(
    method: 'PUT' | 'HEAD' | 'DELETE',
    key: string,
    {
      headers = [],
      bytes,
      query = '',
    }: { readonly headers?: readonly Header[]; readonly bytes?: Uint8Array; readonly query?: string } = {},
  ) {
    const body = bytes && bodyOf(bytes);
    const all: Header[] = [...headers, ['x-amz-content-sha256', body?.hash ?? EMPTY_HASH]];
    const call = { method, path: pathOf(key), query, headers: all, ...(body && { body }) };
    return this.#retry(() => this.#service.send(call));
  }

  /** Returns a presigned URL (AWS: "Authenticating requests: using query parameters"). It accepts any body. */
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
