import type { IncomingMessage, ServerResponse } from 'node:http';
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
}

const targetPrefix = 'DynamoDB_20120810.';

/** Serves one DynamoDB call over HTTP: the caller's role is asked first, then the database. */
export async function serveDynamodb(
  request: IncomingMessage,
  response: ServerResponse,
  options: FrontOptions,
): Promise<void> {
  const reply = await answer(request, await readBody(request), options);
  response.writeHead(reply.status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': Buffer.byteLength(reply.body),
  });
  response.end(reply.body);
}

async function answer(
  request: IncomingMessage,
  body: Buffer,
  { database, access, trace }: FrontOptions,
): Promise<DatabaseReply> {
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
    return await database.send({ operation, input, body });
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
