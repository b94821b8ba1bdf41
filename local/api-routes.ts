import { account } from './account.ts';
import { resolve, resolveText } from './intrinsics.ts';
import type { Scope } from './scope.ts';
import type { Resource } from './template.ts';

/** A deployed WebSocket API. */
export interface SocketApi {
  readonly apiId: string;
  readonly stage: string;
  readonly region: string;
  readonly accountId: string;
  /** Function names by route key. */
  readonly routes: ReadonlyMap<string, string>;
  /** For example `$request.body.action`. */
  readonly routeSelectionExpression: string;
  readonly authorizer: {
    readonly functionName: string;
    /** For example `route.request.header.Host`. */
    readonly identitySources: readonly string[];
  } | null;
}

/** The template's WebSocket API. */
export interface SocketRoutes {
  readonly api: SocketApi;
  /** The authorizer's id in the source ARN of its permission; null without an authorizer. */
  readonly authorizerId: string | null;
}

/** The template's HTTP API. */
export interface HttpRoutes {
  readonly apiId: string;
  readonly stage: string;
  readonly routes: readonly HttpRoute[];
}

export interface HttpRoute {
  /** For example `ANY /api/{proxy+}`, or `$default`. */
  readonly key: string;
  readonly functionName: string;
  /** Absent for a public route. */
  readonly authorization?: 'AWS_IAM';
}

/**
 * Reads the template's WebSocket API.
 * @throws if the template does not have exactly one, or uses what the local stack does not support.
 */
export function readSocketRoutes(scope: Scope): SocketRoutes {
  const [api, ...others] = apisOf('WEBSOCKET', scope);
  if (api === undefined || others.length > 0) {
    throw notRead(
      `the template has ${api === undefined ? 'no' : 'more than one'} WebSocket API`,
      'The local stack runs a stack with exactly one Chat',
    );
  }
  const [id, { properties }] = api;
  const apiId = scope.physicalName(id);
  const routes = routesOf(apiId, scope);
  const connect = routes.find(({ key }) => key === '$connect');
  const authorizer = connect === undefined ? null : readAuthorizer(connect.route, scope);
  const stages = stagesOf(apiId, scope);
  const [stage] = stages;
  if (stage === undefined || stages.length > 1) {
    throw notRead(`the WebSocket API has ${stages.length} stages`, 'Define exactly one');
  }
  return {
    authorizerId: authorizer?.id ?? null,
    api: {
      apiId,
      stage,
      region: account.region,
      accountId: account.id,
      routes: new Map(routes.map(({ key, route }) => [key, readIntegration(key, route, scope)])),
      routeSelectionExpression: resolveText(properties['RouteSelectionExpression'], scope, `api ${id}`),
      authorizer,
    },
  };
}

/**
 * Reads the template's HTTP API. Returns null if it has none.
 * @throws if the template has several, or uses what the local stack does not support.
 */
export function readHttpRoutes(scope: Scope): HttpRoutes | null {
  const [api, ...others] = apisOf('HTTP', scope);
  if (api === undefined) return null;
  if (others.length > 0) throw notRead('the template has more than one HTTP API', 'Define exactly one');
  const apiId = scope.physicalName(api[0]);
  const stages = stagesOf(apiId, scope);
  // Only the stage $default adds no prefix to the path (AWS: "Stages for HTTP APIs").
  if (stages.length !== 1 || stages[0] !== '$default') {
    throw notRead(`the stages of the HTTP API are ${stages.join(', ')}`, 'Define only $default');
  }
  const routes = routesOf(apiId, scope).map(({ key, route }): HttpRoute => {
    const authorization = resolve(route.properties['AuthorizationType'] ?? 'NONE', scope, `route ${key}`);
    if (authorization !== 'NONE' && authorization !== 'AWS_IAM') {
      throw notRead(`${key} has authorization ${authorization}`, 'Use NONE or AWS_IAM');
    }
    const functionName = readIntegration(key, route, scope, '2.0');
    return authorization === 'NONE' ? { key, functionName } : { key, functionName, authorization };
  });
  return { apiId, stage: '$default', routes };
}

