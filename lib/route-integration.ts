import { Stack } from 'aws-cdk-lib';
import {
  WebSocketIntegrationType,
  WebSocketRouteIntegration,
  type WebSocketRouteIntegrationBindOptions,
  type WebSocketRouteIntegrationConfig,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/**
 * A route's Lambda proxy integration that may be invoked by that route of that stage only. The CDK's own
 * grants it to every route of every stage whose ARN ends like this one's.
 */
export class RouteIntegration extends WebSocketRouteIntegration {
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
