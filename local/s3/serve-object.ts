import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { readBody } from '../http-server.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { queryOf, type S3Error, type S3Request, s3Error } from './s3-request.ts';

/** The largest object, in bytes. AWS allows 5 GB in one PUT, but here it has to fit in memory. */
const maxBytes = 512 * 1024 * 1024;

/** Response headers that a signed request may override (AWS: GetObject, "Overriding response header values"). */
const overrides = [
  ...['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'content-type'],
  'expires',
];

/** Sends an object in response to GET or HEAD. Returns an error if the range does not exist. */
export function sendObject(
  request: S3Request,
  response: ServerResponse,
  object: StoredObject,
): S3Error | undefined {
  response.setHeader('ETag', object.etag);
  response.setHeader('Last-Modified', new Date(object.lastModified).toUTCString());
  if (object.cacheControl !== undefined) response.setHeader('Cache-Control', object.cacheControl);
  if (matchesEtag(request.headers['if-none-match'], object.etag)) {
    response.writeHead(304).end();
    return undefined;
  }
  const size = object.bytes.byteLength;
  const range = parseRange(request.headers.range, size);
  if (range === 'unsatisfiable') {
    return s3Error(416, 'InvalidRange', 'The requested range is not satisfiable');
  }
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

/** Evaluates If-None-Match. Accepts weak tags, because a proxy may have weakened them. */
function matchesEtag(condition: string | undefined, etag: string): boolean {
  const tags = (condition ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

/** Part of an object. Both positions are inclusive. */
interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Parses the `Range` header for an object of `size` bytes. Returns undefined if the whole object is requested. S3 also
 * sends the whole object for a header that it ignores, such as several ranges.
 */
function parseRange(header: string | undefined, size: number): ByteRange | undefined | 'unsatisfiable' {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const length = Math.min(Number(to), size);
    return length === 0 ? 'unsatisfiable' : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return undefined;
  return first < size ? { first, last } : 'unsatisfiable';
}

/** Stores the object of a PUT request at `now`, in milliseconds. Resolves to its ETag or to an error. */
export async function storeObject(
  request: S3Request,
  incoming: IncomingMessage,
  objects: ObjectStore,
  now: number,
): Promise<string | S3Error> {
  const { headers, bucket, key } = request;
  const error = checkHeaders(request, objects);
  if (error !== undefined) return error;
  const bytes = await readBody(incoming);
  // Another PUT may have created the object while this body arrived.
  const late = checkChecksums(request, bytes) ?? checkPrecondition(request, objects);
  if (late !== undefined) return late;
  // S3's default content type (AWS: PutObject).
  const contentType = headers['content-type'] ?? 'binary/octet-stream';
  const cacheControl = headers['cache-control'];
  const tags = parseTags(headers['x-amz-tagging']);
  const object = { bytes, contentType, cacheControl, ...(tags && { tags }), lastModified: now };
  return objects.put(bucket, key, object);
}

/** Parses the header `x-amz-tagging`, which has the form of a query. */
function parseTags(header: string | readonly string[] | undefined): Record<string, string> | undefined {
  const tags = Object.fromEntries(new URLSearchParams(String(header ?? '')));
  return Object.keys(tags).length > 0 ? tags : undefined;
}

/** Returns the error that S3 sends before it reads the body. */
function checkHeaders(request: S3Request, objects: ObjectStore): S3Error | undefined {
  const { headers } = request;
  const length = headers['content-length'];
  if (length === undefined) {
    return s3Error(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (Number(length) > maxBytes) {
    return s3Error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  }
  if (String(headers['x-amz-content-sha256']).startsWith('STREAMING-')) {
    const message = 'The local S3 does not accept a body in signed chunks; send it in one piece';
    return s3Error(501, 'NotImplemented', message);
  }
  return checkPrecondition(request, objects);
}

function checkPrecondition({ headers, bucket, key }: S3Request, objects: ObjectStore): S3Error | undefined {
  if (headers['if-none-match'] !== '*' || objects.get(bucket, key) === undefined) return undefined;
  return s3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}

function crc32Of(bytes: Buffer): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum.toString('base64');
}

const hash = (algorithm: string) => (bytes: Buffer) => createHash(algorithm).update(bytes).digest('base64');

const checksums: Readonly<Record<string, (bytes: Buffer) => string>> = {
  'content-md5': hash('md5'),
  'x-amz-checksum-crc32': crc32Of,
  'x-amz-checksum-sha1': hash('sha1'),
  'x-amz-checksum-sha256': hash('sha256'),
};

/**
 * Compares the body with every checksum in the headers or the signed URL (AWS: "Checking object integrity"). An SDK
 * with default settings presigns the checksum of an empty body; such a URL accepts no other body.
 */
function checkChecksums(request: S3Request, bytes: Buffer): S3Error | undefined {
  for (const [name, compute] of Object.entries(checksums)) {
    const claimed = request.headers[name] ?? queryOf(request, name);
    if (claimed === undefined || claimed === compute(bytes)) continue;
    return s3Error(400, 'BadDigest', `The ${name} you specified did not match the calculated checksum.`);
  }
  const claimed = String(request.headers['x-amz-content-sha256'] ?? '');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (!/^[0-9a-f]{64}$/.test(claimed) || claimed === sha256) return undefined;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  return s3Error(400, 'XAmzContentSHA256Mismatch', message);
}
