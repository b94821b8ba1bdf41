import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Role, readRole } from '../iam/role.ts';
import { matchesWildcard } from '../iam/statement.ts';
import { resolve, resolveText } from '../intrinsics.ts';
import { isObject, property } from '../object.ts';
import type { Scope } from '../scope.ts';
import type { Resource } from '../template.ts';

/** An AWS::Lambda::Function of the template, with its intrinsics resolved. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** The key of the code asset. It changes with the code. */
  readonly codeKey: string;
  /** The bundle's absolute path. */
  readonly file: string;
  /** The name of the handler among the bundle's exports. */
  readonly handler: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly role: Role;
  readonly retry: RetryPolicy;
}

/** How Lambda handles an asynchronous invocation that fails. */
export interface RetryPolicy {
  readonly retries: number;
  /** An older event is not retried. */
  readonly maxAgeMs: number;
  /** The ARN of the queue for events that failed for good. Null for none. */
  readonly onFailure: string | null;
}

/**
 * Lambda's defaults for asynchronous events (AWS: "How Lambda handles errors and retries with asynchronous
 * invocation").
 */
const defaultRetry: RetryPolicy = { retries: 2, maxAgeMs: 6 * 60 * 60_000, onFailure: null };

/** Returns the runtime of a function, or `image` for a container image. */
function runtimeOf(id: string, { properties }: Resource, scope: Scope): string {
  const runtime = properties['Runtime'];
  return runtime === undefined ? 'image' : resolveText(runtime, scope, `${id}.Runtime`);
}

/** Returns the functions of the template, except those of custom resources, which only CloudFormation calls. */
function ownFunctions(scope: Scope): readonly (readonly [id: string, resource: Resource, runtime: string])[] {
  const custom = [...scope.template.resources].filter(([, { type }]) => type.startsWith('Custom::'));
  const providers = new Set(
    custom.map(([id, { properties }]) => resolve(properties['ServiceToken'], scope, `${id}.ServiceToken`)),
  );
  return [...scope.ofType('AWS::Lambda::Function')]
    .filter(([id]) => !providers.has(String(scope.attribute(id, 'Arn'))))
    .map(([id, resource]) => [id, resource, runtimeOf(id, resource, scope)]);
}

const runsLocally = (runtime: string): boolean => runtime.startsWith('nodejs');

/** Returns the functions that the local stack cannot run, each with its runtime: `ReadSession (python3.13)`. */
export const unsupportedFunctions = (scope: Scope): readonly string[] =>
  ownFunctions(scope)
    .filter(([, , runtime]) => !runsLocally(runtime))
    .map(([id, , runtime]) => `${scope.physicalName(id)} (${runtime})`);

/**
 * Reads the template's Node.js functions by name.
 * @throws if a function cannot run locally
 */
export function readFunctions(scope: Scope): ReadonlyMap<string, FunctionDefinition> {
  const retries = readRetryPolicies(scope);
  const definitions = new Map<string, FunctionDefinition>();
  for (const [id, resource, runtime] of ownFunctions(scope)) {
    if (!runsLocally(runtime)) continue;
    const arn = String(scope.attribute(id, 'Arn'));
    const name = scope.physicalName(id);
    const retry = retries.get(name) ?? defaultRetry;
    definitions.set(name, { name, arn, retry, ...readFunction(name, resource, scope) });
  }
  return definitions;
}

function readFunction(name: string, { properties }: Resource, scope: Scope) {
  const where = `function ${name}`;
  return {
    ...readCode(name, properties, scope),
    variables: readVariables(properties['Environment'], where, scope),
    // The defaults of Timeout and MemorySize are 3 s and 128 MB (AWS: "AWS::Lambda::Function").
    timeoutMs: Number(resolve(properties['Timeout'] ?? 3, scope, `${where}, Timeout`)) * 1000,
    memoryMb: Number(resolve(properties['MemorySize'] ?? 128, scope, `${where}, MemorySize`)),
    role: readRole(resolveText(properties['Role'], scope, `${where}, Role`), scope),
  };
}

