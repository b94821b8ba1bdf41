import type { Hono } from 'hono';
import { ChatError } from '../../domain/errors.ts';
import { isStoredUserId, isUserId } from '../../domain/id.ts';
import { MembershipError } from '../../domain/member.ts';
import { isRoomId } from '../../domain/room.ts';
import { baseApp } from '../http/base-app.ts';
import { HttpError } from '../http/http-error.ts';
import { audit } from './audit.ts';
import { type AdminContext, type AdminEnv, identifyCaller } from './context.ts';
import { erasure } from './erasure.ts';
import { exportRoutes } from './export-routes.ts';
import { importRoutes } from './import-routes.ts';
import { messages } from './messages.ts';
import { adminDocument } from './openapi.ts';
import { reports } from './reports.ts';
import { retention } from './retention.ts';
import { rooms } from './rooms.ts';
import { users } from './users.ts';
import { adminError, refuseUnknownParameters } from './wire.ts';

/** The requests that create a room. They answer 400 to an id that no room can have. Others answer 404. */
const newRoom = /^(PUT \/admin\/rooms\/[^/]+\/|POST \/admin\/rooms\/[^/]+\/import\/)$/;

/** The admin API: all routes below `/admin`. API Gateway has checked the signature and the grant of each request. */
export function adminApp(context: AdminContext): Hono<AdminEnv> {
  const app = baseApp<AdminEnv>({
    name: 'admin',
    path: '/admin',
    errorOf: adminError,
    before: [identifyCaller],
  });
  app.use(refuseUnknownParameters);
  app.get('/openapi.json', async (c) => c.json(await adminDocument(app)));
  app.use('/rooms/:id/*', async (c, next) => {
    const createsRoom = newRoom.test(`${c.req.method} ${c.req.path}`);
    if (!createsRoom && !isRoomId(c.req.param('id'))) throw new ChatError('ROOM_NOT_FOUND');
    await next();
  });
  app.use('/rooms/:id/members/:user/*', async (c, next) => {
    if (!isStoredUserId(c.req.param('user'))) throw new MembershipError('NO_SUCH_MEMBER');
    await next();
  });
  app.use('/users/:user/*', async (c, next) => {
    if (!isUserId(c.req.param('user'))) {
      throw c.req.method === 'GET'
        ? new HttpError('USER_NOT_FOUND')
        : new HttpError('BAD_REQUEST', 'Nothing changed: no user can have this id. Check the id.');
    }
    await next();
  });
  app.route('/', users(context));
  app.route('/', erasure(context));
  app.route('/', rooms(context));
  app.route('/', retention(context));
  app.route('/', messages(context));
  app.route('/', reports(context));
  app.route('/', exportRoutes(context));
  app.route('/', importRoutes(context));
  app.route('/', audit(context));
  return app;
}
