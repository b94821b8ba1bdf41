import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { FileStore, StoredObject, UploadRequest } from './file-store.ts';

/**
 * S3 answers 404 for a missing object only to who may list the bucket, to all others 403 (AWS: HeadObject, permissions).
 * No function of ours may list.
 */
const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && [403, 404].includes(error.$metadata.httpStatusCode ?? 0);

/** S3 as the store of files. The client takes region, credentials and endpoint from the environment. */
export function openFiles(bucket: string, client = newClient()): FileStore {
  return {
    async put(key, bytes, contentType) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType }),
      );
    },
    async head(key) {
      try {
        const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        return { size: found.ContentLength ?? 0, contentType: found.ContentType ?? '' };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
    presignPut: (key, object, seconds, now) =>
      presignPut(client, { Bucket: bucket, Key: key }, object, seconds, now),
    presignGet(key, { contentType, contentDisposition }, seconds, now) {
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ResponseContentType: contentType,
        ResponseContentDisposition: contentDisposition,
      });
      return getSignedUrl(client, command, { expiresIn: seconds, signingDate: new Date(now) });
    },
  };
}

async function presignPut(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  { size, contentType }: StoredObject,
  seconds: number,
  now: number,
): Promise<UploadRequest> {
  // Signed, so S3 refuses another size or type, and a second upload once somebody has seen the first.
  const bound = { ContentLength: size, ContentType: contentType, IfNoneMatch: '*' };
  const url = await getSignedUrl(client, new PutObjectCommand({ ...place, ...bound }), {
    expiresIn: seconds,
    signingDate: new Date(now),
    // The presigner leaves the type unsigned unless it is named.
    signableHeaders: new Set(['host', 'content-length', 'content-type', 'if-none-match']),
  });
  return { method: 'PUT', url, headers: { 'Content-Type': contentType, 'If-None-Match': '*' } };
}

// A checksum by default would be one of the empty body that a URL is signed with, and refuse every other.
const newClient = (): S3Client =>
  new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' });
