import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { getPath } from 'hono/utils/url';
import { ChatError } from '../../domain/errors.ts';
import { isStoredUserId } from '../../domain/id.ts';
import { MembershipError } from '../../domain/member.ts';
import { isRoomId, MAX_ROOM_ID_BYTES } from '../../domain/room.ts';
import { countRefusal } from '../metrics.ts';
import { logFault } from '../runtime.ts';
import { authenticate, checkOrigin, type HttpContext, type HttpEnv, limitRequests } from './context.ts';
import { files } from './files.ts';
import { type ErrorAnswer, errorAnswer, HttpError } from './http-error.ts';
import { login } from './login.ts';
import { messages } from './messages.ts';
import { openapiDocument } from './openapi.ts';
import { rooms } from './rooms.ts';
import { users } from './users.ts';

/** A text of 8,000 code points is 96 KB if JSON escapes each of them. */
const MAX_BODY_BYTES = 256 * 1024;

/** The longest time that Chromium keeps the answer to a preflight request. */
const PREFLIGHT_SECONDS = 7_200;

/** The status of a sign-in that the chat does not have. It is no fault, unlike the other statuses from 500. */
const NOT_IMPLEMENTED = 501;

const isFault = ({ status }: ErrorAnswer): boolean => status >= 500 && status !== NOT_IMPLEMENTED;

function answerError(c: Context, answer: ErrorAnswer): Response {
  const { status, code, message, retryAfterMs } = answer;
  // `onError` has counted a fault.
  if (!isFault(answer)) countRefusal(code);
  if (retryAfterMs === undefined) return c.json({ error: code, message }, status);
  // The header has whole seconds (RFC 9110, 10.2.3). The body has milliseconds.
  c.header('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
  return c.json({ error: code, message, retry_after_ms: retryAfterMs }, status);
}

function onError(error: Error, c: Context<HttpEnv>): Response {
  // Hono throws this for a body that is not JSON.
  if (error instanceof HTTPException) return answerError(c, new HttpError('BAD_REQUEST'));
  const expected = errorAnswer(error);
  if (!expected || isFault(expected)) {
    logFault('http', error, c.env.lambdaContext?.awsRequestId ?? '');
  }
  if (expected) return answerError(c, expected);
  const { code, message } = new ChatError('INTERNAL');
  return answerError(c, { status: 500, code, message });
}

const isJson = (type: string | undefined): boolean =>
  /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type ?? '');

/** Routes end in a slash, as in contract S2. Requests may leave it out. */
function pathOf(request: Request): string {
  const path = getPath(request);
  return /\/$|\.json$/.test(path) ? path : `${path}/`;
}

/** The HTTP API: all routes below `/api`. */
export function httpApp(context: HttpContext): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>({ getPath: pathOf }).basePath('/api');
  app.onError(onError);
  app.notFound((c) => answerError(c, new HttpError('NOT_FOUND')));
  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
    // Browsers ignore it over plain HTTP, as on the local stack (RFC 6797, 8.1).
    c.header('Strict-Transport-Security', 'max-age=31536000');
  });
  // Without `credentials`: pages of other origins use their token, and the cookie stays with the pages of this site.
  app.use(
    cors({
      origin: [...context.origins],
      allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      allowHeaders: ['Authorization', 'Content-Type'],
      exposeHeaders: ['Retry-After'],
      maxAge: PREFLIGHT_SECONDS,
    }),
  );
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '));
        return answerError(c, new HttpError('METHOD_NOT_ALLOWED'));
      },
    }),
  );
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (c) => answerError(c, new HttpError('BODY_TOO_LARGE')),
    }),
  );
  app.use(async (c, next) => {
    if (c.req.raw.body && !isJson(c.req.header('content-type'))) throw new HttpError('NOT_JSON');
    await next();
  });
  app.route('/', login(context));
  app.get('/openapi.json', async (c) => c.json(await openapiDocument(app)));
  app.use('/chats/*', checkOrigin(context), authenticate(context), limitRequests(context));
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
  app.route('/', rooms(context));
  app.route('/', users(context));
  app.route('/chats', messages(context));
  app.route('/chats', files(context));
  return app;
}
