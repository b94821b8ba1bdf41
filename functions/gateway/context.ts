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

// Each part is made on first use and kept while the execution environment is warm. The PURE marks let the build leave
// out the parts that a function does not use.

/** The two tables. The authorizer reads no connections and is not told their table. */
export const database = /* @__PURE__ */ once(
  (): Database => ({
    client: new DynamoDBClient({}),
    chat: required('CHAT_TABLE'),
    connections: process.env['CONNECTIONS_TABLE'] ?? '',
  }),
);

/** The bucket for files. */
export const files = /* @__PURE__ */ once(() => openFiles(required('FILES_BUCKET')));

/** Verifies tokens of the stack's issuer, and keeps the issuer's keys. */
export const verifier = /* @__PURE__ */ once(() =>
  tokenVerifier({
    issuer: required('ISSUER'),
    audience: required('AUDIENCE'),
    jwksUri: required('JWKS_URI'),
  }),
);

/** The AWS SDK's poster is a file of its own, which a function loads with its first post. */
const sdkPoster = /* @__PURE__ */ once(async (): Promise<Poster> => {
  const { sdkPoster } = await import('../delivery/sdk-poster.ts');
  return sdkPoster(required('SOCKET_URL'));
});

const lazySdkPoster: Poster = {
  post: async (connection, frame) => (await sdkPoster()).post(connection, frame),
  isOpen: async (connection) => (await sdkPoster()).isOpen(connection),
  close: async (connection) => (await sdkPoster()).close(connection),
};

/** Posts to sockets with our signing client, or with the AWS SDK's where the setting `poster` asks for it. */
export const poster = /* @__PURE__ */ once(
  (): Poster => (process.env['POSTER'] === 'sdk' ? lazySdkPoster : signedPoster(required('SOCKET_URL'))),
);

const invoke = /* @__PURE__ */ once(signedInvoke);

/** Invokes a function asynchronously. */
export const invokeFunction: Invoke = (functionName, payload) => invoke()(functionName, payload);

const writtenRate = /^(group|direct):(\d+)\/(\d+)$/;

/**
 * Parses the value of `RATE_LIMIT`, such as `group:20/10,direct:60/10`, in messages and seconds. A kind of room that is
 * not named has no limit.
 * @throws Error for any other text
 */
export function parseRates(text: string): Rates {
  const parts = text === '' ? [] : text.split(',');
  const named = parts.map((part): [string, Rate] => {
    const [, kind, messages, seconds] = writtenRate.exec(part) ?? [];
    if (kind) return [kind, { messages: Number(messages), windowMs: Number(seconds) * 1000 }];
    throw new ConfigurationError(
      'Function not configured: RATE_LIMIT cannot be parsed. Deploy the stack again.',
    );
  });
  return { group: null, direct: null, ...Object.fromEntries(named) };
}

const rates = /* @__PURE__ */ once(() => parseRates(process.env['RATE_LIMIT'] ?? ''));

/** The context of a function that serves one connection and posts to few. */
export const postingContext = (): Pick<Context, 'db' | 'poster' | 'now'> => ({
  db: database(),
  poster: poster(),
  now: Date.now,
});

/** The context of a function that runs commands. */
export const commandContext = (): Context => ({
  ...postingContext(),
  files,
  rates: rates(),
  fanOut: (batch) => invokeFunction(required('FANOUT_FUNCTION'), batch),
  measure,
  // Lambda adds the request id to each log line by itself.
  onFault: (error) => logFault('publish', error, ''),
});

/** The context of a function that runs every command, including those that check a token. */
export const tokenContext = (): Context & TokenContext => ({
  ...commandContext(),
  verify: (token) => verifier()(token),
});
