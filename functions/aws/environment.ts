/** Credentials to sign requests with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Undefined for a long-lived access key, as on a developer's machine. */
  readonly sessionToken: string | undefined;
}

/** Overrides for what the environment provides, for tests. */
export interface ClientOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: () => Credentials;
}

let latest: Credentials | undefined;

/**
 * Returns the credentials of the function's role (AWS: "Defined runtime environment variables"). Call it for each
 * request, because the variables may change. The secret changes with the key, and reading a variable is slow.
 * @throws Error when they are not set
 */
export function environmentCredentials(): Credentials {
  const { AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN } = process.env;
  const sessionToken = AWS_SESSION_TOKEN || undefined;
  if (latest && latest.accessKeyId === AWS_ACCESS_KEY_ID && latest.sessionToken === sessionToken)
    return latest;
  const { AWS_SECRET_ACCESS_KEY } = process.env;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    latest = {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken,
    };
    return latest;
  }
  throw new Error(
    'Request not signed: the environment has no AWS credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  );
}

/** Returns the Region that the function runs in. @throws Error when it is not set */
export function environmentRegion(): string {
  const region = process.env['AWS_REGION'];
  if (region) return region;
  throw new Error('Request not signed: the environment has no Region. Set AWS_REGION.');
}

/**
 * Returns a service's endpoint: the one in the environment, else the regional one.
 * @param host the service's part of the host name, such as `dynamodb`
 * @param variable the service's part of the environment variable, such as `DYNAMODB`
 */
export function endpointOf(host: string, variable: string, region: string): URL {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(configuredEndpoint(variable) ?? `https://${host}.${region}.${domain}`);
}

/**
 * Returns the endpoint in the environment, if any (AWS SDKs: "Service-specific endpoints"). The local stack sets one.
 */
export const configuredEndpoint = (variable: string): string | undefined =>
  process.env[`AWS_ENDPOINT_URL_${variable}`] || process.env['AWS_ENDPOINT_URL'] || undefined;
