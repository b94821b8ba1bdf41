import { account, localArn } from './account.ts';
import type { HttpRoutes, SocketApi } from './api-routes.ts';
import type { Deployment } from './deployment.ts';
import type { GatewayOptions } from './gateway/gateway-state.ts';
import type { Access } from './iam/access.ts';
import { mayInvoke } from './lambda/definition.ts';
import { FunctionError, type Functions } from './lambda/functions.ts';
import { isObject } from './object.ts';
import { describeCall, type Trace } from './trace.ts';

/** The deployed APIs, their functions and IAM, as API Gateway uses them. */
export interface GatewayBackend extends Pick<GatewayOptions, 'api' | 'invoke' | 'permit'> {
  /** Returns the deployed HTTP API, or null if there is none. */
  httpApi(): HttpRoutes | null;
  /** Replaces the routes and permissions with those of a deployment. */
  deploy(deployment: Deployment): void;
}

export interface BackendOptions {
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

export function gatewayBackend({ access, functions, log, trace }: BackendOptions): GatewayBackend {
  let deployment: Deployment | undefined;
  return {
    api: () => deployment?.routes.api ?? nothingDeployed,
    httpApi: () => deployment?.httpRoutes ?? null,
    deploy(next) {
      deployment = next;
    },
    async invoke(functionName, event) {
      const source = sourceArn(event, deployment);
      const permissions = deployment?.permissions ?? [];
      if (!mayInvoke(permissions, functionName, 'apigateway.amazonaws.com', source)) {
        const line =
          `API Gateway may not invoke function ${functionName}: no AWS::Lambda::Permission allows ${source}. ` +
          'Grant it in lib/.';
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
 * Returns the source ARN of an invocation: the route or the authorizer that API Gateway calls the function for
 * (AWS: "Working with AWS Lambda proxy integrations", on resource-based policies).
 */
function sourceArn(event: unknown, deployment: Deployment | undefined): string {
  const { api, authorizerId } = deployment?.routes ?? { api: nothingDeployed, authorizerId: null };
  if (isObject(event) && event['type'] === 'REQUEST') {
    return localArn('execute-api', `${api.apiId}/authorizers/${authorizerId}`);
  }
  const context = isObject(event) && isObject(event['requestContext']) ? event['requestContext'] : {};
  const { apiId, stage, routeKey, http } = context;
  if (!isObject(http)) return localArn('execute-api', `${api.apiId}/${api.stage}/${String(routeKey)}`);
  // For an HTTP API, the ARN has the path of the route, not of the request: `…/$default/GET/api/{proxy+}`.
  const [, path = '/$default'] = String(routeKey).split(' ');
  return localArn('execute-api', `${String(apiId)}/${String(stage)}/${String(http['method'])}${path}`);
}
