import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** A parsed S3 request. */
export interface S3Request {
  readonly method: string;
  /** Without the query, and still encoded, because the signature covers the encoded path. */
  readonly path: string;
  /** Decoded names and values. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: IncomingHttpHeaders;
  readonly bucket: string;
  readonly key: string;
}

/**
 * Parses a request in path style, `/{bucket}/{key}`. SDKs use path style because the endpoint is an IP address. Returns
 * undefined if the URL is malformed.
 */
export function readRequest(request: IncomingMessage): S3Request | undefined {
  const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
  try {
    const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
    return {
      method: request.method ?? '',
      path,
      query: search === '' ? [] : search.split('&').map(readPair),
      headers: request.headers,
      bucket: decodeURIComponent(bucket),
      key: decodeURIComponent(key),
    };
  } catch {
    return undefined;
  }
}

function readPair(pair: string): readonly [string, string] {
  const [name = '', value = ''] = pair.split(/=(.*)/s);
  return [decodeURIComponent(name), decodeURIComponent(value)];
}

/** Returns the value of a query parameter, or undefined. Its name is case-insensitive. */
export function queryOf({ query }: S3Request, name: string): string | undefined {
  return query.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

/** An error response of S3. */
export interface S3Error {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export function s3Error(status: number, code: string, message: string): S3Error {
  return { status, code, message };
}

export const isS3Error = (value: object): value is S3Error => 'code' in value;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escapeXml = (text: string): string => text.replace(/[&<>]/g, (sign) => entities[sign] ?? sign);

/** Sends an error as XML. The response to a HEAD request has no body. */
export function refuse(response: ServerResponse, { status, code, message }: S3Error, head = false): void {
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(code)}</Code>` +
    `<Message>${escapeXml(message)}</Message></Error>`;
  response.writeHead(status, { 'Content-Type': 'application/xml' });
  response.end(head ? undefined : body);
}
