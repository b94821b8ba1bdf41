import type { Hono } from 'hono';
import { cors } from 'hono/cors';
import { cookieRules } from '../../auth/credential.ts';
import { ChatError } from '../../domain/errors.ts';
import { isStoredUserId } from '../../domain/id.ts';
import { MembershipError } from '../../domain/member.ts';
import { isRoomId, MAX_ROOM_ID_BYTES } from '../../domain/room.ts';
import { baseApp } from './base-app.ts';
import { blocks } from './blocks.ts';
import { authenticate, checkOrigin, type HttpContext, type HttpEnv, limitRequests } from './context.ts';
import { files } from './files.ts';
import { errorAnswer, HttpError } from './http-error.ts';
import { login } from './login.ts';
import { messages } from './messages.ts';
import { openapiDocument } from './openapi.ts';
import { pins } from './pins.ts';
import { reports } from './reports.ts';
import { rooms } from './rooms.ts';
import { users } from './users.ts';

/** The longest time that Chromium keeps the answer to a preflight request. */
const PREFLIGHT_SECONDS = 7_200;

/** The HTTP API: all routes below `/api`. */
export function httpApp(context: HttpContext): Hono<HttpEnv> {
  // Without `credentials`: pages of other origins use their token, and the cookie stays with the pages of this site.
  const preflights = cors({
    origin: [...context.origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type'],
    exposeHeaders: ['Retry-After'],
    maxAge: PREFLIGHT_SECONDS,
  });
  const app = baseApp<HttpEnv>({ name: 'http', path: '/api', errorOf: errorAnswer, before: [preflights] });
  app.get('/openapi.json', async (c) =>
    c.json(await openapiDocument(app, cookieRules(context.sessionCookie).name)),
  );
  for (const path of ['/chats/*', '/blocks/*', '/session/']) {
    app.use(path, checkOrigin(context), authenticate(context), limitRequests(context));
  }
  app.use('/users/*', authenticate(context), limitRequests(context, 'search'));
  app.use('/chats/:id/*', async (c, next) => {
    const id = c.req.param('id');
    if (id.length > MAX_ROOM_ID_BYTES) throw new HttpError('NOT_FOUND');
    if (!isRoomId(id)) throw new ChatError('NOT_A_MEMBER');
    await next();
  });
  app.use('/chats/:id/members/:user/*', async (c, next) => {
    if (!isStoredUserId(c.req.param('user'))) throw new MembershipError('NO_SUCH_MEMBER');
    await next();
  });
  app.use('/blocks/:user/*', async (c, next) => {
    if (!isStoredUserId(c.req.param('user'))) throw new HttpError('NOT_FOUND');
    await next();
  });
  app.route('/', login(context));
  app.route('/', rooms(context));
  app.route('/', users(context));
  app.route('/', blocks(context));
  app.route('/chats', messages(context));
  app.route('/chats', pins(context));
  app.route('/chats', files(context));
  app.route('/chats', reports(context));
  return app;
}
