import { Stack, Validations } from 'aws-cdk-lib';
import { AccessLogField } from 'aws-cdk-lib/aws-apigateway';
import {
  WebSocketApi,
  WebSocketIntegrationType,
  WebSocketRouteIntegration,
  type WebSocketRouteIntegrationBindOptions,
  type WebSocketRouteIntegrationConfig,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accessLogs } from './access-logs.ts';
import type { ChatFunction } from './chat-function.ts';
import type { EntryName } from './entries.ts';
import type { Throttle } from './rate-settings.ts';

/** The entry that handles each route. */
const routes = {
  $connect: 'connect',
  $disconnect: 'disconnect',
  send: 'send',
  edit: 'edit',
  delete: 'delete',
  $default: 'default',
} as const satisfies Record<string, EntryName>;

/** The entries that the WebSocket API invokes. */
type SocketEntry = (typeof routes)[keyof typeof routes] | 'authorize';

export interface ChatSocketProps {
  readonly chatName: string;
  readonly accessLogs: boolean;
  readonly logRetention: RetentionDays;
  readonly encryptionKey: IKey | null;
  /** Null for the limits of the account. */
  readonly throttle: Throttle | null;
}

/** The WebSocket API and its stage. Routes are added later, because their functions need the API's URL first. */
export class ChatSocket extends Construct {
  readonly apiId: string;
  /** The API's host name, which the edge forwards to. Without scheme and stage. */
  readonly domain: string;
  /** The base URL of `@connections` calls: https://…, no trailing slash. */
  readonly callbackUrl: string;
  private readonly api: WebSocketApi;
  private readonly stage: WebSocketStage;

  constructor(scope: Construct, id: string, props: ChatSocketProps) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', {
      apiName: props.chatName,
      routeSelectionExpression: '$request.body.action',
    });
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: 'prod',
      autoDeploy: true,
      ...(props.throttle && { throttle: props.throttle }),
      ...(props.accessLogs && {
        accessLogSettings: accessLogs(this, props, {
          connectionId: AccessLogField.contextConnectionId(),
          eventType: AccessLogField.contextEventType(),
        }),
      }),
    });
    const { region, urlSuffix } = Stack.of(this);
    this.apiId = this.api.apiId;
    this.domain = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    this.callbackUrl = this.stage.callbackUrl;
    if (props.accessLogs) return;
    Validations.of(this.stage).acknowledge({
      id: 'AwsSolutions-APIG1',
      reason:
        'Access logs of a WebSocket API need an account-wide CloudWatch role, which a stack should not set. The setting accessLogs turns them on.',
    });
  }

  /** Adds the routes with their functions, and the authorizer of `$connect`. */
  addRoutes(functions: Readonly<Record<SocketEntry, ChatFunction>>): void {
    const authorizer = new WebSocketLambdaAuthorizer('Authorizer', functions.authorize, {
      // API Gateway answers 401 without a call when a listed source is missing; Host is always there (AWS: WebSocket
      // REQUEST authorizers).
      identitySource: ['route.request.header.Host'],
    });
    for (const [routeKey, entry] of Object.entries(routes)) {
      const integration = new RouteIntegration(`${entry}Integration`, functions[entry], this.stage.stageName);
      const route = this.api.addRoute(
        routeKey,
        routeKey === '$connect' ? { integration, authorizer } : { integration },
      );
      if (routeKey === '$connect') continue;
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'Only $connect can have an authorizer. Later frames arrive on an authorized connection, and their function checks each of them again.',
      });
    }
  }

  /** Allows a function to post to connections of the stage, look them up and close them. */
  grantSockets(target: ChatFunction): void {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const resource = this.arn(`${this.stage.stageName}/${method}/@connections/*`);
      target.allowWildcard(
        ['execute-api:ManageConnections'],
        resource,
        'Connections have no ARNs before they exist, so IAM offers nothing narrower than all connections of this stage.',
      );
    }
  }

  private arn(resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'execute-api', resource: this.api.apiId, resourceName });
  }
}

/**
 * A Lambda proxy integration that only its own route and stage may invoke. The CDK's own integration allows every route
 * of every stage whose ARN ends in the same way.
 */
class RouteIntegration extends WebSocketRouteIntegration {
  private readonly target: IFunction;
  private readonly stageName: string;

  constructor(id: string, target: IFunction, stageName: string) {
    super(id);
    this.target = target;
    this.stageName = stageName;
  }

  override bind({ route, scope }: WebSocketRouteIntegrationBindOptions): WebSocketRouteIntegrationConfig {
    const stack = Stack.of(scope);
    this.target.addPermission('Permission', {
      scope,
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: stack.formatArn({
        service: 'execute-api',
        resource: route.webSocketApi.apiId,
        resourceName: `${this.stageName}/${route.routeKey}`,
      }),
    });
    return {
      type: WebSocketIntegrationType.AWS_PROXY,
      uri: stack.formatArn({
        service: 'apigateway',
        account: 'lambda',
        resource: 'path/2015-03-31/functions',
        resourceName: `${this.target.functionArn}/invocations`,
      }),
    };
  }
}
