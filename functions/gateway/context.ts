import type { Verify } from '../auth/credential.ts';
import { functionVerifier } from '../auth/function-verifier.ts';
import { tokenVerifier } from '../auth/token-verifier.ts';
import { signedDynamoDb } from '../aws/dynamodb.ts';
import { type Call, type Invoke, signedCall, signedInvoke } from '../aws/lambda.ts';
import { Budgets } from '../delivery/budgets.ts';
import type { Context, PostingContext, TokenContext } from '../delivery/context.ts';
import type { Poster } from '../delivery/poster.ts';
import { signedPoster } from '../delivery/signed-poster.ts';
import { type Directory, directories } from '../domain/name.ts';
import type { Rate, Rates, RoomLimits } from '../domain/room.ts';
import { checkStanding } from '../domain/standing.ts';
import { getUserState } from '../store/accounts.ts';
import { openDatabase } from '../store/database.ts';
import { type FileStore, signedFiles } from '../store/files.ts';
import { measure } from './metrics.ts';
import { ConfigurationError, logFault, once, required } from './runtime.ts';

// Each part is created on first use, and kept while the execution environment is warm. With the PURE marks, the build
// leaves out the parts that a function does not use.

/**
 * The setting `awsClient` chooses between the signing client and the AWS SDK, for all services. The SDK's clients are
 * files beside the bundle, which a function loads on first use.
 */
const usesSdk = (): boolean => process.env['AWS_CLIENT'] === 'sdk';

const sdkDatabase = /* @__PURE__ */ once(async () =>
  (await import('../store/sdk-dynamodb.ts')).sdkDynamoDb(),
);
const sdkFiles = /* @__PURE__ */ once(async () =>
  (await import('../store/sdk-files.ts')).sdkFiles(required('FILES_BUCKET')),
);
const sdkPoster = /* @__PURE__ */ once(async () =>
  (await import('../delivery/sdk-poster.ts')).sdkPoster(required('SOCKET_URL')),
);
const sdkInvoke = /* @__PURE__ */ once(async () => (await import('./sdk-invoke.ts')).sdkInvoke());

/** Both tables. `authorize` uses only the chat table. */
export const database = /* @__PURE__ */ once(() =>
  openDatabase(
    usesSdk() ? async (operation, input) => (await sdkDatabase())(operation, input) : signedDynamoDb(),
    { chat: required('CHAT_TABLE'), connections: process.env['CONNECTIONS_TABLE'] ?? '' },
  ),
);

const lazySdkFiles: FileStore = {
  put: async (...given) => (await sdkFiles()).put(...given),
  head: async (key) => (await sdkFiles()).head(key),
  remove: async (key) => (await sdkFiles()).remove(key),
  keep: async (key) => (await sdkFiles()).keep(key),
  presignPut: async (...given) => (await sdkFiles()).presignPut(...given),
  presignGet: async (...given) => (await sdkFiles()).presignGet(...given),
};

/** The bucket for files. */
export const files = /* @__PURE__ */ once(() =>
  usesSdk() ? lazySdkFiles : signedFiles(required('FILES_BUCKET')),
);

const lazySdkPoster: Poster = {
  post: async (connection, frame) => (await sdkPoster()).post(connection, frame),
  isOpen: async (connection) => (await sdkPoster()).isOpen(connection),
  close: async (connection) => (await sdkPoster()).close(connection),
};

/** How many days messages are kept in rooms without a setting of their own. Undefined for ever. */
export const retentionDays = (): number | undefined => Number(process.env['RETENTION_DAYS']) || undefined;

/** Posts frames to the clients' sockets. */
const poster = /* @__PURE__ */ once(() => (usesSdk() ? lazySdkPoster : signedPoster(required('SOCKET_URL'))));

const signedInvoker = /* @__PURE__ */ once(signedInvoke);

/** Invokes a function asynchronously. */
export const invokeFunction: Invoke = async (functionName, payload) =>
  (usesSdk() ? await sdkInvoke() : signedInvoker())(functionName, payload);

const authTimeout = (): number => Number(required('AUTH_TIMEOUT_MS'));
const signedCaller = /* @__PURE__ */ once(() => signedCall(authTimeout()));
const sdkCaller = /* @__PURE__ */ once(async () => (await import('./sdk-invoke.ts')).sdkCall(authTimeout()));

/** Invokes the team's function that verifies credentials, and resolves to its answer. */
const callFunction: Call = async (functionName, payload) =>
  (usesSdk() ? await sdkCaller() : signedCaller())(functionName, payload);

