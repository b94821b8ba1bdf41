import { resolve, resolveText } from '../intrinsics.ts';
import type { Scope } from '../scope.ts';

/** The template's HTTP API as far as it runs locally. */
export interface HttpRoutes {
  readonly apiId: string;
  readonly stage: string;
  readonly routes: readonly HttpRoute[];
}

export interface HttpRoute {
  /** `ANY /api/{proxy+}`, or `$default`. */
  readonly key: string;
  readonly functionName: string;
}

/**
 * Reads the one HTTP API of the template: its stage, its routes with their functions; null where there is none.
 * Throws one clear line for what the local stack does not run.
 */
export function readHttpRoutes(scope: Scope): HttpRoutes | null {
  const apis = [...scope.ofType('AWS::ApiGatewayV2::Api')].filter(
    ([id, { properties }]) => resolveText(properties['ProtocolType'], scope, `api ${id}`) === 'HTTP',
  );
  const [api] = apis;
  if (api === undefined) return null;
  if (apis.length > 1) throw notRead(`the template has ${apis.length} HTTP APIs`, 'one is run locally');
  const apiId = scope.physicalName(api[0]);
  return { apiId, stage: readStage(apiId, scope), routes: readRoutes(apiId, scope) };
}

function notRead(why: string, advice: string): Error {
  return new Error(`HTTP routes were not read: ${why}; ${advice}`);
}

function readStage(apiId: string, scope: Scope): string {
  const stages = [...scope.ofType('AWS::ApiGatewayV2::Stage')].filter(
    ([, { properties }]) => resolve(properties['ApiId'], scope, 'stage') === apiId,
  );
  const names = stages.map(([id]) => scope.physicalName(id));
  // AWS: "Stages for HTTP APIs". Only $default is served at the root, and so has no path of its own.
  if (names.length === 1 && names[0] === '$default') return '$default';
  throw notRead(`the stages are ${names.join(', ')}`, 'the one stage $default is run locally');
}

function readRoutes(apiId: string, scope: Scope): HttpRoute[] {
  return [...scope.ofType('AWS::ApiGatewayV2::Route')]
    .filter(([, { properties }]) => resolve(properties['ApiId'], scope, 'route') === apiId)
    .map(([id, { properties }]) => {
      const key = resolveText(properties['RouteKey'], scope, `route ${id}`);
      const authorization = resolve(properties['AuthorizationType'] ?? 'NONE', scope, `route ${key}`);
      if (authorization !== 'NONE') {
        throw notRead(`${key} is authorized by ${String(authorization)}`, 'NONE is run locally');
      }
      const target = resolveText(properties['Target'], scope, `route ${key}, Target`);
      return { key, functionName: integrated(key, target.replace(/^integrations\//, ''), scope) };
    });
}

function integrated(routeKey: string, id: string, scope: Scope): string {
  const found = [...scope.ofType('AWS::ApiGatewayV2::Integration')].find(
    ([logicalId]) => scope.physicalName(logicalId) === id,
  );
  if (found === undefined) throw notRead(`${routeKey} has no integration ${id}`, 'mend the template');
  const { properties } = found[1];
  const where = `integration ${id}`;
  const type = resolveText(properties['IntegrationType'], scope, where);
  const format = resolveText(properties['PayloadFormatVersion'] ?? '1.0', scope, where);
  if (type !== 'AWS_PROXY' || format !== '2.0') {
    throw notRead(
      `${routeKey} is integrated by ${type} in format ${format}`,
      'AWS_PROXY in 2.0 is run locally',
    );
  }
  // Either the function's ARN or the URI of its invocations, which holds the ARN.
  const uri = resolveText(properties['IntegrationUri'], scope, where);
  const name = /:function:([^:/]+)/.exec(uri)?.[1];
  if (name === undefined)
    throw notRead(`${routeKey} invokes ${uri}, which is no function`, 'mend the template');
  return name;
}
