import { type Context, type Env, Hono, type MiddlewareHandler } from 'hono';
import type { LambdaContext, LambdaEvent } from 'hono/aws-lambda';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { getPath } from 'hono/utils/url';
import { ChatError } from '../../domain/errors.ts';
import { countRefusal } from '../metrics.ts';
import { logFault } from '../runtime.ts';
import { badRequest, type ErrorAnswer, HttpError } from './http-error.ts';

/** What Hono's Lambda adapter passes to each request. */
export interface LambdaBindings {
  readonly lambdaContext?: LambdaContext;
  readonly event?: LambdaEvent;
}

interface BaseEnv extends Env {
  Bindings: LambdaBindings;
}

interface BaseOptions {
  /** The name of the function in its log. */
  readonly name: string;
  /** The path of all routes, such as `/api`. */
  readonly path: string;
  /** Returns the answer to an expected error, or undefined for a defect. */
  readonly errorOf: (error: unknown) => ErrorAnswer | undefined;
  /** Runs before the checks of a request. */
  readonly before?: readonly MiddlewareHandler[];
}

/** A text of 8,000 code points is 96 KB if JSON escapes each of them. */
const MAX_BODY_BYTES = 256 * 1024;

/** The status for a way to sign in that the chat does not have. Unlike all other 5xx statuses, it is not a fault. */
const NOT_IMPLEMENTED = 501;

/** Whether to log and count an error as a fault. The hook `beforeSend` has already logged the cause of a CHECK_FAILED. */
const isFault = ({ status, code }: ErrorAnswer): boolean =>
  status >= 500 && status !== NOT_IMPLEMENTED && code !== 'CHECK_FAILED';

function answerError(c: Context, answer: ErrorAnswer): Response {
  const { status, code, message, retryAfterMs } = answer;
  // `onError` has counted a fault.
  if (!isFault(answer)) countRefusal(code);
  if (retryAfterMs === undefined) return c.json({ error: code, message }, status);
  // The header has whole seconds (RFC 9110, 10.2.3). The body has milliseconds.
  c.header('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
  return c.json({ error: code, message, retry_after_ms: retryAfterMs }, status);
}

function onError(error: Error, c: Context<BaseEnv>, { name, errorOf }: BaseOptions): Response {
  // Hono throws this for a body that is not JSON.
  if (error instanceof HTTPException) return answerError(c, badRequest('the body is not JSON'));
  const expected = errorOf(error);
  if (!expected || isFault(expected)) {
    logFault(name, error, c.env.lambdaContext?.awsRequestId);
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

/** Creates an app of JSON routes, with the errors, headers and checks that all of them share. */
export function baseApp<E extends BaseEnv>(options: BaseOptions): Hono<E> {
  const app = new Hono<E>({ getPath: pathOf }).basePath(options.path) as Hono<E>;
  app.onError((error, c) => onError(error, c as unknown as Context<BaseEnv>, options));
  app.notFound((c) => answerError(c, new HttpError('NOT_FOUND')));
  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
    // Browsers ignore it over plain HTTP, as on the local stack (RFC 6797, 8.1).
    c.header('Strict-Transport-Security', 'max-age=31536000');
  });
  for (const middleware of options.before ?? []) app.use(middleware);
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
  return app;
}
