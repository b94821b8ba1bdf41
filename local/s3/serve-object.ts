import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http-server.ts';
import { mismatchOf } from './checksum.ts';
import { rangeOf } from './object-range.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { type S3Error, s3Error } from './s3-error.ts';
import { queryOf, type S3Request } from './s3-request.ts';

/** AWS: "Amazon S3 quotas", an object that is put in one piece. Half a gigabyte is what this process takes. */
const maxBytes = 512 * 1024 * 1024;

/** What a signed request may have its answer say. AWS: GetObject, "Overriding response header values". */
const overrides = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/** Answers GET and HEAD. */
export function sendObject(
  request: S3Request,
  response: ServerResponse,
  object: StoredObject,
): S3Error | undefined {
  response.setHeader('ETag', object.etag);
  response.setHeader('Last-Modified', new Date(object.lastModified).toUTCString());
  if (object.cacheControl !== undefined) response.setHeader('Cache-Control', object.cacheControl);
  if (isHeld(request.headers['if-none-match'], object.etag)) {
    response.writeHead(304).end();
    return undefined;
  }
  const size = object.bytes.byteLength;
  const range = rangeOf(request.headers.range, size);
  if (range === 'none') return s3Error(416, 'InvalidRange', 'The requested range is not satisfiable');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Content-Type', object.contentType);
  for (const name of overrides) {
    const value = queryOf(request, `response-${name}`);
    if (value !== undefined) response.setHeader(name, value);
  }
  if (range !== undefined) response.setHeader('Content-Range', `bytes ${range.first}-${range.last}/${size}`);
  const bytes = range === undefined ? object.bytes : object.bytes.subarray(range.first, range.last + 1);
  response.setHeader('Content-Length', bytes.byteLength);
  response.writeHead(range === undefined ? 200 : 206);
  response.end(request.method === 'HEAD' ? undefined : bytes);
  return undefined;
}

/** AWS: GetObject, If-None-Match. Whether who asks has it already; a proxy may have made the tag a weak one. */
function isHeld(condition: string | undefined, etag: string): boolean {
  const tags = (condition ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

export interface Putting {
  readonly request: S3Request;
  readonly incoming: IncomingMessage;
  readonly objects: ObjectStore;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Why a body is not even read. */
function refusalBeforeBody({ request, objects }: Putting): S3Error | undefined {
  const { headers, bucket, key } = request;
  const length = headers['content-length'];
  if (length === undefined) {
    return s3Error(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (Number(length) > maxBytes) {
    return s3Error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  }
  if (String(headers['x-amz-content-sha256']).startsWith('STREAMING-')) {
    return s3Error(
      501,
      'NotImplemented',
      'The local S3 takes no body in signed chunks; send it in one piece',
    );
  }
  return taken(headers['if-none-match'], objects, bucket, key);
}

function taken(
  condition: string | undefined,
  objects: ObjectStore,
  bucket: string,
  key: string,
): S3Error | undefined {
  if (condition !== '*' || objects.get(bucket, key) === undefined) return undefined;
  return s3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}

/** Takes a PUT; gives the object's ETag, or why it was refused. */
export async function takeObject(putting: Putting): Promise<string | S3Error> {
  const { request, incoming, objects, now } = putting;
  const { headers, bucket, key } = request;
  const early = refusalBeforeBody(putting);
  if (early !== undefined) return early;
  const bytes = await readBody(incoming);
  const mismatch = mismatchOf(request, bytes);
  if (mismatch !== undefined) return mismatch;
  // Again: another may have come first while the body came.
  const late = taken(headers['if-none-match'], objects, bucket, key);
  if (late !== undefined) return late;
  // AWS: PutObject, an object that names no type is a binary/octet-stream.
  const contentType = headers['content-type'] ?? 'binary/octet-stream';
  const cacheControl = headers['cache-control'];
  return objects.put(bucket, key, { bytes, contentType, cacheControl, lastModified: now });
}
