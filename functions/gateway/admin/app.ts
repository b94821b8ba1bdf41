import type { Hono } from 'hono';
import { baseApp } from '../http/base-app.ts';
import { errorAnswer } from '../http/http-error.ts';
import { type AdminContext, type AdminEnv, identifyCaller } from './context.ts';
import { adminDocument } from './openapi.ts';

/** The admin API: all routes below `/admin`. API Gateway has checked the signature and the grant of each request. */
export function adminApp(_context: AdminContext): Hono<AdminEnv> {
  const app = baseApp<AdminEnv>({
    name: 'admin',
    path: '/admin',
    errorOf: errorAnswer,
    before: [identifyCaller],
  });
  app.get('/openapi.json', async (c) => c.json(await adminDocument(app)));
  return app;
}
