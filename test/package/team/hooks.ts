import type { AuthHandler, BeforeSendHandler } from '@your-org/parley/hooks';

export const handler: AuthHandler = async ({ credential, kind }) =>
  kind === 'bearer' ? { userId: credential, username: credential.slice(0, 10) } : null;

export const beforeSend: BeforeSendHandler = async ({ text, user }) =>
  user.guest ? { allow: false, reason: 'Sign in first.' } : { allow: true, text: text.trim(), data: null };
