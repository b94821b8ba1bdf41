import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A request as S3 reads it. */
export interface S3Request {
  readonly method: string;
  /** As it came, still encoded, without the query: it is what was signed. */
  readonly path: string;
  /** Decoded names and values. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: IncomingHttpHeaders;
  readonly bucket: string;
  readonly key: string;
}

/**
 * Reads a request, or undefined where its URL is malformed. Its bucket is the first part of the path: an endpoint that
 * is an IP address, as this one is for every client, makes an SDK write URLs in path style.
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

/** The value of a query parameter, whose name does not depend on case; undefined where there is none. */
export function queryOf({ query }: S3Request, name: string): string | undefined {
  return query.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}
