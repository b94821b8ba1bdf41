/** What Lambda gives a function to sign its calls with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Undefined for a user's long-lived key, as on a developer's machine. */
  readonly sessionToken: string | undefined;
}

/**
 * The credentials of the function's role (AWS: defined runtime environment variables). They are read anew for each
 * call, so that whoever changes them is heard.
 * @throws Error where there are none
 */
export function environmentCredentials(): Credentials {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN || undefined,
    };
  }
  throw new Error(
    'Call not signed: the environment has no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  );
}

/** The region that the function runs in. @throws Error where the environment does not say */
export function environmentRegion(): string {
  const region = process.env['AWS_REGION'];
  if (region) return region;
  throw new Error('Call not signed: the environment names no region; set AWS_REGION');
}

/** What a client is told where the environment is not to decide, as in tests. */
export interface ClientOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: () => Credentials;
}
