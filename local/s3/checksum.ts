import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type S3Error, s3Error } from './s3-error.ts';
import { queryOf, type S3Request } from './s3-request.ts';

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
 * Compares a body with each checksum that came with it, in a header or in a signed URL. AWS: "Checking object
 * integrity". A SDK's default signs a URL with the checksum of no body at all, which then refuses every body.
 */
export function mismatchOf(request: S3Request, bytes: Buffer): S3Error | undefined {
  for (const [name, compute] of Object.entries(checksums)) {
    const claimed = request.headers[name] ?? queryOf(request, name);
    if (claimed === undefined || claimed === compute(bytes)) continue;
    const message = `The ${name} you specified did not match the calculated checksum.`;
    return s3Error(400, 'BadDigest', message);
  }
  const claimed = String(request.headers['x-amz-content-sha256'] ?? '');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (!/^[0-9a-f]{64}$/.test(claimed) || claimed === sha256) return undefined;
  return s3Error(
    400,
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}
