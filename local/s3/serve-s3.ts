import type { IncomingMessage, ServerResponse } from 'node:http';
import { bucketArn } from '../account.ts';
import type { Clock } from '../clock.ts';
import type { Access, Caller } from '../iam/access.ts';
import { describeCall, type Trace } from '../trace.ts';
import { callerOf, denialOf } from './authenticate.ts';
import { type Bucket, corsHeaders, preflight } from './bucket.ts';
import type { ObjectStore } from './object-store.ts';
import { isS3Error, readRequest, refuse, type S3Error, type S3Request, s3Error } from './s3-request.ts';
import { sendObject, storeObject } from './serve-object.ts';

export interface S3Options {
  readonly objects: ObjectStore;
  /** The template's buckets by name. */
  readonly buckets: () => ReadonlyMap<string, Bucket>;
  readonly access: Access;
  readonly clock: Clock;
  readonly trace: Trace;
}

/** The IAM action of each method (AWS: "Actions, resources, and condition keys for Amazon S3"). */
const actions: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

/** The supported query parameters. Others request operations that are not supported, such as a listing. */
const supportedQuery = /^(x-amz-.*|x-id|response-.*)$/i;

/** Handles S3's calls for one object: PUT, GET, HEAD, DELETE, and a browser's preflight requests. */
export async function serveS3(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: S3Options,
): Promise<void> {
  const request = readRequest(incoming);
  const error =
    request === undefined
      ? s3Error(400, 'InvalidURI', "Couldn't parse the specified URI.")
      : await handle(request, incoming, response, options);
  if (error !== undefined) {
    // Like S3, reads and drops the rest of a refused body.
    incoming.resume();
    refuse(response, error, request?.method === 'HEAD');
  }
}

async function handle(
  request: S3Request,
  incoming: IncomingMessage,
  response: ServerResponse,
  options: S3Options,
): Promise<S3Error | undefined> {
  const bucket = options.buckets().get(request.bucket);
  if (bucket === undefined) return s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist');
  if (request.method === 'OPTIONS') return answerPreflight(request, response, bucket);
  const cors = corsHeaders(bucket, request.method, request.headers);
  // Errors get these headers too. Otherwise a page could not read them.
  for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
  const action = actions[request.method];
  const unsupported = request.query.some(([name]) => !supportedQuery.test(name));
  if (action === undefined || request.key === '' || unsupported) {
    return s3Error(501, 'NotImplemented', 'The local S3 puts, gets and deletes single objects only');
  }
  const caller = callerOf(request, options.access, options.clock.now());
  if (isS3Error(caller)) return caller;
  const resource = `${bucket.arn}/${request.key}`;
  const call = describeCall(caller, { service: 's3', action, resource });
  options.trace({ ...call, phase: 'request' });
  try {
    const denial = denialOf(caller, action, resource, options.access);
    return denial ?? (await execute(request, incoming, response, caller, options));
  } finally {
    options.trace({ ...call, phase: 'response' });
  }
}

function answerPreflight(
  { headers }: S3Request,
  response: ServerResponse,
  bucket: Bucket,
): S3Error | undefined {
  const allowed = preflight(bucket, headers);
  if (allowed === undefined) {
    return s3Error(
      403,
      'AccessForbidden',
      "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    );
  }
  response.writeHead(200, allowed).end();
  return undefined;
}

async function execute(
  request: S3Request,
  incoming: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
  { objects, access, clock }: S3Options,
): Promise<S3Error | undefined> {
  const { method, bucket, key } = request;
  if (method === 'PUT') {
    const stored = await storeObject(request, incoming, objects, clock.now());
    if (typeof stored !== 'string') return stored;
    response.writeHead(200, { ETag: stored }).end();
    return undefined;
  }
  if (method === 'DELETE') {
    objects.delete(bucket, key);
    response.writeHead(204).end();
    return undefined;
  }
  const object = objects.get(bucket, key);
  if (object !== undefined) return sendObject(request, response, object);
  // Only a caller that may list the bucket gets 404 for a missing object (AWS: GetObject, permissions).
  if (access.allows(caller, 's3:ListBucket', bucketArn(bucket))) {
    return s3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  }
  return s3Error(403, 'AccessDenied', 'Access Denied');
}
