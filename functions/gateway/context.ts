import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tokenVerifier } from '../auth/token-verifier.ts';
import { type Invoke, signedInvoke } from '../aws/lambda.ts';
import type { Context, TokenContext } from '../delivery/context.ts';
import type { Poster } from '../delivery/poster.ts';
import { signedPoster } from '../delivery/signed-poster.ts';
import type { Rate, Rates } from '../domain/room.ts';
import type { Database } from '../store/database.ts';
import { openFiles } from '../store/files.ts';
import { measure } from './metrics.ts';
import { ConfigurationError, logFault, once, required } from './runtime.ts';

// Each value is created on first use and kept while the execution environment is warm. The PURE annotations let the
// bundler drop the values that a function does not use.

/** The two tables. The authorizer does not use the table of connections, so its environment does not name it. */
export const database = /* @__PURE__ */ once(
  (): Database => ({
    client: new DynamoDBClient({}),
    chat: required('CHAT_TABLE'),
    connections: process.env['CONNECTIONS_TABLE'] ?? '',
  }),
);

/** The bucket of uploaded files. */
export const files = /* @__PURE__ */ once(() => openFiles(required('FILES_BUCKET')));

/** Verifies tokens of the stack's issuer. Caches the issuer's keys. */
export const verifier = /* @__PURE__ */ once(() =>
  tokenVerifier({
    issuer: required('ISSUER'),
    audience: required('AUDIENCE'),
    jwksUri: required('JWKS_URI'),
  }),
);

/** Loads the AWS SDK with the first post: it is in a file of its own, outside the bundle. */
const sdkPoster = /* @__PURE__ */ once(async (): Promise<Poster> => {
  const { sdkPoster } = await import('../delivery/sdk-poster.ts');
  return sdkPoster(required('SOCKET_URL'));
});

const lazySdkPoster: Poster = {
  post: async (connection, frame) => (await sdkPoster()).post(connection, frame),
  isOpen: async (connection) => (await sdkPoster()).isOpen(connection),
  close: async (connection) => (await sdkPoster()).close(connection),
};

/** Posts to sockets with the signing client, or with the AWS SDK if the setting `poster` is `sdk`. */
export const poster = /* @__PURE__ */ once(
  (): Poster => (process.env['POSTER'] === 'sdk' ? lazySdkPoster : signedPoster(required('SOCKET_URL'))),
);

const invoke = /* @__PURE__ */ once(signedInvoke);

/** Invokes a function asynchronously. */
export const invokeFunction: Invoke = (functionName, payload) => invoke()(functionName, payload);

const ratePattern = /^(group|direct):(\d+)\/(\d+)$/;

/**
 * Parses the value of `RATE_LIMIT`, such as `group:20/10,direct:60/10`, in messages and seconds. Kinds of rooms
 * that it does not name have no limit.
 * @throws ConfigurationError for invalid text
 */
export function parseRates(text: string): Rates {
  const parts = text === '' ? [] : text.split(',');
  const limits = parts.map((part): [string, Rate] => {
    const [, kind, messages, seconds] = ratePattern.exec(part) ?? [];
    if (kind) return [kind, { messages: Number(messages), windowMs: Number(seconds) * 1000 }];
    throw new ConfigurationError(
      'Function not configured: RATE_LIMIT cannot be parsed. Deploy the stack again.',
    );
  });
  return { group: null, direct: null, ...Object.fromEntries(limits) };
}

const rates = /* @__PURE__ */ once(() => parseRates(process.env['RATE_LIMIT'] ?? ''));

/** The context of functions that only post to connections. */
export const postingContext = (): Pick<Context, 'db' | 'poster' | 'now'> => ({
  db: database(),
  poster: poster(),
  now: Date.now,
});

/** The context of functions that run commands which need no token. */
export const commandContext = (): Context => ({
  ...postingContext(),
  files,
  rates: rates(),
  fanOut: (batch) => invokeFunction(required('FANOUT_FUNCTION'), batch),
  measure,
  // Lambda adds the request id to each log line.
  onFault: (error) => logFault('publish', error, ''),
});

/** The context of functions that run all commands. */
export const tokenContext = (): Context & TokenContext => ({
  ...commandContext(),
  verify: (token) => verifier()(token),
});
