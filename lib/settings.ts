import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** An OpenID Connect issuer whose tokens are accepted. */
export interface Oidc {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
}

const roomKinds = ['group', 'direct'] as const;

/** How many messages a member may send to a room in any span of so many seconds. */
export interface RateLimit {
  readonly messages: number;
  readonly seconds: number;
}

/** By the kind of room; null where nothing is limited. */
export type RateLimits = Readonly<Record<(typeof roomKinds)[number], RateLimit | null>>;

const userCounts = ['create', 'invite'] as const;

/** By what is counted for each user; null where nothing is limited. */
export type RoomLimits = Readonly<Record<(typeof userCounts)[number], RateLimit | null>>;

/** What a team may choose. Each is a CDK context key, given as `npx cdk deploy -c key=value` or in cdk.json. */
export interface Settings {
  /** `stackName`: the CloudFormation stack, default `Parley`; another name is another, separate chat. */
  readonly stackName: string;
  /**
   * `issuer`, `audience`, `jwksUri`: all three, or none. Tokens of this issuer are accepted. Without them
   * the stack makes a Cognito user pool and accepts its ID tokens.
   */
  readonly oidc: Oidc | null;
  /** `logRetentionDays`: how long logs are kept, default 30; one of the numbers that CloudWatch Logs offers. */
  readonly logRetention: RetentionDays;
  /**
   * `accessLogs`: `true` logs each handshake and frame (no header, no query string, no text), default
   * `false`. API Gateway writes them only in an account whose CloudWatch role is set, see the AWS page
   * "Configure logging for WebSocket APIs".
   */
  readonly accessLogs: boolean;
  /** `maxFileMegabytes`: the largest upload, in MB of 1,000,000 bytes, default 25. */
  readonly maxFileMegabytes: number;
  /**
   * `allowedOrigins`: whose pages may use the session cookie, separated by commas, for instance
   * `https://chat.example.com`. Default: the edge's own; null here, since its name is not known yet.
   */
  readonly allowedOrigins: readonly string[] | null;
  /**
   * `directRooms`: `members`, the default, lets two users into their direct room where somebody made it;
   * `on-demand` makes it when one of the two connects.
   */
  readonly directRooms: 'members' | 'on-demand';
  /**
   * `rateLimit`: `<messages>/<seconds>`, default `20/10`, or `off`; by the kind of room as in
   * `group:20/10,direct:off`, where a kind that is not named keeps the default.
   */
  readonly rateLimit: RateLimits;
  /**
   * `roomLimits`: `create:<rooms>/<seconds>,invite:<additions>/<seconds>`, where each part may be `off`. `create` limits
   * the rooms that a user creates, default `60/3600`. `invite` limits how often people who share no room with a user add
   * them to one, default `50/86400`.
   */
  readonly roomLimits: RoomLimits;
  /**
   * `awsClient`: how functions call DynamoDB, S3, Lambda and `@connections`. `signed`, the default, signs requests by
   * itself, at a fifth of the CPU for each post and a third of the cold start; `sdk` uses the AWS SDK.
   */
  readonly awsClient: 'signed' | 'sdk';
}

/** Reads the settings from CDK context. Throws an Error that names the key when a value cannot be used. */
export function readSettings(context: (key: string) => unknown): Settings {
  return {
    stackName: stackName(context('stackName') ?? 'Parley'),
    oidc: oidc(context('issuer'), context('audience'), context('jwksUri')),
    logRetention: retention(context('logRetentionDays') ?? 30),
    accessLogs: flag('accessLogs', context('accessLogs') ?? false),
    maxFileMegabytes: megabytes(context('maxFileMegabytes') ?? 25),
    allowedOrigins: origins(context('allowedOrigins') ?? ''),
    directRooms: directRooms(context('directRooms') ?? 'members'),
    rateLimit: rateLimits(context('rateLimit') ?? defaultRate),
    roomLimits: roomLimits(context('roomLimits') ?? ''),
    awsClient: awsClient(context('awsClient') ?? 'signed'),
  };
}

function invalid(key: string, why: string, advice: string): Error {
  return new Error(`Setting "${key}" is not usable: ${why}; ${advice}`);
}

function directRooms(value: unknown): Settings['directRooms'] {
  if (value === 'members' || value === 'on-demand') return value;
  throw invalid('directRooms', 'there is no such way', 'use members or on-demand');
}

function awsClient(value: unknown): Settings['awsClient'] {
  if (value === 'signed' || value === 'sdk') return value;
  throw invalid('awsClient', 'there is no such client', 'use signed or sdk');
}

function stackName(value: unknown): string {
  // AWS: CloudFormation CreateStack, StackName.
  if (typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(value)) return value;
  throw invalid('stackName', 'it is not a name for a stack', 'use letters, digits and hyphens');
}

