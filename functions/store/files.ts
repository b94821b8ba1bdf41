import type { ClientOptions } from '../aws/environment.ts';
import { ServiceError } from '../aws/errors.ts';
import { Bucket } from '../aws/s3.ts';
import type { FileStore } from './file-store.ts';

/**
 * S3 answers 404 for a missing object only to who may list the bucket, to all others 403 (AWS: HeadObject, permissions).
 * No function of ours may list.
 */
const isMissing = (error: unknown): boolean =>
  error instanceof ServiceError && [403, 404].includes(error.status);

/** S3 as the store of files. Region, credentials and endpoint come from the environment, unless they are given. */
export function openFiles(name: string, options?: ClientOptions): FileStore {
  const bucket = new Bucket(name, options);
  return {
    async put(key, bytes, contentType) {
      await bucket.send('PUT', key, [['content-type', contentType]], bytes);
    },
    async head(key) {
      try {
        const { headers } = await bucket.send('HEAD', key);
        return { size: Number(headers['content-length'] ?? 0), contentType: headers['content-type'] ?? '' };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async remove(key) {
      await bucket.send('DELETE', key);
    },
    async presignPut(key, { size, contentType }, seconds, now) {
      // Signed, so S3 refuses another size or type, and a second upload once somebody has seen the first.
      const url = bucket.sign({
        method: 'PUT',
        key,
        headers: [
          ['content-length', String(size)],
          ['content-type', contentType],
          ['if-none-match', '*'],
        ],
        query: { 'x-id': 'PutObject' },
        seconds,
        now,
      });
      return { method: 'PUT', url, headers: { 'Content-Type': contentType, 'If-None-Match': '*' } };
    },
    async presignGet(key, { contentType, contentDisposition }, seconds, now) {
      const query = {
        'response-content-disposition': contentDisposition,
        'response-content-type': contentType,
        'x-id': 'GetObject',
      };
      return bucket.sign({ method: 'GET', key, query, seconds, now });
    },
  };
}
