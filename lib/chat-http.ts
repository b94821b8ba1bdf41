import { Stack, Validations } from 'aws-cdk-lib';
import { AccessLogField } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpStage, type IHttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
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
 * The HTTP API and its stage. Its function answers CORS preflights, because it knows the allowed origins. The routes
 * are added later, because a function needs the edge's name, and the edge needs this API's.
 */
export class ChatHttp extends Construct {
  readonly apiId: string;
  /** The API's host name, which the edge forwards to. Without scheme. */
  readonly domain: string;
  /**
   * The address of the admin API: https://…/admin. It has the API's own name, because a signature covers the header
   * Host, which the edge replaces.
   */
  readonly adminUrl: string;
  private readonly api: HttpApi;
  private admin: IHttpRoute | undefined;

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
    this.adminUrl = `https://${this.domain}/admin`;
    if (props.accessLogs) return;
    Validations.of(stage).acknowledge({
      id: 'AwsSolutions-APIG1',
      reason: 'The setting accessLogs turns on access logs, as for the WebSocket API.',
    });
  }

  /** Routes everything below /api to the function. API Gateway answers 404 to paths without a route. */
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

  /** Routes everything below /admin to the function. Only signed requests of roles and users with a grant reach it. */
  addAdminRoutes(target: ChatFunction): void {
    [this.admin] = this.api.addRoutes({
      path: '/admin/{proxy+}',
      integration: new HttpLambdaIntegration('Admin', target),
      authorizer: new HttpIamAuthorizer(),
    });
  }

  /** Grants all requests to the admin API, and to nothing else. */
  grantAdmin(grantee: IGrantable): Grant {
    if (!this.admin)
      throw new Error('Access not granted: the admin API has no route yet. Add the routes first.');
    return this.admin.grantInvoke(grantee);
  }
}
