import type { IncomingMessage, ServerResponse } from 'node:http';
import { bucketArn } from '../account.ts';
import type { Clock } from '../clock.ts';
import type { Access, Caller } from '../iam/access.ts';
import { nextCallId, type Trace } from '../trace.ts';
import type { Bucket } from './bucket.ts';
import { corsHeaders, preflight } from './cors.ts';
import type { ObjectStore } from './object-store.ts';
import { callerOf, denialOf } from './s3-caller.ts';
import { refuse, type S3Error, s3Error } from './s3-error.ts';
import { readRequest, type S3Request } from './s3-request.ts';
import { sendObject, takeObject } from './serve-object.ts';

export interface S3Options {
  readonly objects: ObjectStore;
  /** The template's buckets by name. */
  readonly buckets: () => ReadonlyMap<string, Bucket>;
  readonly access: Access;
  readonly clock: Clock;
  readonly trace: Trace;
}

/** AWS: "Actions, resources, and condition keys for Amazon S3". HEAD needs what GET needs. */
const actions: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

/** What may be in a query beside a signature; anything else asks for what is not here, such as a listing. */
const knownQuery = /^(x-amz-.*|x-id|response-.*)$/i;

/** Serves S3's calls about one object: PUT, GET, HEAD, DELETE, and a browser's preflight for them. */
export async function serveS3(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: S3Options,
): Promise<void> {
  const request = readRequest(incoming);
  const error =
    request === undefined
      ? s3Error(400, 'InvalidURI', "Couldn't parse the specified URI.")
      : await answer(request, incoming, response, options);
  if (error !== undefined) {
    // What is left of a body that was refused unread is let pass, as S3 does.
    incoming.resume();
    refuse(response, error, request?.method === 'HEAD');
  }
}

async function answer(
  request: S3Request,
  incoming: IncomingMessage,
  response: ServerResponse,
  options: S3Options,
): Promise<S3Error | undefined> {
  const bucket = options.buckets().get(request.bucket);
  if (bucket === undefined) return s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist');
  if (request.method === 'OPTIONS') return answerPreflight(request, response, bucket);
  const cors = corsHeaders(bucket, request.method, request.headers);
  // Of a refusal too: else a page could not tell why.
  for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
  const action = actions[request.method];
  if (action === undefined || request.key === '' || request.query.some(([name]) => !knownQuery.test(name))) {
    return s3Error(501, 'NotImplemented', 'The local S3 puts, gets and deletes single objects only');
  }
  const caller = callerOf(request, options.access, options.clock.now());
  if ('code' in caller) return caller;
  const resource = `${bucket.arn}/${request.key}`;
  const functionName = caller.kind === 'function' ? caller.functionName : null;
  const call = { id: nextCallId(), functionName, service: 's3', action, resource } as const;
  options.trace({ ...call, phase: 'request' });
  try {
    const denial = denialOf(caller, action, resource, options.access);
    return denial ?? (await act(request, incoming, response, caller, options));
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

async function act(
  request: S3Request,
  incoming: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
  { objects, access, clock }: S3Options,
): Promise<S3Error | undefined> {
  const { method, bucket, key } = request;
  if (method === 'PUT') {
    const put = await takeObject({ request, incoming, objects, now: clock.now() });
    if (typeof put !== 'string') return put;
    response.writeHead(200, { ETag: put }).end();
    return undefined;
  }
  if (method === 'DELETE') {
    objects.delete(bucket, key);
    response.writeHead(204).end();
    return undefined;
  }
  const object = objects.get(bucket, key);
  if (object !== undefined) return sendObject(request, response, object);
  // AWS: GetObject, permissions: that an object is missing is told only to who may list the bucket.
  if (access.allows(caller, 's3:ListBucket', bucketArn(bucket))) {
    return s3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  }
  return s3Error(403, 'AccessDenied', 'Access Denied');
}
