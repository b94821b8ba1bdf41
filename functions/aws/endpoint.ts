/**
 * Where a service is: what the environment says (AWS SDKs and Tools Reference Guide: service-specific endpoints), else
 * its regional endpoint.
 * @param host the service's part of the host name, such as `dynamodb`
 * @param variable the service's part of the environment variable, such as `DYNAMODB`
 */
export function endpointOf(host: string, variable: string, region: string): URL {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(givenEndpoint(variable) ?? `https://${host}.${region}.${domain}`);
}

/** What the environment says of a service's endpoint, as that of the local stack does. */
export const givenEndpoint = (variable: string): string | undefined =>
  process.env[`AWS_ENDPOINT_URL_${variable}`] || process.env['AWS_ENDPOINT_URL'] || undefined;
