import { createHash } from 'node:crypto';
import type { ClientOptions } from '../aws/environment.ts';
import { ServiceError } from '../aws/errors.ts';
import { Bucket } from '../aws/s3.ts';

/** The metadata of a stored object. */
export interface StoredObject {
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
}

/** The request that a client uploads a file with. It must send exactly these headers. */
export interface UploadRequest {
  readonly method: 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Response headers of a download, in place of the stored ones. */
export interface DownloadHeaders {
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** Stores the contents of files. Keys come from `objectKey`, never from a user. */
export interface FileStore {
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** Returns undefined when there is no such object. */
  head(key: string): Promise<StoredObject | undefined>;
  /** Deletes an object, if it exists. */
  remove(key: string): Promise<void>;
  /** Keeps an uploaded object, which the bucket would otherwise delete after a day. */
  keep(key: string): Promise<void>;
  /**
   * Returns a request that creates an object of exactly this size and type. The bucket deletes the object after a day
   * unless `keep` is called. The request is valid for `seconds` from `now` (milliseconds).
   */
  presignPut(key: string, object: StoredObject, seconds: number, now: number): Promise<UploadRequest>;
  /** Returns a URL to download an object from. Valid for `seconds` from `now` (milliseconds). */
  presignGet(key: string, headers: DownloadHeaders, seconds: number, now: number): Promise<string>;
}

/** Ids that need no escape in a URL, and cannot be `.` or `..`. */
const plain = /^[A-Za-z0-9:_-]{1,128}$/;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Returns the key of a file's object: the ids of its room and of the file. Room ids that are not plain are hashed: S3
 * limits a key to 1,024 bytes (AWS: "Naming Amazon S3 objects") and clients may read `..` as a path.
 */
export function objectKey(room: string, file: string): string {
  return `${plain.test(room) ? room : `sha256-${sha256(room)}`}/${file}`;
}

/**
 * Whether an error status of HeadObject means that there is no object. S3 answers 403 for a missing object to callers
 * that may not list the bucket, and no function may (AWS: HeadObject, permissions).
 */
export const isMissing = (status: number | undefined): boolean => status === 403 || status === 404;

/** The tag of objects that no message holds yet. A lifecycle rule of the bucket deletes them after a day. */
export const PENDING_TAG = 'parley=pending';

/** The headers of an upload. S3 rejects a PUT with other values, and with If-None-Match a second upload. */
export const uploadHeaders = (contentType: string) => ({
  'Content-Type': contentType,
  'If-None-Match': '*',
  'x-amz-tagging': PENDING_TAG,
});

/**
 * Stores files in S3 with the signing client. Region, credentials and endpoint come from the environment by default.
 */
export function signedFiles(name: string, options?: ClientOptions): FileStore {
  const bucket = new Bucket(name, options);
  return {
    async put(key, bytes, contentType) {
      await bucket.send('PUT', key, { headers: [['content-type', contentType]], bytes });
    },
    async head(key) {
      try {
        const { headers } = await bucket.send('HEAD', key);
        return {
          size: Number(headers['content-length'] ?? 0),
          contentType: headers['content-type'] ?? '',
        };
      } catch (error) {
        if (error instanceof ServiceError && isMissing(error.status)) return undefined;
        throw error;
      }
    },
    async remove(key) {
      await bucket.send('DELETE', key);
    },
    async keep(key) {
      await bucket.send('DELETE', key, { query: 'tagging=' });
    },
    async presignPut(key, { size, contentType }, seconds, now) {
      const headers = [
        ['content-length', String(size)],
        ['content-type', contentType],
        ['if-none-match', '*'],
        ['x-amz-tagging', PENDING_TAG],
      ] as const;
      const query = { 'x-id': 'PutObject' };
      const url = bucket.sign({ method: 'PUT', key, headers, query, seconds, now });
      return { method: 'PUT', url, headers: uploadHeaders(contentType) };
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
