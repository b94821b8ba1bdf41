import { devNull } from 'node:os';
import { account } from '../account.ts';
import type { Credentials } from '../iam/credentials.ts';
import type { FunctionDefinition } from './definition.ts';

/** Where this stack listens. */
export interface Endpoints {
  /** The edge's origin, `http://localhost:8000`: the one for clients. */
  readonly edge: string;
  /** API Gateway's origin, `http://127.0.0.1:8001`. */
  readonly gateway: string;
  /** The HTTP API's origin. */
  readonly http: string;
  readonly dynamodb: string;
  /** Of Lambda, Cognito and the issuer. */
  readonly lambda: string;
  /** An IP address, so that the SDK writes the bucket into the path: no resolver knows `bucket.localhost`. */
  readonly s3: string;
}

/**
 * `https://{api}.execute-api.…`, `wss://{api}.execute-api.…`, `https://cognito-idp.…`, `https://sqs.…`, `https://{bucket}.s3.…` and
 * `https://{distribution}.cloudfront.net` as this stack's own origins. The one place where a value of the template is
 * changed: no resolver knows those names locally, and of Cognito's it would find the real one.
 */
export function localUrl(
  value: string,
  { gateway, edge, lambda, s3 }: Pick<Endpoints, 'gateway' | 'edge' | 'lambda' | 's3'>,
): string {
  const suffix = `${account.region}\\.${account.urlSuffix.replaceAll('.', '\\.')}`;
  const host = `[a-z0-9]+\\.execute-api\\.${suffix}`;
  return value
    .replace(new RegExp(`https://${host}`, 'g'), gateway)
    .replace(new RegExp(`wss://${host}`, 'g'), gateway.replace(/^http/, 'ws'))
    .replace(new RegExp(`https://cognito-idp\\.${suffix}`, 'g'), lambda)
    .replace(new RegExp(`https://sqs\\.${suffix}/${account.id}/`, 'g'), `${lambda}/queues/`)
    .replace(new RegExp(`https://([a-z0-9.-]+)\\.s3\\.${suffix}`, 'g'), `${s3}/$1`)
    .replace(/https:\/\/[a-z0-9]+\.cloudfront\.net/g, edge);
}

/** A function's whole environment. AWS: "Defined runtime environment variables". */
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
    // Lambda has no ~/.aws; a developer's must not reach the function.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    TZ: 'UTC',
    LANG: 'en_US.UTF-8',
    ...Object.fromEntries(own),
  };
}