function apisOf(protocol: string, scope: Scope): readonly (readonly [id: string, api: Resource])[] {
  return [...scope.ofType('AWS::ApiGatewayV2::Api')].filter(
    ([id, { properties }]) => resolveText(properties['ProtocolType'], scope, `api ${id}`) === protocol,
  );
}

function stagesOf(apiId: string, scope: Scope): readonly string[] {
  return [...scope.ofType('AWS::ApiGatewayV2::Stage')]
    .filter(([, { properties }]) => resolve(properties['ApiId'], scope, 'stage') === apiId)
    .map(([id]) => scope.physicalName(id));
}

function routesOf(apiId: string, scope: Scope): readonly { key: string; route: Resource }[] {
  return [...scope.ofType('AWS::ApiGatewayV2::Route')]
    .filter(([, { properties }]) => resolve(properties['ApiId'], scope, 'route') === apiId)
    .map(([id, route]) => ({
      key: resolveText(route.properties['RouteKey'], scope, `route ${id}`),
      route,
    }));
}

/** Returns the function that a route invokes. `format` is the payload format that the integration must have. */
function readIntegration(routeKey: string, route: Resource, scope: Scope, format?: string): string {
  const target = resolveText(route.properties['Target'], scope, `route ${routeKey}, Target`);
  const id = target.replace(/^integrations\//, '');
  const { properties } = findByName('Integration', id, scope, `${routeKey} has no integration ${id}`);
  const where = `integration ${id}`;
  const type = resolveText(properties['IntegrationType'], scope, where);
  if (type !== 'AWS_PROXY') throw notRead(`${routeKey} has integration type ${type}`, 'Use AWS_PROXY');
  const version = resolveText(properties['PayloadFormatVersion'] ?? '1.0', scope, where);
  if (format !== undefined && version !== format) {
    throw notRead(`${routeKey} has payload format ${version}`, `Use ${format}`);
  }
  return functionOf(resolveText(properties['IntegrationUri'], scope, where), `route ${routeKey}`);
}

function readAuthorizer({ properties: connect }: Resource, scope: Scope) {
  const type = resolve(connect['AuthorizationType'] ?? 'NONE', scope, 'route $connect');
  if (type === 'NONE') return null;
  if (type !== 'CUSTOM') throw notRead(`$connect has authorization ${String(type)}`, 'Use CUSTOM or NONE');
  const id = resolveText(connect['AuthorizerId'], scope, 'route $connect, AuthorizerId');
  const where = `authorizer ${id}`;
  const { properties } = findByName('Authorizer', id, scope, `the template has no ${where}`);
  const sources = resolve(properties['IdentitySource'] ?? [], scope, where);
  const functionName = functionOf(resolveText(properties['AuthorizerUri'], scope, where), where);
  return { id, functionName, identitySources: Array.isArray(sources) ? sources.map(String) : [] };
}

function findByName(type: string, name: string, scope: Scope, missing: string): Resource {
  const resources = [...scope.ofType(`AWS::ApiGatewayV2::${type}`)];
  const found = resources.find(([id]) => scope.physicalName(id) === name);
  if (found === undefined) throw notRead(missing, 'Correct the template');
  return found[1];
}

/** Returns the function's name in its ARN, or in `arn:…:lambda:path/2015-03-31/functions/{arn}/invocations`. */
function functionOf(uri: string, where: string): string {
  const name = /:function:([^:/]+)(?::[^/]*)?(?:\/invocations)?$/.exec(uri)?.[1];
  if (name !== undefined) return name;
  throw notRead(`${where} invokes ${uri}, which is not a function`, 'Correct the template');
}

function notRead(why: string, advice: string): Error {
  return new Error(`Routes were not read: ${why}. ${advice}.`);
}
