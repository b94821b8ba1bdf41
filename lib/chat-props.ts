import { fileURLToPath } from 'node:url';
import type { Duration } from 'aws-cdk-lib';
import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { AlarmTarget } from './chat-alarms.ts';
import type { ChatAuth } from './chat-auth.ts';
import type { ChatDomain } from './chat-edge.ts';
import { type ChatHooks, resolveBeforeSend } from './chat-hooks.ts';
import { checkRates, type RateLimits, type RoomLimits, type Throttle } from './rate-settings.ts';
import { fileLimits, readSettings, retentionDays, type Settings } from './settings.ts';
import { checkNames, checkOrigin, wholeNumber } from './validation.ts';

/** The properties of a chat. All of them are optional. */
export interface ChatProps {
  /** Whose tokens are accepted. Default: those of a Cognito user pool that the chat creates. */
  readonly auth?: ChatAuth;
  /** Functions of yours that the chat calls, such as `beforeSend`. Default: none. */
  readonly hooks?: ChatHooks;
  /** Whether the chat's address also serves the page to chat on. Default: true. */
  readonly page?: boolean;
  /** The host name of the chat. Default: a name below `cloudfront.net`. */
  readonly domain?: ChatDomain;
  /** The ARN of a WAF web ACL of the scope CLOUDFRONT. Default: none. */
  readonly webAclArn?: string;
  /** The edge locations that serve clients. Default: all. */
  readonly priceClass?: PriceClass;
  /**
   * Further origins whose pages may use the APIs, the session cookie and files, such as `https://app.example.com`. The
   * chat's own page is always allowed. Default: none.
   */
  readonly allowedOrigins?: readonly string[];
  /** A KMS key that encrypts tables, files, the queue and logs. Default: keys of AWS. */
  readonly encryptionKey?: IKey;
  /**
   * Whether the chat table and the user pool are protected from deletion. Default: false. Set it after the first
   * deploy.
   */
  readonly deletionProtection?: boolean;
  /** An existing chat table to use, with the keys and the index of Parley's own. Default: a new table. */
  readonly chatTable?: ITable;
  /** An existing bucket to use for files. Default: a new bucket. */
  readonly filesBucket?: IBucket;
  /**
   * Whether a direct room must exist before its users can connect (`members`), or is created when one of them connects
   * (`on-demand`). Default: `members`.
   */
  readonly directRooms?: Settings['directRooms'];
  /**
   * Who creates rooms: users and backends (`everyone`), or only backends, through the admin API (`admins`). `admins`
   * applies to direct rooms too, and needs `directRooms: 'members'`. Default: `everyone`.
   */
  readonly createRooms?: Settings['createRooms'];
  /**
   * Whom users find when they search people by name: people who share a room with them (`sharedRooms`), all users
   * (`everyone`), or nobody (`off`). A search shows names, pictures, ids and the public data of profiles. Default:
   * `sharedRooms`.
   */
  readonly directory?: Settings['directory'];
  /**
   * Whether users get the e-mail addresses of others. If not, clients of the contracts S0 and S1 get the user name in
   * the field for the address. Default: true.
   */
  readonly exposeEmail?: boolean;
  /**
   * How many messages a user may send, by kind of room. Null means no limit. Default: 20 in 10 seconds for each kind.
   */
  readonly rateLimits?: Partial<RateLimits>;
  /**
   * How many rooms a user may create, and how often people who share no room with a user may add that user to rooms.
   * Null means no limit. Default: 60 rooms an hour, and 50 additions a day.
   */
  readonly roomLimits?: Partial<RoomLimits>;
  /**
   * What each of the two APIs accepts from all clients together. Null for the limits of the account. Default: 2,000
   * requests a second, and 1,000 at once.
   */
  readonly throttle?: Throttle | null;
  /**
   * How long rooms keep messages, in whole days. The admin API can set another time for a room. Default: for ever. A new
   * value applies to messages that are sent from then on: `docs/privacy.md` explains how to apply it to earlier ones.
   */
  readonly retention?: Duration;
  /** The size limit of uploads, in MB of 1,000,000 bytes. Default: 25. */
  readonly maxFileMegabytes?: number;
  /**
   * Megabytes of files that a user may store in one day (UTC). Default: 1,000, or `maxFileMegabytes` if that is more.
   */
  readonly dailyFileMegabytes?: number;
  /** How long logs are kept. Default: 30 days. */
  readonly logRetention?: RetentionDays;
  /** The least important log lines that are kept. Default: `warn`. */
  readonly logLevel?: Settings['logLevel'];
  /**
   * Whether each handshake and frame is logged, without headers, query strings and texts. Default: false. API Gateway
   * needs the account's CloudWatch role (AWS: "Configure logging for WebSocket APIs").
   */
  readonly accessLogs?: boolean;
  /** Where alarms are sent. Default: none, and no alarms are created, because each alarm costs money. */
  readonly alarms?: AlarmTarget;
  /**
   * The requests per second that API Gateway allows this account in this Region, for one of the alarms. Default:
   * 10,000. Some Regions have 2,500 (AWS: "Amazon API Gateway quotas").
   */
  readonly requestQuota?: number;
  /** Whether to create a CloudWatch dashboard. Default: false. */
  readonly dashboard?: boolean;
  /** Whether X-Ray traces the functions. Default: false. X-Ray has no traces of WebSocket APIs. */
  readonly tracing?: boolean;
  /**
   * How functions call AWS: `signed` is Parley's own small client, `sdk` is the AWS SDK, which takes more CPU and a
   * longer cold start. Default: `signed`.
   */
  readonly awsClient?: Settings['awsClient'];
  /** Other bundles of the functions, or another page. Default: those of this package. */
  readonly code?: Partial<ChatCode>;
}

