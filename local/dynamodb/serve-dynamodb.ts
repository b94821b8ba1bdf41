import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AskFault, suffer } from '../faults.ts';
import { readBody } from '../http-server.ts';
import type { Access } from '../iam/access.ts';
import { isObject } from '../object.ts';
import { type AwsCall, nextCallId, type Trace } from '../trace.ts';
import { type Database, type DatabaseReply, databaseError } from './database.ts';
import { needsOf } from './needs.ts';

export interface FrontOptions {
  readonly database: Database;
  readonly access: Access;
  readonly trace: Trace;
  /** Absent where nothing fails. */
  readonly faultOf?: AskFault;
}

const targetPrefix = 'DynamoDB_20120810.';

// The sentences are DynamoDB's own.
const throttled = databaseError(
  'ProvisionedThroughputExceededException',
  'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
);
const failed = databaseError(
  'InternalServerError',
  'The request processing has failed because of an unknown error',
  500,
);

/** Serves one DynamoDB call over HTTP: the caller's role is asked first, then the faults, then the database. */
export async function serveDynamodb(
  request: IncomingMessage,
  response: ServerResponse,
  options: FrontOptions,
): Promise<void> {
  const reply = await answer(request, await readBody(request), options);
  if (reply === undefined) {
    request.socket.destroy();
    return;
  }
  response.writeHead(reply.status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': Buffer.byteLength(reply.body),
  });
  response.end(reply.body);
}

async function answer(
  request: IncomingMessage,
  body: Buffer,
  { database, access, trace, faultOf }: FrontOptions,
): Promise<DatabaseReply | undefined> {
  const target = String(request.headers['x-amz-target'] ?? '');
  const operation = target.slice(targetPrefix.length);
  if (!target.startsWith(targetPrefix) || !/^[A-Za-z]+$/.test(operation)) {
    return databaseError('UnknownOperationException', 'There is no such DynamoDB operation');
  }
  const input = parse(body);
  if (input === undefined) return databaseError('SerializationException', 'The body is no JSON object');
  const caller = access.callerOf(request.headers);
  const needs = needsOf(operation, input);
  const call: Omit<AwsCall, 'phase'> = {
    id: nextCallId(),
    functionName: caller.kind === 'function' ? caller.functionName : null,
    service: 'dynamodb',
    action: `dynamodb:${operation}`,
    resource: needs.map(({ resource }) => resource).join(','),
  };
  trace({ ...call, phase: 'request' });
  try {
    for (const { action, resource } of needs) {
      const denial = access.check(caller, action, resource);
      if (denial !== undefined) return databaseError(denial.code, denial.message);
    }
    const run = () => database.send({ operation, input, body });
    const fault = faultOf?.(request.headers, call);
    return await (fault === undefined ? run() : suffer(fault, { run, throttled, failed }));
  } catch (error) {
    // As DynamoDB does: the caller's SDK may try again, and the reason is in this stack's log.
    const message = error instanceof Error ? error.message : String(error);
    return databaseError('InternalServerError', message, 500);
  } finally {
    trace({ ...call, phase: 'response' });
  }
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    const input: unknown = JSON.parse(body.toString('utf8'));
    return isObject(input) ? { ...input } : undefined;
  } catch {
    return undefined;
  }
}
