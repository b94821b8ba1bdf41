import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Role, readRole } from '../iam/role.ts';
import { resolve, resolveText } from '../intrinsics.ts';
import { isObject } from '../object.ts';
import type { Scope } from '../scope.ts';
import type { Resource } from '../template.ts';

/** An AWS::Lambda::Function of the template, everything resolved. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** Names the code: another key is other code. */
  readonly codeKey: string;
  /** The bundle's absolute path. */
  readonly file: string;
  /** The name under which the bundle exports its handler. */
  readonly handler: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly role: Role;
  readonly retry: RetryPolicy;
}

/** What happens to an asynchronous invocation that failed. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly maxAgeMs: number;
  /** The ARN of the queue that it goes to in the end; null for none. */
  readonly onFailure: string | null;
}

/** AWS: "How Lambda handles errors and retries with asynchronous invocation". */
const awsRetry: RetryPolicy = { attempts: 2, maxAgeMs: 6 * 60 * 60_000, onFailure: null };

/**
 * The template's functions by name; throws one clear line for one that cannot run here. What serves a custom resource
 * is left out: CloudFormation calls it at a deploy, in a way that nothing here does.
 */
export function readFunctions(scope: Scope): ReadonlyMap<string, FunctionDefinition> {
  const retries = readRetries(scope);
  const providers = readProviders(scope);
  const definitions = new Map<string, FunctionDefinition>();
  for (const [id, resource] of scope.ofType('AWS::Lambda::Function')) {
    if (providers.has(scope.attribute(id, 'Arn'))) continue;
    const name = scope.physicalName(id);
    definitions.set(name, readFunction(id, resource, retries.get(name) ?? awsRetry, scope));
  }
  return definitions;
}

/** ARNs of the functions that serve custom resources. */
function readProviders(scope: Scope): ReadonlySet<unknown> {
  const custom = [...scope.template.resources].filter(([, { type }]) => type.startsWith('Custom::'));
  return new Set(
    custom.map(([id, { properties }]) => resolve(properties['ServiceToken'], scope, `${id}.ServiceToken`)),
  );
}

function readFunction(id: string, resource: Resource, retry: RetryPolicy, scope: Scope): FunctionDefinition {
  const { properties } = resource;
  const name = scope.physicalName(id);
  const where = `function ${name}`;
  const runtime = resolveText(properties['Runtime'], scope, `${where}, Runtime`);
  if (!runtime.startsWith('nodejs')) {
    throw new Error(`Function was not read: ${name} runs on ${runtime}; the local stack runs nodejs only`);
  }
  const { codeKey, file, handler } = readCode(name, properties, scope);
  return {
    name,
    arn: String(scope.attribute(id, 'Arn')),
    codeKey,
    file,
    handler,
    variables: readVariables(properties['Environment'], where, scope),
    // AWS: "AWS::Lambda::Function", the defaults of Timeout and MemorySize.
    timeoutMs: Number(resolve(properties['Timeout'] ?? 3, scope, `${where}, Timeout`)) * 1000,
    memoryMb: Number(resolve(properties['MemorySize'] ?? 128, scope, `${where}, MemorySize`)),
    role: readRole(resolveText(properties['Role'], scope, `${where}, Role`), scope),
    retry,
  };
}

function readCode(
  name: string,
  properties: Resource['properties'],
  scope: Scope,
): Pick<FunctionDefinition, 'codeKey' | 'file' | 'handler'> {
  const code = resolve(properties['Code'], scope, `function ${name}, Code`);
  const codeKey = isObject(code) ? code['S3Key'] : undefined;
  if (typeof codeKey !== 'string') {
    throw new Error(`Function was not read: the code of ${name} is no asset; deploy it with Code.fromAsset`);
  }
  const directory = scope.template.assets.get(codeKey);
  if (directory === undefined) {
    throw new Error(`Function was not read: no asset ${codeKey} for ${name}; synthesize the app again`);
  }
  const [module = '', handler = ''] = resolveText(properties['Handler'], scope, `function ${name}`).split(
    '.',
  );
  const file = ['.mjs', '.js', '.cjs'].map((ending) => join(directory, module + ending)).find(existsSync);
  if (file === undefined) {
    throw new Error(
      `Function was not read: ${directory} has no ${module}.mjs for ${name}; run \`npm run build\``,
    );
  }
  return { codeKey, file, handler };
}

function readVariables(environment: unknown, where: string, scope: Scope): Record<string, string> {
  const variables = isObject(environment) ? environment['Variables'] : undefined;
  if (!isObject(variables)) return {};
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [
      key,
      resolveText(value, scope, `${where}, environment variable ${key}`),
    ]),
  );
}

function readRetries(scope: Scope): ReadonlyMap<string, RetryPolicy> {
  const retries = new Map<string, RetryPolicy>();
  for (const [id, { properties }] of scope.ofType('AWS::Lambda::EventInvokeConfig')) {
    const name = resolveText(properties['FunctionName'], scope, `${id}.FunctionName`);
    const attempts = resolve(properties['MaximumRetryAttempts'] ?? awsRetry.attempts, scope, id);
    const seconds = resolve(properties['MaximumEventAgeInSeconds'] ?? awsRetry.maxAgeMs / 1000, scope, id);
    const onFailure = readDestination(properties['DestinationConfig'], id, scope);
    retries.set(name, { attempts: Number(attempts), maxAgeMs: Number(seconds) * 1000, onFailure });
  }
  return retries;
}

function readDestination(config: unknown, id: string, scope: Scope): string | null {
  const resolved = resolve(config ?? {}, scope, `${id}.DestinationConfig`);
  const failure = isObject(resolved) ? resolved['OnFailure'] : undefined;
  const arn = isObject(failure) ? failure['Destination'] : undefined;
  if (arn === undefined) return null;
  if (typeof arn === 'string' && arn.startsWith('arn:aws:sqs:')) return arn;
  throw new Error(
    `Destination was not read: that of ${id} is no queue; the local stack knows queues only, use one`,
  );
}
