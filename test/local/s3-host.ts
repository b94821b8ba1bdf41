import { S3Client } from '@aws-sdk/client-s3';
import { beforeEach } from 'vitest';
import { bucketArn } from '../../local/account.ts';
import type { FaultOf } from '../../local/faults.ts';
import { type ObjectStore, openObjects } from '../../local/s3/object-store.ts';
import { serveS3 } from '../../local/s3/serve-s3.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  access,
  closers,
  developer,
  functionCredentials,
  listenLocally,
  trace,
  useAwsHost,
} from './aws-host.ts';
import { allow } from './mini-assembly.ts';

export const page = 'http://localhost:8000';
export const objectsArn = `${bucketArn('files')}/*`;
export const readAndWrite = allow(['s3:PutObject', 's3:GetObject'], objectsArn);

/** The clock of the S3 endpoint. It starts at the system time, because the SDK signs with that. */
export let clock = new ManualClock(Date.now());

const cors = {
  origins: [page],
  methods: ['GET', 'HEAD', 'PUT'],
  headers: ['content-type', 'if-none-match'],
  exposed: ['etag'],
  maxAgeSeconds: 60,
};
const expirations = [
  { days: 1, prefix: '', tags: { parley: 'pending' } },
  { days: 2, prefix: 'tmp/', tags: {} },
];
const buckets = new Map([['files', { name: 'files', arn: bucketArn('files'), cors: [cors], expirations }]]);

/** Like `useAwsHost`, and gives each test a new clock. */
export function useS3Host(): void {
  useAwsHost();
  beforeEach(() => {
    clock = new ManualClock(Date.now());
  });
}

/** Serves the bucket `files`. Resolves to the endpoint's URL. */
export async function serve(objects: ObjectStore = openObjects(null), faultOf?: FaultOf): Promise<string> {
  const options = { objects, buckets: () => buckets, access, clock, trace, ...(faultOf && { faultOf }) };
  return listenLocally((request, response) => serveS3(request, response, options));
}

/** Returns a client with a developer's credentials, or with others. */
export function clientOf(
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } = developer,
): S3Client {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  closers.push(() => client.destroy());
  return client;
}

/** Returns a client of the function `send`, whose role has these statements. */
export const functionClient = (endpoint: string, ...statements: readonly unknown[]): S3Client =>
  clientOf(endpoint, functionCredentials(...statements));
