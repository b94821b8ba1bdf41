import { type IncomingMessage, ServerResponse } from 'node:http';
import { bucketArn } from '../account.ts';
import type { Clock } from '../clock.ts';
import { applyFault, type Fault, type FaultOf } from '../faults.ts';
import type { Access, Caller } from '../iam/access.ts';
import { describeCall, type Trace } from '../trace.ts';
import { callerOf, denialOf } from './authenticate.ts';
import { type Bucket, corsHeaders, isExpired, preflight } from './bucket.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { isS3Error, readRequest, refuse, type S3Error, type S3Request, s3Error } from './s3-request.ts';
import { sendObject, storeObject } from './serve-object.ts';

export interface S3Options {
  readonly objects: ObjectStore;
  /** The template's buckets by name. */
  readonly buckets: () => ReadonlyMap<string, Bucket>;
  readonly access: Access;
  readonly clock: Clock;
  readonly trace: Trace;
  /** Absent if no faults are injected. */
  readonly faultOf?: FaultOf;
}

/** The IAM action of each method (AWS: "Actions, resources, and condition keys for Amazon S3"). */
const actions: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

/** Returns the actions that a request needs. */
function actionsOf(request: S3Request): readonly string[] {
  if (isTagging(request)) return request.method === 'DELETE' ? ['s3:DeleteObjectTagging'] : [];
  const action = actions[request.method];
  if (action === undefined) return [];
  return request.method === 'PUT' && request.headers['x-amz-tagging'] !== undefined
    ? [action, 's3:PutObjectTagging']
    : [action];
}

const isTagging = ({ query }: S3Request): boolean => query.some(([name]) => name === 'tagging');

/** The supported query parameters. Others request operations that are not supported, such as a listing. */
const supportedQuery = /^(x-amz-.*|x-id|response-.*|tagging)$/i;

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
  const [action, ...more] = actionsOf(request);
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
    const denials = [action, ...more].map((each) => denialOf(caller, each, resource, options.access));
    const denial = denials.find((each) => each !== undefined);
    if (denial !== undefined) return denial;
    const run = (to: ServerResponse) => execute(request, incoming, to, caller, bucket, options);
    const fault = options.faultOf?.(request.headers, { action, resource });
    return await (fault === undefined ? run(response) : runWithFault(fault, incoming, run));
  } finally {
    options.trace({ ...call, phase: 'response' });
  }
}

const throttled = s3Error(503, 'SlowDown', 'Please reduce your request rate.');
const failed = s3Error(500, 'InternalError', 'We encountered an internal error. Please try again.');

/** Runs a request with a fault, which may prevent it. The caller never gets the response of `run`. */
async function runWithFault(
  fault: Fault,
  incoming: IncomingMessage,
  run: (to: ServerResponse) => Promise<S3Error | undefined>,
): Promise<S3Error | undefined> {
  const unsent = new ServerResponse(incoming);
  const answer = await applyFault(fault, { run: () => run(unsent), throttled, failed });
  if (answer === undefined) incoming.socket.destroy();
  return answer;
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
  rules: Bucket,
  { objects, access, clock }: S3Options,
): Promise<S3Error | undefined> {
  const { method, bucket, key } = request;
  const object = unexpired(request, rules, objects, clock.now());
  if (method === 'PUT') {
    const stored = await storeObject(request, incoming, objects, clock.now());
    if (typeof stored !== 'string') return stored;
    response.writeHead(200, { ETag: stored }).end();
    return undefined;
  }
  if (isTagging(request)) {
    if (object === undefined) return missing(request, caller, access);
    const { tags: _tags, etag: _etag, ...untagged } = object;
    objects.put(bucket, key, untagged);
    response.writeHead(204).end();
    return undefined;
  }
  if (method === 'DELETE') {
    objects.delete(bucket, key);
    response.writeHead(204).end();
    return undefined;
  }
  return object === undefined ? missing(request, caller, access) : sendObject(request, response, object);
}

/** Returns an object, unless a lifecycle rule of its bucket has deleted it. */
function unexpired(
  { bucket, key }: S3Request,
  rules: Bucket,
  objects: ObjectStore,
  now: number,
): StoredObject | undefined {
  const object = objects.get(bucket, key);
  if (object === undefined || !isExpired(rules, key, object, now)) return object;
  objects.delete(bucket, key);
  return undefined;
}

/** AWS: GetObject, permissions: only a caller who may list the bucket gets 404 for a missing object. */
function missing({ bucket }: S3Request, caller: Caller, access: Access): S3Error {
  return access.allows(caller, 's3:ListBucket', bucketArn(bucket))
    ? s3Error(404, 'NoSuchKey', 'The specified key does not exist.')
    : s3Error(403, 'AccessDenied', 'Access Denied');
}
