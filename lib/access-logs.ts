import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * Creates the access log of an API. It records no headers, query strings, paths or frames, because those may contain
 * tokens, room names and texts.
 * @param fields further fields of this kind of API
 */
export function accessLogs(
  scope: Construct,
  {
    logRetention: retention,
    encryptionKey,
  }: { readonly logRetention: RetentionDays; readonly encryptionKey: IKey | null },
  fields: Readonly<Record<string, string>>,
) {
  const logGroup = new LogGroup(scope, 'AccessLogs', {
    retention,
    ...(encryptionKey && { encryptionKey }),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const format = AccessLogFormat.custom(
    JSON.stringify({
      time: AccessLogField.contextRequestTime(),
      requestId: AccessLogField.contextRequestId(),
      ...fields,
      routeKey: AccessLogField.contextRouteKey(),
      status: AccessLogField.contextStatus(),
      error: AccessLogField.contextErrorMessage(),
    }),
  );
  return { destination: new LogGroupLogDestination(logGroup), format };
}
