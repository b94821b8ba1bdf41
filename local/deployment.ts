import { type HttpRoutes, readHttpRoutes, readSocketRoutes, type SocketRoutes } from './api-routes.ts';
import { readTables, type TableDefinition } from './dynamodb/table.ts';
import { type Distribution, readDistribution } from './edge/distribution.ts';
import { readUserPool, type UserPool } from './identity/user-pool.ts';
import { resolve } from './intrinsics.ts';
import { type FunctionDefinition, readFunctions } from './lambda/definition.ts';
import { type Permission, readPermissions } from './lambda/permission.ts';
import { isObject } from './object.ts';
import { type Bucket, readBuckets } from './s3/bucket.ts';
import { type BucketDeployment, readBucketDeployments } from './s3/bucket-deployment.ts';
import { openScope, unknownTypes } from './scope.ts';
import { readTemplate } from './template.ts';

/** Everything of a synthesized template that runs locally. */
export interface Deployment {
  readonly tables: readonly TableDefinition[];
  readonly buckets: ReadonlyMap<string, Bucket>;
  /** Files to put into buckets. */
  readonly bucketDeployments: readonly BucketDeployment[];
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly permissions: readonly Permission[];
  readonly routes: SocketRoutes;
  /** Null without an HTTP API. */
  readonly httpRoutes: HttpRoutes | null;
  /** Null where tokens come from another issuer. */
  readonly userPool: UserPool | null;
  /** Null without one: then no edge stands before the APIs. */
  readonly distribution: Distribution | null;
  /** Logical id of the output → value, still with the names of AWS. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Resource types that nothing here runs. */
  readonly leftOut: readonly string[];
}

/** Reads the cloud assembly in `directory`; throws one clear line for what cannot run. */
export function readDeployment(directory: string): Deployment {
  const template = readTemplate(directory);
  const scope = openScope(template);
  const functions = readFunctions(scope);
  const routes = readSocketRoutes(scope);
  const httpRoutes = readHttpRoutes(scope);
  const targets = [...routes.api.routes];
  for (const { key, functionName } of httpRoutes?.routes ?? []) targets.push([key, functionName]);
  if (routes.api.authorizer !== null) targets.push(['the authorizer', routes.api.authorizer.functionName]);
  for (const [key, name] of targets) {
    if (!functions.has(name)) {
      throw new Error(
        `Routes were not read: ${key} invokes ${name}, which the template does not have; add it`,
      );
    }
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
      Object.entries(template.outputs)
        .filter(([, output]) => isObject(output))
        .map(([id, output]) => [
          id,
          String(resolve(isObject(output) ? output['Value'] : '', scope, `output ${id}`)),
        ]),
    ),
    leftOut: unknownTypes(template),
  };
}
