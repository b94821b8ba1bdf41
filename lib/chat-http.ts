import { Stack, Validations } from 'aws-cdk-lib';
import { AccessLogField } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accessLogs } from './access-logs.ts';
import type { ChatFunction } from './chat-function.ts';
import type { Throttle } from './rate-settings.ts';

export interface ChatHttpProps {
  readonly chatName: string;
  readonly accessLogs: boolean;
  readonly logRetention: RetentionDays;
  readonly encryptionKey: IKey | null;
  /** Null for the limits of the account. */
  readonly throttle: Throttle | null;
}

/**
 * The HTTP API and its stage. Its function answers CORS preflights, because it knows the allowed origins. The route
 * is added later, because its function needs the edge's name, and the edge needs this API's.
 */
export class ChatHttp extends Construct {
  readonly apiId: string;
  /** The API's host name, which the edge forwards to. Without scheme. */
  readonly domain: string;
  private readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: ChatHttpProps) {
    super(scope, id);
    const { region, urlSuffix } = Stack.of(this);
    this.api = new HttpApi(this, 'Api', { apiName: `${props.chatName}-http`, createDefaultStage: false });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      ...(props.throttle && { throttle: props.throttle }),
      ...(props.accessLogs && {
        accessLogSettings: accessLogs(this, props, {
          method: AccessLogField.contextHttpMethod(),
        }),
      }),
    });
    this.apiId = this.api.apiId;
    this.domain = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    if (props.accessLogs) return;
    Validations.of(stage).acknowledge({
      id: 'AwsSolutions-APIG1',
      reason: 'The setting accessLogs turns on access logs, as for the WebSocket API.',
    });
  }

  /** Routes everything below /api to the function. API Gateway answers 404 to all other paths. */
  addRoutes(target: ChatFunction): void {
    const [route] = this.api.addRoutes({
      path: '/api/{proxy+}',
      integration: new HttpLambdaIntegration('Http', target),
    });
    Validations.of(route ?? this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'The function verifies the token of each request itself: it may be in a cookie, which HTTP API authorizers do not read, and signing in needs none.',
    });
  }
}
