import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ChatFunction } from './chat-function.ts';
import type { EntryName } from './entries.ts';
import { RouteIntegration } from './route-integration.ts';

/** Which entry serves which route. */
const routes = {
  $connect: 'connect',
  $disconnect: 'disconnect',
  send: 'send',
  edit: 'edit',
  delete: 'delete',
  $default: 'default',
} as const satisfies Record<string, EntryName>;

export interface ChatSocketProps {
  readonly accessLogs: boolean;
  readonly logRetention: RetentionDays;
}

/** The WebSocket API and its stage. Routes come after: the functions behind them need its URL first. */
export class ChatSocket extends Construct {
  /** The API's own name, for the edge in front of it; without scheme and stage. */
  readonly domain: string;
  /** Where functions post: https://…, no trailing slash. */
  readonly callbackUrl: string;
  private readonly api: WebSocketApi;
  private readonly stage: WebSocketStage;

  constructor(scope: Construct, id: string, props: ChatSocketProps) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      routeSelectionExpression: '$request.body.action',
    });
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: 'prod',
      autoDeploy: true,
      ...(props.accessLogs && { accessLogSettings: accessLogs(this, props.logRetention) }),
    });
    const { region, urlSuffix } = Stack.of(this);
    this.domain = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    this.callbackUrl = this.stage.callbackUrl;
    if (props.accessLogs) return;
    Validations.of(this.stage).acknowledge({
      id: 'AwsSolutions-APIG1',
      reason:
        'Access logs of a WebSocket API need a CloudWatch role that holds for the whole account, which a stack should not set; the setting accessLogs turns them on.',
    });
  }

  /** Puts the functions behind the routes, and the authorizer before `$connect`. */
  serve(functions: Record<EntryName, ChatFunction>): void {
    const authorizer = new WebSocketLambdaAuthorizer('Authorizer', functions.authorize, {
      // AWS: WebSocket REQUEST authorizers. Each source listed must be present, else 401 without a call;
      // Host always is.
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
          'Only $connect can carry an authorizer; frames come on a connection that it let in, and each is checked again by its function.',
      });
    }
  }

  /** Lets a function post to the stage's connections and close them. */
  grantSockets(target: ChatFunction): void {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const resource = this.arn(`${this.stage.stageName}/${method}/@connections/*`);
      // AWS: IAM for @connections has nothing narrower than all connections of a stage.
      target.allow(['execute-api:ManageConnections'], resource);
      Validations.of(target.role ?? target).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${readable(this, resource)}]`,
        reason:
          'A connection has no ARN before it exists, so AWS has nothing narrower than all connections of this stage.',
      });
    }
  }

  private arn(resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'execute-api', resource: this.api.apiId, resourceName });
  }
}

/** The ARN as cdk-nag writes it in a finding: each reference as its name in angle brackets. */
function readable(scope: Construct, arn: string): string {
  const parts: (string | { Ref: string })[] = Stack.of(scope).resolve(arn)['Fn::Join'][1];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
}

/** No header, no query string and no frame: a token can be in the first two, a text in the third. */
function accessLogs(scope: Construct, retention: RetentionDays) {
  const logGroup = new LogGroup(scope, 'AccessLogs', { retention, removalPolicy: RemovalPolicy.DESTROY });
  const format = AccessLogFormat.custom(
    JSON.stringify({
      time: AccessLogField.contextRequestTime(),
      requestId: AccessLogField.contextRequestId(),
      connectionId: AccessLogField.contextConnectionId(),
      eventType: AccessLogField.contextEventType(),
      routeKey: AccessLogField.contextRouteKey(),
      status: AccessLogField.contextStatus(),
      error: AccessLogField.contextErrorMessage(),
    }),
  );
  return { destination: new LogGroupLogDestination(logGroup), format };
}
