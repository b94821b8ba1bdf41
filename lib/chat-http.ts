import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ChatFunction } from './chat-function.ts';

export interface ChatHttpProps {
  readonly accessLogs: boolean;
  readonly logRetention: RetentionDays;
}

/**
 * The HTTP API and its stage. No CORS: the edge serves page and API under one name. The route comes after: its
 * function is told the edge's name, and the edge this API's.
 */
export class ChatHttp extends Construct {
  /** The API's own name, for the edge in front of it; without scheme. */
  readonly domain: string;
  private readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: ChatHttpProps) {
    super(scope, id);
    const { region, stackName, urlSuffix } = Stack.of(this);
    this.api = new HttpApi(this, 'Api', { apiName: `${stackName}-http`, createDefaultStage: false });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      ...(props.accessLogs && { accessLogSettings: accessLogs(this, props.logRetention) }),
    });
    this.domain = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    if (props.accessLogs) return;
    Validations.of(stage).acknowledge({
      id: 'AwsSolutions-APIG1',
      reason:
        'A log of each request is a choice of the team, as it is for the sockets: the setting accessLogs turns them on.',
    });
  }

  /** Puts the function behind every address under /api; API Gateway answers 404 for the others by itself. */
  serve(target: ChatFunction): void {
    const [route] = this.api.addRoutes({
      path: '/api/{proxy+}',
      integration: new HttpLambdaIntegration('Http', target),
    });
    Validations.of(route ?? this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'The function verifies the token of each request itself, since it may be in a cookie, where no authorizer of an HTTP API looks; signing in needs none.',
    });
  }
}

/** No header, no path and no query string: a token can be in the first and last, a room in the second. */
function accessLogs(scope: Construct, retention: RetentionDays) {
  const logGroup = new LogGroup(scope, 'AccessLogs', { retention, removalPolicy: RemovalPolicy.DESTROY });
  const format = AccessLogFormat.custom(
    JSON.stringify({
      time: AccessLogField.contextRequestTime(),
      requestId: AccessLogField.contextRequestId(),
      method: AccessLogField.contextHttpMethod(),
      routeKey: AccessLogField.contextRouteKey(),
      status: AccessLogField.contextStatus(),
      error: AccessLogField.contextErrorMessage(),
    }),
  );
  return { destination: new LogGroupLogDestination(logGroup), format };
}
