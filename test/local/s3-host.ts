import { S3Client } from '@aws-sdk/client-s3';
import { bucketArn } from '../../local/account.ts';
import { ManualClock } from '../../local/clock.ts';
import { listen } from '../../local/http-server.ts';
import { Access } from '../../local/iam/access.ts';
import { readStatements } from '../../local/iam/statement.ts';
import { type ObjectStore, openObjects } from '../../local/s3/object-store.ts';
import { serveS3 } from '../../local/s3/serve-s3.ts';
import type { AwsCall } from '../../local/trace.ts';
import { allow } from './mini-assembly.ts';

export const page = 'http://localhost:8000';
export const objectsArn = `${bucketArn('files')}/*`;
export const everything = allow(['s3:PutObject', 's3:GetObject'], objectsArn);

/** Run when the test ends. */
export const closers: (() => unknown)[] = [];
export const calls: AwsCall[] = [];
export const lines: string[] = [];
/** The endpoint's own time: a SDK signs by the machine's, so a test starts from that. */
export let clock = new ManualClock(Date.now());
let access: Access;

const cors = {
  origins: [page],
  methods: ['GET', 'HEAD', 'PUT'],
  headers: ['content-type', 'if-none-match'],
  exposed: ['etag'],
  maxAgeSeconds: 60,
};
const buckets = new Map([['files', { name: 'files', arn: bucketArn('files'), cors: [cors] }]]);

/** Starts IAM and the clock anew; for `beforeEach`. */
export function openHost(): void {
  calls.length = 0;
  lines.length = 0;
  clock = new ManualClock(Date.now());
  access = new Access((line) => lines.push(line));
}

/** Closes what a test opened, the last first. */
export async function closeHost(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Serves the bucket `files`; resolves to the endpoint's URL. */
export async function serve(objects: ObjectStore = openObjects(null)): Promise<string> {
  const options = {
    objects,
    buckets: () => buckets,
    access,
    clock,
    trace: (call: AwsCall) => calls.push(call),
  };
  const server = await listen(
    0,
    { name: 'S3', variable: 'PORT' },
    (request, response) => serveS3(request, response, options),
    (error) => lines.push(String(error)),
  );
  closers.push(server.close);
  return `http://127.0.0.1:${server.port}`;
}

/** A developer's client, or one with other credentials, as a function's SDK makes it: by the endpoint alone. */
export function clientOf(
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } = {
    accessKeyId: 'developer',
    secretAccessKey: 'x',
  },
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

/** A client of function `send`, whose role has these statements. */
export function functionClient(endpoint: string, ...statements: readonly unknown[]): S3Client {
  const role = { name: 'SendRole', statements: readStatements({ Statement: statements }, 'role') };
  access.update(new Map([['send', role]]));
  return clientOf(endpoint, access.credentialsOf('send'));
}
