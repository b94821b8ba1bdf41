import {
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { configuredEndpoint } from '../aws/environment.ts';
import { sdkRequests } from '../aws/retry.ts';
import { type FileStore, isMissing, PENDING_TAG, uploadHeaders } from './files.ts';

/** Stores files in S3 with the AWS SDK. */
export function sdkFiles(bucket: string): FileStore {
  const client = new S3Client({
    requestHandler: sdkRequests(),
    // A configured endpoint, such as the local stack's, has no host name for each bucket.
    forcePathStyle: configuredEndpoint('S3') !== undefined,
    // By default the SDK adds a checksum of an empty body to a presigned PUT, so that S3 would reject any other body.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return {
    async put(key, bytes, contentType) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType }),
      );
    },
    async head(key) {
      try {
        const { ContentLength: size = 0, ContentType: contentType = '' } = await client.send(
          new HeadObjectCommand({ Bucket: bucket, Key: key }),
        );
        return { size, contentType };
      } catch (error) {
        if (error instanceof S3ServiceException && isMissing(error.$metadata.httpStatusCode))
          return undefined;
        throw error;
      }
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
    async keep(key) {
      await client.send(new DeleteObjectTaggingCommand({ Bucket: bucket, Key: key }));
    },
    async presignPut(key, { size, contentType }, seconds, now) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        ContentLength: size,
        ContentType: contentType,
        IfNoneMatch: '*',
        Tagging: PENDING_TAG,
      });
      const url = await getSignedUrl(client, command, {
        expiresIn: seconds,
        signingDate: new Date(now),
        signableHeaders: new Set([
          'host',
          'content-length',
          'content-type',
          'if-none-match',
          'x-amz-tagging',
        ]),
        // By default the SDK moves this header into the query, where S3 ignores it.
        unhoistableHeaders: new Set(['x-amz-tagging']),
      });
      return { method: 'PUT', url, headers: uploadHeaders(contentType) };
    },
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
