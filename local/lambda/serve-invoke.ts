import type { IncomingMessage, ServerResponse } from 'node:http';
import { applyFault, type FaultOf } from '../faults.ts';
import { readBody } from '../http-server.ts';
import type { Access } from '../iam/access.ts';
import { parseJson } from '../object.ts';
import { describeCall, type Trace } from '../trace.ts';
import type { Functions } from './functions.ts';

export interface InvokeOptions {
  readonly functions: Functions;
  readonly access: Access;
  readonly trace: Trace;
  /** Absent if no faults are injected. */
  readonly faultOf?: FaultOf;
}

/** The largest payloads: 6 MB synchronous, 1 MB asynchronous (AWS: "Lambda quotas"). */
const maxBytes = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024 };

const route = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Returns whether this request is a call to Lambda's Invoke. */
export function isInvoke(request: IncomingMessage): boolean {
  return request.method === 'POST' && route.test(pathOf(request));
}

/** Handles Lambda's Invoke. Checks the caller's role, then runs the function now or (`Event`) later. */
export async function serveInvoke(
  request: IncomingMessage,
  response: ServerResponse,
  { functions, access, trace, faultOf }: InvokeOptions,
): Promise<void> {
  const body = await readBody(request);
  const nameOrArn = decodeURIComponent(route.exec(pathOf(request))?.[1] ?? '');
  const name = nameOrArn.replace(/^.*:function:/, '').replace(/:\$LATEST$/, '');
  const caller = access.callerOf(request.headers);
  const action = 'lambda:InvokeFunction';
  const resource = functions.get(name)?.arn ?? `function:${name}`;
  const call = describeCall(caller, { service: 'lambda', action, resource });
  trace({ ...call, phase: 'request' });
  response.once('finish', () => trace({ ...call, phase: 'response' }));

  const denial = access.check(caller, action, resource);
  if (denial !== undefined) return refuse(response, 403, denial.code, denial.message);
  if (functions.get(name) === undefined) {
    return refuse(response, 404, 'ResourceNotFoundException', `Function not found: ${resource}`);
  }
  const type = request.headers['x-amz-invocation-type'] === 'Event' ? 'Event' : 'RequestResponse';
  if (body.length > maxBytes[type]) {
    const message = `${body.length} byte payload is too large for the ${type} invocation type (limit ${maxBytes[type]} bytes)`;
    return refuse(response, 413, 'RequestTooLargeException', message);
  }
  const payload = body.length === 0 ? '{}' : body.toString('utf8');
  if (parseJson(payload) === undefined) {
    return refuse(response, 400, 'InvalidRequestContentException', 'Could not parse request body into json');
  }
  const run = () => invoke(functions, name, payload, type);
  const fault = faultOf?.(request.headers, call);
  const respond = await (fault === undefined ? run() : applyFault(fault, { run, throttled, failed }));
  if (respond === undefined) request.socket.destroy();
  else respond(response);
}

type Respond = (response: ServerResponse) => void;

const throttled: Respond = (response) => refuse(response, 429, 'TooManyRequestsException', 'Rate Exceeded.');
const failed: Respond = (response) =>
  refuse(response, 500, 'ServiceException', 'The service encountered an internal error.');

async function invoke(
  functions: Functions,
  name: string,
  payload: string,
  type: keyof typeof maxBytes,
): Promise<Respond> {
  if (type === 'Event') {
    functions.runAsync(name, payload);
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