/** Verifies credentials by the team's function, or tokens of the stack's issuer. Caches answers, or the issuer's keys. */
export const verifier = /* @__PURE__ */ once((): Verify => {
  const authFunction = process.env['AUTH_FUNCTION'];
  if (authFunction) return functionVerifier((request) => callFunction(authFunction, request));
  return tokenVerifier({
    issuer: required('ISSUER'),
    audience: required('AUDIENCE'),
    jwksUri: required('JWKS_URI'),
  });
});

/** The name of the team's session cookie. Undefined unless the team's function verifies credentials. */
export const sessionCookie = (): string | undefined => process.env['SESSION_COOKIE'];

/** The secret that the edge sends as `X-Parley-Edge`. */
export const edgeKey = (): string | undefined => process.env['EDGE_KEY'];

const ratePattern = /^(\w+):(\d+)\/(\d+)$/;

/**
 * Parses limits. `group:20/10,direct:60/10` allows 20 writes in 10 seconds in a group. Names that the text leaves out
 * have no limit.
 * @throws ConfigurationError for invalid text
 */
function parseLimits<Name extends string>(
  variable: string,
  text: string,
  names: readonly Name[],
): Record<Name, Rate | null> {
  const limits = Object.fromEntries(names.map((name) => [name, null])) as Record<Name, Rate | null>;
  for (const part of text === '' ? [] : text.split(',')) {
    const [, found, messages, seconds] = ratePattern.exec(part) ?? [];
    const name = names.find((each) => each === found);
    if (name === undefined) {
      throw new ConfigurationError(
        `Function not configured: ${variable} cannot be parsed. Deploy the stack again.`,
      );
    }
    limits[name] = { messages: Number(messages), windowMs: Number(seconds) * 1000 };
  }
  return limits;
}

/** Parses the value of `RATE_LIMIT`: the limits of one member in one room. @throws ConfigurationError */
export const parseRates = (text: string): Rates => parseLimits('RATE_LIMIT', text, ['group', 'direct']);

/** The limits of one user across all rooms. */
export const roomLimits = /* @__PURE__ */ once(
  (): RoomLimits =>
    parseLimits('ROOM_LIMITS', process.env['ROOM_LIMITS'] ?? '', ['create', 'invite'] as const),
);

/** Who can be found by name. @throws ConfigurationError */
export const directory = /* @__PURE__ */ once((): Directory => {
  const value = process.env['DIRECTORY'] || directories[0];
  const found = directories.find((each) => each === value);
  if (found !== undefined) return found;
  throw new ConfigurationError(
    'Function not configured: DIRECTORY has an unknown value. Deploy the stack again.',
  );
});

/** Whether users may create rooms. */
export const usersCreateRooms = (): boolean => process.env['CREATE_ROOMS'] !== 'admins';

const rates = /* @__PURE__ */ once(() => parseRates(process.env['RATE_LIMIT'] ?? ''));

/** Where the rate limit is off, connections have no budgets either. */
const budgets = /* @__PURE__ */ once(() => new Budgets(Object.values(rates()).some((rate) => rate !== null)));

/** The context of functions that only post to connections. */
export const postingContext = (): PostingContext => ({
  db: database(),
  poster: poster(),
  now: Date.now,
  hidesEmails: process.env['HIDE_EMAILS'] === 'true',
});

/** The context of functions that run commands which need no token, and never ask the function `beforeSend`. */
export const commandContext = (): Context => ({
  ...postingContext(),
  retentionDays: retentionDays(),
  files,
  rates: rates(),
  budgets: budgets(),
  dailyFileBytes: Number(process.env['DAILY_FILE_BYTES'] || Number.POSITIVE_INFINITY),
  fanOut: (batch) => invokeFunction(required('FANOUT_FUNCTION'), batch),
  measure,
  onFault: (error) => logFault('publish', error),
});

const hook = /* @__PURE__ */ once(async () =>
  (await import('./before-send.ts')).openBeforeSend(required('BEFORE_SEND'), usesSdk()),
);

/** The context of functions that run commands of users. If the team has a function `beforeSend`, these ask it. */
export const sendingContext = (): Context => ({
  ...commandContext(),
  ...(process.env['BEFORE_SEND'] && { beforeSend: async (draft) => (await hook())(draft) }),
});

/** The context of functions that run all commands. */
export const tokenContext = (): Context & TokenContext => ({
  ...sendingContext(),
  // One eventually consistent read for each REST request and each renewal of a token.
  async verify(credential, source) {
    const verified = await verifier()(credential, source);
    const { standing, shown } = await getUserState(database(), verified.user.id);
    checkStanding(standing, verified.issuedAt);
    return { ...verified, user: { ...verified.user, ...shown } };
  },
});
