import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AskFault, suffer } from '../faults.ts';
import { readBody } from '../http-server.ts';
import type { Access } from '../iam/access.ts';
import { nextCallId, type Trace } from '../trace.ts';
import type { Functions } from './functions.ts';

export interface InvokeEndpointOptions {
  readonly functions: Functions;
  readonly access: Access;
  readonly trace: Trace;
  /** Absent where nothing fails. */
  readonly faultOf?: AskFault;
}

/** AWS: "Lambda quotas", invocation payload: 6 MB synchronous, 1 MB asynchronous. */
const maxSyncBytes = 6 * 1024 * 1024;
const maxAsyncBytes = 1024 * 1024;

const route = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Whether this is a call to Lambda's Invoke. */
export function isInvoke(request: IncomingMessage): boolean {
  return request.method === 'POST' && route.test(pathOf(request));
}

/** Serves Lambda's Invoke: IAM first, then the function, at once (`RequestResponse`) or later (`Event`). */
export async function serveInvoke(
  request: IncomingMessage,
  response: ServerResponse,
  { functions, access, trace, faultOf }: InvokeEndpointOptions,
): Promise<void> {
  const body = await readBody(request);
  const requested = decodeURIComponent(route.exec(pathOf(request))?.[1] ?? '');
  const name = requested.replace(/^.*:function:/, '').replace(/:\$LATEST$/, '');
  const caller = access.callerOf(request.headers);
  const resource = functions.get(name)?.arn ?? `function:${name}`;
  const call = {
    id: nextCallId(),
    functionName: caller.kind === 'function' ? caller.functionName : null,
    service: 'lambda',
    action: 'lambda:InvokeFunction',
    resource,
  } as const;
  trace({ ...call, phase: 'request' });
  response.once('finish', () => trace({ ...call, phase: 'response' }));

  const denial = access.check(caller, 'lambda:InvokeFunction', resource);
  if (denial !== undefined) return refuse(response, 403, denial.code, denial.message);
  if (functions.get(name) === undefined) {
    return refuse(response, 404, 'ResourceNotFoundException', `Function not found: ${resource}`);
  }
  const later = request.headers['x-amz-invocation-type'] === 'Event';
  const max = later ? maxAsyncBytes : maxSyncBytes;
  if (body.length > max) {
    const message = `${body.length} byte payload is too large for the ${later ? 'Event' : 'RequestResponse'} invocation type (limit ${max} bytes)`;
    return refuse(response, 413, 'RequestTooLargeException', message);
  }
  const payload = body.length === 0 ? '{}' : body.toString('utf8');
  if (!isJson(payload)) {
    return refuse(response, 400, 'InvalidRequestContentException', 'Could not parse request body into json');
  }
  const run = () => invoke(functions, name, { payload, later });
  const fault = faultOf?.(request.headers, call);
  const answer = await (fault === undefined ? run() : suffer(fault, { run, throttled, failed }));
  if (answer === undefined) request.socket.destroy();
  else answer(response);
}

type Answer = (response: ServerResponse) => void;

const throttled: Answer = (response) => refuse(response, 429, 'TooManyRequestsException', 'Rate Exceeded.');
const failed: Answer = (response) =>
  refuse(response, 500, 'ServiceException', 'The service encountered an internal error.');

async function invoke(
  functions: Functions,
  name: string,
  { payload, later }: { readonly payload: string; readonly later: boolean },
): Promise<Answer> {
  if (later) {
    functions.runLater(name, payload);
    return (response) => response.writeHead(202).end();
  }
  const outcome = await functions.run(name, payload);
  return (response) => {
    response.setHeader('X-Amz-Executed-Version', '$LATEST');
    if (!outcome.ok) response.setHeader('X-Amz-Function-Error', 'Unhandled');
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(outcome.ok ? outcome.payload : JSON.stringify(outcome.failure));
  };
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'X-Amzn-ErrorType': code });
  response.end(JSON.stringify({ Type: 'User', Message: message }));
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?')[0] ?? '';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
