import { account } from './account.ts';
import type { SocketApi } from './gateway/socket-api.ts';
import { resolve, resolveText } from './intrinsics.ts';
import type { Scope } from './scope.ts';
import type { Resource } from './template.ts';

/** The template's WebSocket API, and what its permissions are asked with. */
export interface SocketRoutes {
  readonly api: SocketApi;
  /** The id that an authorizer's invocation names in its source ARN; null without authorizer. */
  readonly authorizerId: string | null;
}

/**
 * Reads the one WebSocket API of the template: its stage, its routes with their functions, its authorizer.
 * Throws one clear line for what the local stack does not run.
 */
export function readSocketRoutes(scope: Scope): SocketRoutes {
  const apis = [...scope.ofType('AWS::ApiGatewayV2::Api')].filter(
    ([id, { properties }]) => resolveText(properties['ProtocolType'], scope, `api ${id}`) === 'WEBSOCKET',
  );
  const [api] = apis;
  if (api === undefined || apis.length > 1) {
    throw new Error(
      `Routes were not read: the template has ${apis.length} WebSocket APIs; one is run locally`,
    );
  }
  const [id, { properties }] = api;
  const apiId = scope.physicalName(id);
  const connect = routesOf(apiId, scope).find(({ key }) => key === '$connect');
  const authorizer = connect === undefined ? null : readAuthorizer(connect.resource, scope);
  return {
    authorizerId: authorizer?.id ?? null,
    api: {
      apiId,
      stage: readStage(apiId, scope),
      region: account.region,
      accountId: account.id,
      routes: new Map(
        routesOf(apiId, scope).map(({ key, resource }) => [key, integrationOf(key, resource, scope)]),
      ),
      routeSelectionExpression: resolveText(properties['RouteSelectionExpression'], scope, `api ${id}`),
      authorizer,
    },
  };
}

function routesOf(apiId: string, scope: Scope): readonly { key: string; resource: Resource }[] {
  return [...scope.ofType('AWS::ApiGatewayV2::Route')]
    .filter(([, { properties }]) => resolve(properties['ApiId'], scope, 'route') === apiId)
    .map(([id, resource]) => ({
      key: resolveText(resource.properties['RouteKey'], scope, `route ${id}`),
      resource,
    }));
}

function readStage(apiId: string, scope: Scope): string {
  const stages = [...scope.ofType('AWS::ApiGatewayV2::Stage')].filter(
    ([, { properties }]) => resolve(properties['ApiId'], scope, 'stage') === apiId,
  );
  const [stage] = stages;
  if (stage === undefined || stages.length > 1) {
    throw new Error(
      `Routes were not read: the WebSocket API has ${stages.length} stages; one is run locally`,
    );
  }
  return scope.physicalName(stage[0]);
}

function integrationOf(routeKey: string, route: Resource, scope: Scope): string {
  const target = resolveText(route.properties['Target'], scope, `route ${routeKey}, Target`);
  const id = target.replace(/^integrations\//, '');
  const found = [...scope.ofType('AWS::ApiGatewayV2::Integration')].find(
    ([logicalId]) => scope.physicalName(logicalId) === id,
  );
  if (found === undefined) {
    throw new Error(`Routes were not read: ${routeKey} has no integration ${id}; mend the template`);
  }
  const { properties } = found[1];
  const type = resolveText(properties['IntegrationType'], scope, `integration ${id}`);
  if (type !== 'AWS_PROXY') {
    throw new Error(`Routes were not read: ${routeKey} is integrated by ${type}; AWS_PROXY is run locally`);
  }
  return functionOf(
    resolveText(properties['IntegrationUri'], scope, `integration ${id}`),
    `route ${routeKey}`,
  );
}

function readAuthorizer(
  connect: Resource,
  scope: Scope,
): {
  readonly id: string;
  readonly functionName: string;
  readonly identitySources: readonly string[];
} | null {
  const type = resolve(connect.properties['AuthorizationType'] ?? 'NONE', scope, 'route $connect');
  if (type === 'NONE') return null;
  if (type !== 'CUSTOM') {
    throw new Error(`Routes were not read: $connect is authorized by ${String(type)}; CUSTOM is run locally`);
  }
  const id = resolveText(connect.properties['AuthorizerId'], scope, 'route $connect, AuthorizerId');
  const found = [...scope.ofType('AWS::ApiGatewayV2::Authorizer')].find(
    ([logicalId]) => scope.physicalName(logicalId) === id,
  );
  if (found === undefined) {
    throw new Error(`Routes were not read: there is no authorizer ${id}; mend the template`);
  }
  const { properties } = found[1];
  const sources = resolve(properties['IdentitySource'] ?? [], scope, `authorizer ${id}`);
  return {
    id,
    functionName: functionOf(
      resolveText(properties['AuthorizerUri'], scope, `authorizer ${id}`),
      `authorizer ${id}`,
    ),
    identitySources: Array.isArray(sources) ? sources.map(String) : [],
  };
}

/** The function in `arn:…:lambda:path/2015-03-31/functions/{arn}/invocations`. */
function functionOf(uri: string, where: string): string {
  const name = /\/functions\/.*:function:([^:/]+)(?::[^/]*)?\/invocations$/.exec(uri)?.[1];
  if (name !== undefined) return name;
  throw new Error(`Routes were not read: ${where} invokes ${uri}, which is no function; mend the template`);
}
