import type { IncomingMessage, ServerResponse } from 'node:http';
import { localArn } from '../account.ts';
import { applyFault, type FaultOf } from '../faults.ts';
import { readBody } from '../http-server.ts';
import type { Access } from '../iam/access.ts';
import { isObject, parseJson, property } from '../object.ts';
import { describeCall, type Trace } from '../trace.ts';
import { type Database, type DatabaseReply, databaseError } from './database.ts';

export interface DynamodbOptions {
  readonly database: Database;
  readonly access: Access;
  readonly trace: Trace;
  /** Absent if no faults are injected. */
  readonly faultOf?: FaultOf;
}

const targetPrefix = 'DynamoDB_20120810.';

const throttled = databaseError(
  'ProvisionedThroughputExceededException',
  'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
);
const failed = databaseError(
  'InternalServerError',
  'The request processing has failed because of an unknown error',
  500,
);

/** Handles one DynamoDB call: checks the caller's role, applies a fault, then calls the database. */
export async function serveDynamodb(
  request: IncomingMessage,
  response: ServerResponse,
  options: DynamodbOptions,
): Promise<void> {
  const reply = await handle(request, await readBody(request), options);
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

async function handle(
  request: IncomingMessage,
  body: Buffer,
  { database, access, trace, faultOf }: DynamodbOptions,
): Promise<DatabaseReply | undefined> {
  const target = String(request.headers['x-amz-target'] ?? '');
  const operation = target.slice(targetPrefix.length);
  if (!target.startsWith(targetPrefix) || !/^[A-Za-z]+$/.test(operation)) {
    return databaseError('UnknownOperationException', 'There is no such DynamoDB operation');
  }
  const input = parseJson(body.toString());
  if (!isObject(input)) return databaseError('SerializationException', 'The body is not a JSON object');
  const caller = access.callerOf(request.headers);
  const required = requiredPermissions(operation, input);
  const call = describeCall(caller, {
    service: 'dynamodb',
    action: `dynamodb:${operation}`,
    resource: required.map(({ resource }) => resource).join(','),
  });
  trace({ ...call, phase: 'request' });
  try {
    for (const { action, resource } of required) {
      const denial = access.check(caller, action, resource);
      if (denial !== undefined) return databaseError(denial.code, denial.message);
    }
    const run = () => database.send({ operation, input: { ...input }, body });
    const fault = faultOf?.(request.headers, call);
    return await (fault === undefined ? run() : applyFault(fault, { run, throttled, failed }));
  } catch (error) {
    // DynamoDB, too, answers 500 here, so that the caller's SDK retries.
    const message = error instanceof Error ? error.message : String(error);
    return databaseError('InternalServerError', message, 500);
  } finally {
    trace({ ...call, phase: 'response' });
  }
}

/** An IAM action on a resource. */
interface RequiredPermission {
  readonly action: string;
  readonly resource: string;
}

/** The IAM action of each part of a transaction (AWS: "Actions, resources, and condition keys for Amazon DynamoDB"). */
const transactActions: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  Get: 'dynamodb:GetItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
};

function requiredPermissions(
  operation: string,
  input: Readonly<Record<string, unknown>>,
): readonly RequiredPermission[] {
  const action = `dynamodb:${operation}`;
  if (isObject(input['RequestItems'])) {
    return Object.keys(input['RequestItems']).map((table) => ({ action, resource: tableArn(table) }));
  }
  const parts = input['TransactItems'];
  if (Array.isArray(parts)) return parts.flatMap(transactPermissions);
  const table = input['TableName'];
  if (typeof table !== 'string') return [{ action, resource: '*' }];
  const index = input['IndexName'];
  const suffix = typeof index === 'string' ? `/index/${index}` : '';
  return [{ action, resource: tableArn(table) + suffix }];
}

function transactPermissions(part: unknown): readonly RequiredPermission[] {
  if (!isObject(part)) return [];
  return Object.entries(part).map(([kind, request]) => {
    const resource = tableArn(String(property(request, 'TableName')));
    return { action: transactActions[kind] ?? `dynamodb:${kind}`, resource };
  });
}

/** Accepts a table's name or its ARN, like DynamoDB. */
function tableArn(table: string): string {
  return table.startsWith('arn:') ? table : localArn('dynamodb', `table/${table}`);
}
