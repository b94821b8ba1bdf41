import type { AuthHandler } from '@your-org/parley/hooks';

export const handler: AuthHandler = async ({ credential, kind }) =>
  kind === 'bearer' ? { userId: credential, username: credential.slice(0, 10) } : null;
