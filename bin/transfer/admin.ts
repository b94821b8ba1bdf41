import { developerKey } from '../../local/iam/access.ts';
import { AdminClient } from '../../server/admin-client.ts';

const isLocal = ({ hostname }: URL): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);

/**
 * Returns a client of the admin API at an address, by default that of the running local stack. The local stack has
 * credentials of its own; elsewhere they come from the environment.
 */
export function openAdmin(address: string | undefined): AdminClient {
  const url =
    address ||
    process.env['ADMIN_URL'] ||
    `http://127.0.0.1:${process.env['PARLEY_HTTP_PORT'] || '8004'}/admin`;
  if (!URL.canParse(url))
    throw new Error(`Could not find the admin API: "${url}" is not an address. Pass --url.`);
  return new AdminClient({
    url,
    ...(isLocal(new URL(url)) && { region: 'us-east-1', credentials: developerKey }),
  });
}
