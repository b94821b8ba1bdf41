import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { getPath } from 'hono/utils/url';
import { logFault } from '../runtime.ts';
import { authenticate, checkOrigin } from './authenticate.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { documentOf } from './document.ts';
import { files } from './files.ts';
import { HttpError, type Told, toldOf } from './http-error.ts';
import { login } from './login.ts';
import { members } from './members.ts';
import { messages } from './messages.ts';
import { rooms } from './rooms.ts';

/** A text of 8,000 code points is 96 KB when JSON escapes each of them. */
const MAX_BODY_BYTES = 256 * 1024;

const defect: Told = {
  status: 500,
  code: 'INTERNAL',
  message: 'Something failed on our side: try again',
};

function tell(c: Context, { status, code, message, retryAfterMs }: Told): Response {
  if (retryAfterMs === undefined) return c.json({ error: code, message }, status);
  // RFC 9110, 10.2.3: whole seconds; the body has it more exactly.
  c.header('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
  return c.json({ error: code, message, retry_after_ms: retryAfterMs }, status);
}

function refuse(error: Error, c: Context<HttpEnv>): Response {
  // Hono's own, of a body that is not JSON.
  if (error instanceof HTTPException) return tell(c, new HttpError('BAD_REQUEST'));
  const told = toldOf(error);
  if (told) return tell(c, told);
  logFault('http', error, c.env.lambdaContext?.awsRequestId ?? '');
  return tell(c, defect);
}

/** An id of 256 characters, each escaped. */
const MAX_PATH_PART = 3 * 256;

const isJson = (type: string | undefined): boolean =>
  /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type ?? '');

/** Django's addresses, which S2 has, end in a slash; they are taken without it too. */
function pathOf(request: Request): string {
  const path = getPath(request);
  return /\/$|\.json$/.test(path) ? path : `${path}/`;
}

/** The HTTP API: every route under /api. */
export function httpApp(context: HttpContext): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>({ getPath: pathOf }).basePath('/api');
  app.onError(refuse);
  app.notFound((c) => tell(c, new HttpError('NOT_FOUND')));
  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
  });
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '));
        return tell(c, new HttpError('METHOD_NOT_ALLOWED'));
      },
    }),
  );
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (c) => tell(c, new HttpError('BODY_TOO_LARGE')) }));
  app.use(async (c, next) => {
    if (c.req.raw.body && !isJson(c.req.header('content-type'))) throw new HttpError('NOT_JSON');
    await next();
  });
  app.route('/', login(context));
  app.get('/openapi.json', async (c) => c.json(await documentOf(app)));
  app.use('/chats/*', checkOrigin(context), authenticate(context));
  // Longer ids than any that can be made: they would not fit a key either.
  app.use('/chats/*', async (c, next) => {
    if (c.req.path.split('/').some((part) => part.length > MAX_PATH_PART)) throw new HttpError('NOT_FOUND');
    await next();
  });
  app.route('/', rooms(context));
  app.route('/chats', members(context));
  app.route('/chats', messages(context));
  app.route('/chats', files(context));
  return app;
}