function oidc(issuer: unknown, audience: unknown, jwksUri: unknown): Oidc | null {
  const given = { issuer, audience, jwksUri };
  const missing = Object.entries(given).filter(([, value]) => value === undefined || value === '');
  if (missing.length === 3) return null;
  for (const [key] of missing) {
    throw invalid(key, 'it is missing', 'give issuer, audience and jwksUri, or none for a Cognito user pool');
  }
  if (typeof audience !== 'string') throw invalid('audience', 'it is not a text', 'give one audience');
  return { issuer: secureUrl('issuer', issuer), audience, jwksUri: secureUrl('jwksUri', jwksUri) };
}

/** The value as it was given: an issuer is compared with a token's `iss` letter by letter. */
function secureUrl(key: string, value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (typeof value !== 'string' || url === null) throw invalid(key, 'it is not a URL', 'give an https URL');
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) return value;
  throw invalid(key, 'keys and tokens need a safe way', 'give an https URL (http only on loopback)');
}

function retention(value: unknown): RetentionDays {
  const days = typeof value === 'string' ? Number(value) : value;
  const offered = Object.values(RetentionDays).filter((each) => typeof each === 'number');
  const found = offered.find((each) => each === days && each !== RetentionDays.INFINITE);
  if (found !== undefined) return found;
  throw invalid('logRetentionDays', 'CloudWatch Logs has no such retention', 'use e.g. 7, 14, 30, 90 or 365');
}

function origins(value: unknown): readonly string[] | null {
  if (value === '') return null;
  if (typeof value !== 'string') throw invalid('allowedOrigins', 'it is not a text', 'separate by commas');
  return value.split(',').map((each) => {
    const origin = secureUrl('allowedOrigins', each.trim());
    // A browser's Origin header has no path and no slash at its end, and is compared letter by letter.
    if (URL.parse(origin)?.origin === origin) return origin;
    throw invalid('allowedOrigins', `${origin} is not an origin`, 'write e.g. https://chat.example.com');
  });
}

function megabytes(value: unknown): number {
  const size = typeof value === 'string' && value !== '' ? Number(value) : value;
  // AWS: Amazon S3 quotas. An object that is put in one piece has at most 5 GB.
  if (typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= 5000) return size;
  throw invalid('maxFileMegabytes', 'it is no size that S3 takes', 'use a whole number from 1 to 5000');
}

const defaultRate = '20/10';

function rateLimits(value: unknown): RateLimits {
  if (typeof value !== 'string') throw invalid('rateLimit', 'it is not a text', 'use e.g. 20/10, or off');
  if (!value.includes(':')) return { group: rateLimit(value), direct: rateLimit(value) };
  const named = value.split(',').map((each) => {
    const [kind, ...rate] = each.trim().split(':');
    if (roomKinds.some((known) => known === kind)) return [kind, rateLimit(rate.join(':'))] as const;
    throw invalid('rateLimit', `${each.trim()} names no kind of room`, 'write e.g. group:20/10,direct:off');
  });
  const limits = Object.fromEntries(named);
  if (Object.keys(limits).length === named.length) return { ...rateLimits(defaultRate), ...limits };
  throw invalid('rateLimit', 'it names a kind of room twice', 'write e.g. group:20/10,direct:off');
}

const DAY_SECONDS = 86_400;

function roomLimits(value: unknown): RoomLimits {
  const key = 'roomLimits';
  const advice = 'write e.g. create:60/3600,invite:off';
  if (typeof value !== 'string') throw invalid(key, 'it is not a text', advice);
  const limits: Record<(typeof userCounts)[number], RateLimit | null> = {
    create: { messages: 60, seconds: 3600 },
    invite: { messages: 50, seconds: DAY_SECONDS },
  };
  const seen = new Set<string>();
  for (const part of value === '' ? [] : value.split(',')) {
    const [name = '', ...rate] = part.trim().split(':');
    const count = userCounts.find((each) => each === name);
    if (!count || seen.has(count)) throw invalid(key, `${part.trim()} names no limit, or one twice`, advice);
    seen.add(count);
    limits[count] = rateLimit(rate.join(':'), key, DAY_SECONDS);
  }
  return limits;
}

function rateLimit(text: string, key = 'rateLimit', maxSeconds = 3600): RateLimit | null {
  if (text === 'off') return null;
  const [, messages = 0, seconds = 0] = (/^(\d{1,3})\/(\d{1,5})$/.exec(text) ?? []).map(Number);
  // Each message that is counted is an attribute in an expression, which has at most 4 KB (AWS: quotas for DynamoDB).
  if (messages >= 1 && messages <= 100 && seconds >= 1 && seconds <= maxSeconds) return { messages, seconds };
  throw invalid(key, `${text} is no rate`, `use <count>/<seconds>, 1 to 100 in 1 to ${maxSeconds}, or off`);
}

function flag(key: string, value: unknown): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw invalid(key, 'it is neither true nor false', 'use true or false');
}
