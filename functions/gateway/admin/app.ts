import type { Hono } from 'hono';
import { ChatError } from '../../domain/errors.ts';
import { isStoredUserId, isUserId } from '../../domain/id.ts';
import { MembershipError } from '../../domain/member.ts';
import { isRoomId } from '../../domain/room.ts';
import { baseApp } from '../http/base-app.ts';
import { HttpError } from '../http/http-error.ts';
import { audit } from './audit.ts';
import { type AdminContext, type AdminEnv, identifyCaller } from './context.ts';
import { messages } from './messages.ts';
import { adminDocument } from './openapi.ts';
import { rooms } from './rooms.ts';
import { users } from './users.ts';
import { adminError } from './wire.ts';

/** The admin API: all routes below `/admin`. API Gateway has checked the signature and the grant of each request. */
export function adminApp(context: AdminContext): Hono<AdminEnv> {
  const app = baseApp<AdminEnv>({
    name: 'admin',
    path: '/admin',
    errorOf: adminError,
    before: [identifyCaller],
  });
  app.get('/openapi.json', async (c) => c.json(await adminDocument(app)));
  app.use('/rooms/:id/*', async (c, next) => {
    if (!isRoomId(c.req.param('id'))) throw new ChatError('ROOM_NOT_FOUND');
    await next();
  });
  app.use('/rooms/:id/members/:user/*', async (c, next) => {
    if (!isStoredUserId(c.req.param('user'))) throw new MembershipError('NO_SUCH_MEMBER');
    await next();
  });
  app.use('/users/:user/*', async (c, next) => {
    if (!isUserId(c.req.param('user'))) throw new HttpError('USER_NOT_FOUND');
    await next();
  });
  app.route('/', users(context));
  app.route('/', rooms(context));
  app.route('/', messages(context));
  app.route('/', audit(context));
  return app;
}
