import type { IncomingHttpHeaders } from 'node:http';
import { account, localArn } from './account.ts';
import type { Deployment } from './deployment.ts';
import type { SocketApi } from './gateway/socket-api.ts';
import type { HttpRoutes } from './http/http-routes.ts';
import type { Access } from './iam/access.ts';
import { mayInvoke } from './lambda/definition.ts';
import { FunctionError, type Functions } from './lambda/functions.ts';
import { isObject } from './object.ts';
import { describeCall, type Trace } from './trace.ts';

/** What API Gateway needs of the rest of the account. */
export interface GatewayPeers {
  /** The deployed API; one without routes before the first deployment. */
  api(): SocketApi;
  /** The deployed HTTP API; null without one. */
  httpApi(): HttpRoutes | null;
  /** Runs a function for API Gateway; rejects when it fails, or when no resource policy allows the call. */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** IAM's answer to a call to `@connections`: undefined, or the sentence that refuses it. */
  permit(headers: IncomingHttpHeaders, action: string, resourceArn: string): string | undefined;
  /** Takes the routes and permissions of a deployment. */
  route(deployment: Deployment): void;
}

export interface PeersOptions {
  readonly access: Access;
  readonly functions: Functions;
  readonly log: (line: string) => void;
  readonly trace: Trace;
}

const nothingDeployed: SocketApi = {
  apiId: 'starting',
  stage: '',
  region: account.region,
  accountId: account.id,
  routes: new Map(),
  routeSelectionExpression: '$request.body.action',
  authorizer: null,
};

export function gatewayPeers({ access, functions, log, trace }: PeersOptions): GatewayPeers {
  let deployment: Deployment | undefined;
  return {
    api: () => deployment?.routes.api ?? nothingDeployed,
    httpApi: () => deployment?.httpRoutes ?? null,
    route(next) {
      deployment = next;
    },
    async invoke(functionName, event) {
      const source = sourceArn(event, deployment);
      const permissions = deployment?.permissions ?? [];
      if (!mayInvoke(permissions, functionName, 'apigateway.amazonaws.com', source)) {
        const line =
          `API Gateway may not invoke function ${functionName}: no AWS::Lambda::Permission allows ${source}; ` +
          'grant it in lib/';
        log(line);
        throw new Error(line);
      }
      const outcome = await functions.run(functionName, JSON.stringify(event));
      if (!outcome.ok) throw new FunctionError(outcome.failure);
      return JSON.parse(outcome.payload);
    },
    permit(headers, action, resource) {
      const caller = access.callerOf(headers);
      trace({ ...describeCall(caller, { service: 'execute-api', action, resource }), phase: 'request' });
      return access.check(caller, action, resource)?.message;
    },
  };
}

/**
 * On whose behalf API Gateway calls: a route of the stage, or the authorizer.
 * AWS: "Working with AWS Lambda proxy integrations", the resource-based policy's source ARN.
 */
function sourceArn(event: unknown, deployment: Deployment | undefined): string {
  const { api, authorizerId } = deployment?.routes ?? { api: nothingDeployed, authorizerId: null };
  if (isObject(event) && event['type'] === 'REQUEST') {
    return localArn('execute-api', `${api.apiId}/authorizers/${authorizerId}`);
  }
  const context = isObject(event) ? event['requestContext'] : undefined;
  if (isObject(context) && isObject(context['http'])) return httpSourceArn(context, context['http']);
  const routeKey = isObject(context) ? context['routeKey'] : undefined;
  return localArn('execute-api', `${api.apiId}/${api.stage}/${String(routeKey)}`);
}

/** Of an HTTP API it names the route's path, not the request's: `…/$default/GET/api/{proxy+}`. */
function httpSourceArn(
  { apiId, stage, routeKey }: Readonly<Record<string, unknown>>,
  { method }: Readonly<Record<string, unknown>>,
): string {
  const [, path = '/$default'] = String(routeKey).split(' ');
  return localArn('execute-api', `${String(apiId)}/${String(stage)}/${String(method)}${path}`);
}
