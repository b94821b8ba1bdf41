import { devNull } from 'node:os';
import { account } from '../account.ts';
import type { Credentials } from '../iam/access.ts';
import type { FunctionDefinition } from './definition.ts';

/** The origins at which this stack listens, for instance `http://127.0.0.1:8001`. */
export interface Endpoints {
  /** The edge, which clients use: `http://localhost:8000`. */
  readonly edge: string;
  /** The WebSocket API and `@connections`. */
  readonly gateway: string;
  /** The HTTP API. */
  readonly http: string;
  /** The first part of the HTTP API's host name on AWS. Undefined before the first deployment. */
  readonly httpApiId?: string | undefined;
  readonly dynamodb: string;
  /** Lambda, Cognito and the issuer. */
  readonly lambda: string;
  /** An IP address makes the SDK put the bucket into the path. `bucket.localhost` would not resolve. */
  readonly s3: string;
}

/**
 * Replaces the AWS host names in `value` with this stack's origins, because they do not resolve locally (or, like
 * Cognito's, reach the real service). No other code changes values of the template.
 */
export function localUrl(value: string, { gateway, http, httpApiId, edge, lambda, s3 }: Endpoints): string {
  const suffix = `${account.region}\\.${account.urlSuffix.replaceAll('.', '\\.')}`;
  const host = `[a-z0-9]+\\.execute-api\\.${suffix}`;
  return value
    .replace(new RegExp(`https://${httpApiId ?? '-'}\\.execute-api\\.${suffix}`, 'g'), http)
    .replace(new RegExp(`https://${host}`, 'g'), gateway)
    .replace(new RegExp(`wss://${host}`, 'g'), gateway.replace(/^http/, 'ws'))
    .replace(new RegExp(`https://cognito-idp\\.${suffix}`, 'g'), lambda)
    .replace(new RegExp(`https://sqs\\.${suffix}/${account.id}/`, 'g'), `${lambda}/queues/`)
    .replace(new RegExp(`https://([a-z0-9.-]+)\\.s3\\.${suffix}`, 'g'), `${s3}/$1`)
    .replace(/https:\/\/[a-z0-9]+\.cloudfront\.net/g, edge);
}

/** Returns all of a function's environment variables (AWS: "Defined runtime environment variables"). */
export function functionVariables(
  definition: FunctionDefinition,
  credentials: Credentials,
  endpoints: Endpoints,
): Record<string, string> {
  const own = Object.entries(definition.variables).map(([key, value]) => [key, localUrl(value, endpoints)]);
  return {
    AWS_REGION: account.region,
    AWS_DEFAULT_REGION: account.region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: endpoints.lambda,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    // On Lambda there is no ~/.aws, so keep the function from reading the developer's files there.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    TZ: 'UTC',
    LANG: 'en_US.UTF-8',
    ...Object.fromEntries(own),
  };
}