function readCode(name: string, properties: Resource['properties'], scope: Scope) {
  const codeKey = property(resolve(properties['Code'], scope, `function ${name}, Code`), 'S3Key');
  if (typeof codeKey !== 'string') {
    throw unreadable(name, 'its code is not an asset', 'Deploy it with Code.fromAsset.');
  }
  const directory = scope.template.assets.get(codeKey);
  if (directory === undefined) {
    throw unreadable(name, `there is no asset ${codeKey}`, 'Synthesize the app again.');
  }
  const handlerPath = resolveText(properties['Handler'], scope, `function ${name}, Handler`);
  const [module = '', handler = ''] = handlerPath.split('.');
  const file = ['.mjs', '.js', '.cjs'].map((ending) => join(directory, module + ending)).find(existsSync);
  if (file === undefined) {
    throw unreadable(name, `${directory} has no ${module}.mjs`, 'Run `npm run build`.');
  }
  return { codeKey, file, handler };
}

function unreadable(name: string, reason: string, advice: string): Error {
  return new Error(`Could not read function ${name}: ${reason}. ${advice}`);
}

function readVariables(environment: unknown, where: string, scope: Scope): Record<string, string> {
  const variables = property(environment, 'Variables');
  if (!isObject(variables)) return {};
  const resolved = Object.entries(variables).map(([name, value]) => {
    return [name, resolveText(value, scope, `${where}, environment variable ${name}`)];
  });
  return Object.fromEntries(resolved);
}

function readRetryPolicies(scope: Scope): ReadonlyMap<string, RetryPolicy> {
  const policies = new Map<string, RetryPolicy>();
  for (const [id, { properties }] of scope.ofType('AWS::Lambda::EventInvokeConfig')) {
    const name = resolveText(properties['FunctionName'], scope, `${id}.FunctionName`);
    const retries = resolve(properties['MaximumRetryAttempts'] ?? defaultRetry.retries, scope, id);
    const seconds = resolve(
      properties['MaximumEventAgeInSeconds'] ?? defaultRetry.maxAgeMs / 1000,
      scope,
      id,
    );
    const onFailure = readDestination(properties['DestinationConfig'], id, scope);
    policies.set(name, { retries: Number(retries), maxAgeMs: Number(seconds) * 1000, onFailure });
  }
  return policies;
}

function readDestination(config: unknown, id: string, scope: Scope): string | null {
  const arn = property(resolve(config, scope, `${id}.DestinationConfig`), 'OnFailure', 'Destination');
  if (arn === undefined) return null;
  if (typeof arn === 'string' && arn.startsWith('arn:aws:sqs:')) return arn;
  throw new Error(`Could not read the failure destination of ${id}: it is not a queue. Use an SQS queue.`);
}

/** An AWS::Lambda::Permission: lets an AWS service invoke a function. */
export interface Permission {
  /** The function's name or ARN. */
  readonly functionName: string;
  readonly principal: string;
  /** An ARN pattern. Null for any source. */
  readonly sourceArn: string | null;
}

/**
 * Reads the resource policies of the template's functions.
 * @throws if a permission allows something else than invoking
 */
export function readPermissions(scope: Scope): readonly Permission[] {
  return [...scope.ofType('AWS::Lambda::Permission')].map(([id, { properties }]) => {
    const where = `permission ${id}`;
    const action = resolveText(properties['Action'], scope, where);
    if (action !== 'lambda:InvokeFunction') {
      const advice = 'The local stack supports lambda:InvokeFunction only.';
      throw new Error(`Could not read ${where}: it allows ${action}. ${advice}`);
    }
    const source = resolve(properties['SourceArn'], scope, where);
    return {
      functionName: resolveText(properties['FunctionName'], scope, where),
      principal: resolveText(properties['Principal'], scope, where),
      sourceArn: typeof source === 'string' ? source : null,
    };
  });
}

/** Returns whether a function's resource policy lets `principal` invoke it for `sourceArn`. */
export function mayInvoke(
  permissions: readonly Permission[],
  functionName: string,
  principal: string,
  sourceArn: string,
): boolean {
  return permissions.some(
    (permission) =>
      (permission.functionName === functionName ||
        permission.functionName.endsWith(`:function:${functionName}`)) &&
      permission.principal === principal &&
      (permission.sourceArn === null || matchesWildcard(permission.sourceArn, sourceArn)),
  );
}