/** The directories of built code. */
export interface ChatCode {
  /** The bundles of functions: `<entry>/index.mjs` for each entry. */
  readonly functions: string;
  /** The page: index.html and its files. */
  readonly page: string;
}

/** The names of all properties. */
const propertyNames: Readonly<Record<keyof ChatProps, true>> = {
  auth: true,
  hooks: true,
  page: true,
  domain: true,
  webAclArn: true,
  priceClass: true,
  allowedOrigins: true,
  encryptionKey: true,
  deletionProtection: true,
  chatTable: true,
  filesBucket: true,
  directRooms: true,
  createRooms: true,
  directory: true,
  exposeEmail: true,
  rateLimits: true,
  roomLimits: true,
  throttle: true,
  retention: true,
  maxFileMegabytes: true,
  dailyFileMegabytes: true,
  logRetention: true,
  logLevel: true,
  accessLogs: true,
  alarms: true,
  requestQuota: true,
  dashboard: true,
  tracing: true,
  awsClient: true,
  code: true,
};

/**
 * Returns the properties of a chat with their defaults, which are those of the settings. A property that is absent by
 * default is null.
 * @throws Error that names an invalid or unknown property
 */
export function resolveProps(props: ChatProps) {
  checkNames('Property', Object.keys(props), Object.keys(propertyNames));
  const { directRooms, createRooms, directory, logLevel, awsClient } = props;
  // `readSettings` checks these words, because Node.js runs an app without checking its types.
  const words: Readonly<Record<string, string | undefined>> = {
    directRooms,
    createRooms,
    directory,
    logLevel,
    awsClient,
  };
  const defaults = readSettings((key) => words[key]);
  const checkNested = (name: 'rateLimits' | 'roomLimits' | 'code', known: object) =>
    checkNames('Property', Object.keys(props[name] ?? {}), Object.keys(known), `${name}.`);
  checkNested('rateLimits', defaults.rateLimit);
  checkNested('roomLimits', defaults.roomLimits);
  const code = packagedCode();
  checkNested('code', code);
  const rates = {
    rateLimit: { ...defaults.rateLimit, ...props.rateLimits },
    roomLimits: { ...defaults.roomLimits, ...props.roomLimits },
    throttle: props.throttle === undefined ? defaults.throttle : props.throttle,
  };
  checkRates(rates);
  const { monitoring } = defaults;
  return {
    auth: props.auth ?? null,
    beforeSend: resolveBeforeSend(props.hooks ?? {}),
    page: props.page ?? true,
    domain: props.domain ?? null,
    webAclArn: props.webAclArn ?? null,
    priceClass: props.priceClass ?? PriceClass.PRICE_CLASS_ALL,
    allowedOrigins: (props.allowedOrigins ?? []).map((each) => checkOrigin('allowedOrigins', each)),
    encryptionKey: props.encryptionKey ?? null,
    deletionProtection: props.deletionProtection ?? defaults.deletionProtection,
    chatTable: props.chatTable ?? null,
    filesBucket: props.filesBucket ?? null,
    directRooms: defaults.directRooms,
    createRooms: defaults.createRooms,
    exposeEmail: props.exposeEmail ?? defaults.exposeEmail,
    directory: defaults.directory,
    ...rates,
    retentionDays: retentionDays('retention', props.retention?.toDays({ integral: false }) ?? null),
    ...fileLimits(props.maxFileMegabytes, props.dailyFileMegabytes),
    logRetention: props.logRetention ?? defaults.logRetention,
    logLevel: defaults.logLevel,
    accessLogs: props.accessLogs ?? defaults.accessLogs,
    alarms: props.alarms ?? null,
    requestQuota: wholeNumber('requestQuota', props.requestQuota ?? monitoring.requestQuota, 1, 1_000_000),
    dashboard: props.dashboard ?? monitoring.dashboard,
    tracing: props.tracing ?? monitoring.tracing,
    awsClient: defaults.awsClient,
    code: { ...code, ...props.code },
  };
}

/** The properties of a chat with their defaults. */
export type ResolvedProps = ReturnType<typeof resolveProps>;

/** Returns the directories that `npm run build` writes. In the package, this file is in `dist/node/lib`. */
function packagedCode(): ChatCode {
  const dist = import.meta.url.endsWith('.ts') ? '../dist' : '../..';
  const path = (name: string) => fileURLToPath(new URL(`${dist}/${name}`, import.meta.url));
  return { functions: path('functions'), page: path('web') };
}
