import type { Deployment } from './deployment.ts';
import type { Endpoints } from './lambda/variables.ts';

/** Where an origin of the edge runs on this machine, by its name on AWS; undefined for one that nothing runs. */
export function originUrl(
  domainName: string,
  { routes, httpRoutes, buckets }: Pick<Deployment, 'routes' | 'httpRoutes' | 'buckets'>,
  { gateway, http, s3 }: Pick<Endpoints, 'gateway' | 'http' | 's3'>,
): string | undefined {
  const [name = '', service] = domainName.split('.');
  if (service === 'execute-api' && name === routes.api.apiId) return gateway;
  if (service === 'execute-api' && name === httpRoutes?.apiId) return http;
  if (service === 's3' && buckets.has(name)) return `${s3}/${name}`;
  return undefined;
}
