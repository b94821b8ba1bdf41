import { type HttpRoutes, readHttpRoutes, readSocketRoutes, type SocketRoutes } from './api-routes.ts';
import { readTables, type TableDefinition } from './dynamodb/tables.ts';
import { type Distribution, readDistribution } from './edge/distribution.ts';
import { readUserPool, type UserPool } from './identity/user-pool.ts';
import { resolve } from './intrinsics.ts';
import {
  type FunctionDefinition,
  type Permission,
  readFunctions,
  readPermissions,
  unsupportedFunctions,
} from './lambda/definition.ts';
import { property } from './object.ts';
import { type Bucket, readBuckets } from './s3/bucket.ts';
import { type BucketDeployment, readBucketDeployments } from './s3/bucket-deployment.ts';
import { openScope, unsupportedTypes } from './scope.ts';
import { readTemplate } from './template.ts';

/** Everything in a synthesized template that runs locally. */
export interface Deployment {
  readonly tables: readonly TableDefinition[];
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly bucketDeployments: readonly BucketDeployment[];
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly permissions: readonly Permission[];
  readonly routes: SocketRoutes;
  /** Null if the template has no HTTP API. */
  readonly httpRoutes: HttpRoutes | null;
  /** Null if tokens come from another issuer. */
  readonly userPool: UserPool | null;
  /** Null if the template has no distribution. The local stack then runs no edge. */
  readonly distribution: Distribution | null;
  /** Logical id of the output → value. URLs still contain AWS host names. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The resource types that the local stack does not simulate, and the functions that it cannot run. */
  readonly unsupported: readonly string[];
}

/**
 * Reads a stack of the cloud assembly in `directory`.
 * @param stackName default: the only stack
 * @throws if a part of the template cannot run locally
 */
export function readDeployment(directory: string, stackName?: string): Deployment {
  const template = readTemplate(directory, stackName);
  const scope = openScope(template);
  const functions = readFunctions(scope);
  const routes = readSocketRoutes(scope);
  const httpRoutes = readHttpRoutes(scope);
  const targets = [...routes.api.routes];
  for (const { key, functionName } of httpRoutes?.routes ?? []) targets.push([key, functionName]);
  if (routes.api.authorizer !== null) targets.push(['the authorizer', routes.api.authorizer.functionName]);
  for (const [key, name] of targets) {
    if (functions.has(name)) continue;
    throw new Error(
      `Could not read the routes: ${key} invokes ${name}, which does not exist. Add it to the app.`,
    );
  }
  return {
    tables: readTables(scope),
    buckets: readBuckets(scope),
    bucketDeployments: readBucketDeployments(scope),
    functions,
    permissions: readPermissions(scope),
    routes,
    httpRoutes,
    userPool: readUserPool(scope),
    distribution: readDistribution(scope),
    outputs: Object.fromEntries(
      Object.entries(template.outputs).map(([id, output]) => {
        return [id, String(resolve(property(output, 'Value'), scope, `output ${id}`))];
      }),
    ),
    unsupported: [...unsupportedTypes(template), ...unsupportedFunctions(scope)],
  };
}
