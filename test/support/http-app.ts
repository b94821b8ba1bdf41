import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { Budgets } from '../../functions/delivery/budgets.ts';
import { httpApp } from '../../functions/gateway/http/app.ts';
import type { HttpContext } from '../../functions/gateway/http/context.ts';
import { readLoginOptions } from '../../functions/gateway/http/login-options.ts';
import type { PasswordLogin } from '../../functions/gateway/http/password-login.ts';
import { mockDatabase, noFiles, noLimit } from './mock-database.ts';
import { alice, NOON } from './sample.ts';

/** Accepts every password. */
export const mockPasswordLogin: PasswordLogin = {
  signIn: async () => ({ token: 'good', refreshToken: 'refresh' }),
  choosePassword: async () => ({ token: 'good', refreshToken: 'refresh' }),
  refresh: async () => ({ token: 'good' }),
  revoke: async () => {},
  sendCode: async () => {},
  resetPassword: async () => {},
};

/** The HTTP API with a mocked database. The token `good` belongs to alice. */
export function mockHttpApp(overrides: Partial<HttpContext> = {}) {
  const { db, dynamodb } = mockDatabase();
  dynamodb.on(UpdateItemCommand).resolves({});
  const parts: HttpContext = {
    db,
    poster: { post: async () => 'delivered', close: async () => true, isOpen: async () => true },
    fanOut: async () => {},
    rates: noLimit,
    budgets: new Budgets(false),
    roomLimits: { create: null, invite: null },
    directory: 'sharedRooms',
    usersCreateRooms: true,
    maxFileBytes: 1_000_000,
    now: () => NOON,
    files: noFiles,
    verify: async () => ({ user: alice, expiresAt: NOON + 3_600_000 }),
    origins: ['https://chat.example.com'],
    passwordLogin: mockPasswordLogin,
    loginOptions: readLoginOptions(undefined),
    ...overrides,
  };
  const app = httpApp(parts);
  const ask = (asked: string, body?: unknown, headers: Record<string, string> = {}) => {
    const [method = '', path = ''] = asked.split(' ');
    return app.request(
      `https://api.example.com/api${path}`,
      {
        method,
        headers: { Authorization: 'Bearer good', 'Content-Type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
      {},
    );
  };
  return { app, context: parts, ask, dynamodb };
}
