import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type AccountSettings, readAccountSettings } from './account-settings.ts';
import type { Oidc } from './chat-auth.ts';
import { type RateSettings, readRateSettings } from './rate-settings.ts';
import { type Context, checkOrigin, flag, invalid, oneOf, secureUrl, wholeNumber } from './validation.ts';

/** What the team sees of a running stack. */
export interface Monitoring {
  /**
   * `alarmTopic` or `alarmEmail`: the ARN of an SNS topic, or an e-mail address, that alarms notify. Default: none,
   * which creates no alarms, because each of them costs money.
   */
  readonly alarms: { readonly topicArn: string } | { readonly email: string } | null;
  /**
   * `requestQuota`: the requests per second that API Gateway allows this account in this Region. One of the alarms
   * needs it. Default: 10,000. Some Regions have 2,500 (AWS: "Amazon API Gateway quotas").
   */
  readonly requestQuota: number;
  /** `dashboard`: `true` creates a CloudWatch dashboard. Default: `false`. */
  readonly dashboard: boolean;
  /** `tracing`: `true` traces the functions with X-Ray. Default: `false`. X-Ray has no traces of WebSocket APIs. */
  readonly tracing: boolean;
}

/** The settings of a stack. Each is a CDK context key, passed as `npx cdk deploy -c key=value` or in cdk.json. */
export interface Settings extends AccountSettings, RateSettings {
  /** `stackName`: the name of the CloudFormation stack. Default: `Parley`. Another name is a separate chat. */
  readonly stackName: string;
  /**
   * `issuer`, `audience`, `jwksUri`: the OIDC issuer whose tokens are accepted. Set all three or none. Without them the
   * stack creates a Cognito user pool and accepts its ID tokens. `clientId`, `scope`, `endpointOrigins`: lets users sign
   * in at the issuer from the page.
   */
  readonly oidc: Oidc | null;
  /** `logRetentionDays`: days that logs are kept, one of the values of CloudWatch Logs. Default: 30. */
  readonly logRetention: RetentionDays;
  /**
   * `accessLogs`: `true` logs each handshake and frame without headers, query strings and texts. Default: `false`. API
   * Gateway needs the account's CloudWatch role (AWS: "Configure logging for WebSocket APIs").
   */
  readonly accessLogs: boolean;
  /** `retentionDays`: how many days rooms keep messages. Null, the default, means for ever. */
  readonly retentionDays: number | null;
  /** `maxFileMegabytes`: the size limit of uploads, in MB of 1,000,000 bytes. Default: 25. */
  readonly maxFileMegabytes: number;
  /**
   * `dailyFileMegabytes`: megabytes of files that a user may store in one day (UTC). Default: 1,000, or
   * `maxFileMegabytes` if that is more.
   */
  readonly dailyFileMegabytes: number;
  /**
   * `allowedOrigins`: further origins whose pages may use the APIs, the session cookie and files, separated by commas,
   * for example `https://chat.example.com`. Pages of the edge are always allowed.
   */
  readonly allowedOrigins: readonly string[];
  /**
   * `directRooms`: with `members`, the default, a direct room must exist before its users can connect. `on-demand`
   * creates it when one of them connects.
   */
  readonly directRooms: 'members' | 'on-demand';
  /**
   * `createRooms`: with `everyone`, the default, users create groups and direct rooms. With `admins`, only backends of
   * the team do, through the admin API.
   */
  readonly createRooms: 'everyone' | 'admins';
  /**
   * `directory`: whom users find when they search people by name. `sharedRooms`, the default, finds people who share a
   * room with the user, `everyone` finds all users, and `off` nobody.
   */
  readonly directory: 'sharedRooms' | 'everyone' | 'off';
  /**
   * `exposeEmail`: `false` leaves e-mail addresses out of what users get about others. Clients of the contracts S0 and
   * S1 then get the user name in the field for the address. Default: `true`.
   */
  readonly exposeEmail: boolean;
  /**
   * `awsClient`: how functions call DynamoDB, S3, Lambda and `@connections`. `signed`, the default, uses Parley's own
   * client, which takes a fifth of the CPU for each post and a third of the cold start that `sdk`, the AWS SDK, takes.
   */
  readonly awsClient: 'signed' | 'sdk';
  /** `alarmTopic`, `alarmEmail`, `requestQuota`, `dashboard`, `tracing`. */
  readonly monitoring: Monitoring;
}

/**
 * Reads the settings from CDK context.
 * @throws Error that names the key of an invalid value
 */
export function readSettings(context: Context): Settings {
  const account = readAccountSettings(context);
  const ownIssuer = oidc(context);
  if (ownIssuer !== null && account.adopted.userPoolId !== null) {
    throw invalid('userPoolId', 'the setting issuer replaces the user pool', 'Leave out one of the two');
  }
  return {
    stackName: stackName(context('stackName') ?? 'Parley'),
    oidc: ownIssuer,
    logRetention: retention(context('logRetentionDays') ?? 30),
    accessLogs: flag('accessLogs', context('accessLogs') ?? false),
    retentionDays: retentionDays('retentionDays', context('retentionDays') ?? null),
    ...fileLimits(context('maxFileMegabytes'), context('dailyFileMegabytes')),
    allowedOrigins: origins('allowedOrigins', context('allowedOrigins') ?? ''),
    ...roomCreation(context),
    directory: oneOf(context, 'directory', ['sharedRooms', 'everyone', 'off']),
    exposeEmail: flag('exposeEmail', context('exposeEmail') ?? true),
    awsClient: oneOf(context, 'awsClient', ['signed', 'sdk']),
    monitoring: {
      alarms: alarms(context('alarmTopic') ?? '', context('alarmEmail') ?? ''),
      requestQuota: wholeNumber('requestQuota', context('requestQuota') ?? 10_000, 1, 1_000_000),
      dashboard: flag('dashboard', context('dashboard') ?? false),
      tracing: flag('tracing', context('tracing') ?? false),
    },
    ...account,
    ...readRateSettings(context),
  };
}

/** Reads who creates rooms. @throws Error if a handshake could create a room, and users may not */
function roomCreation(context: Context): Pick<Settings, 'directRooms' | 'createRooms'> {
  const directRooms = oneOf(context, 'directRooms', ['members', 'on-demand']);
  const createRooms = oneOf(context, 'createRooms', ['everyone', 'admins']);
  if (createRooms === 'everyone' || directRooms === 'members') return { directRooms, createRooms };
  throw invalid(
    'createRooms',
    'with directRooms set to on-demand, users create direct rooms when they connect',
    'Set createRooms to everyone, or directRooms to members',
  );
}

/** Returns how many days messages are kept; null for ever. @throws Error that names the setting */
export const retentionDays = (name: string, days: unknown): number | null =>
  days === null ? null : wholeNumber(name, days, 1, 36_500);

/** Returns the limits of files with their defaults. @throws Error that names the invalid one */
export function fileLimits(max: unknown, daily: unknown) {
  // A single PUT accepts at most 5 GB (AWS: Amazon S3 quotas).
  const maxFileMegabytes = wholeNumber('maxFileMegabytes', max ?? 25, 1, 5000);
  const most = daily ?? Math.max(1_000, maxFileMegabytes);
  const dailyFileMegabytes = wholeNumber('dailyFileMegabytes', most, maxFileMegabytes, 1_000_000);
  return { maxFileMegabytes, dailyFileMegabytes };
}

function stackName(value: unknown): string {
  // The pattern of StackName in CloudFormation's CreateStack.
  if (typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(value)) return value;
  throw invalid('stackName', 'it is not a valid stack name', 'Use letters, digits and hyphens');
}

function oidc(context: Context): Oidc | null {
  const [issuer, audience, jwksUri] = [context('issuer'), context('audience'), context('jwksUri')];
  const login = oidcLogin(
    context('clientId') ?? '',
    context('scope') ?? '',
    context('endpointOrigins') ?? '',
  );
  const given = { issuer, audience, jwksUri };
  const missing = Object.entries(given).filter(([, value]) => value === undefined || value === '');
  if (missing.length === 3) {
    const [key] = Object.keys(login);
    if (key !== undefined) throw invalid(key, 'there is no issuer', 'Set issuer, audience and jwksUri too');
    return null;
  }
  for (const [key] of missing) {
    throw invalid(
      key,
      'it is missing',
      'Set issuer, audience and jwksUri, or none of them for a Cognito user pool',
    );
  }
  if (typeof audience !== 'string') throw invalid('audience', 'it is not a string', 'Set one audience');
  return { issuer: secureUrl('issuer', issuer), audience, jwksUri: secureUrl('jwksUri', jwksUri), ...login };
}

/** Reads how users sign in at the issuer from the page. */
function oidcLogin(clientId: unknown, scope: unknown, endpointOrigins: unknown) {
  if (typeof clientId !== 'string') throw invalid('clientId', 'it is not a string', 'Set one client id');
  if (typeof scope !== 'string' || (scope !== '' && !/(^| )openid( |$)/.test(scope))) {
    throw invalid('scope', 'it does not contain openid', 'Write "openid profile email", for example');
  }
  return {
    ...(clientId !== '' && { clientId }),
    ...(scope !== '' && { scope }),
    ...(endpointOrigins !== '' && { endpointOrigins: origins('endpointOrigins', endpointOrigins) }),
  };
}

function retention(value: unknown): RetentionDays {
  const days = typeof value === 'string' ? Number(value) : value;
  const offered = Object.values(RetentionDays).filter((each) => typeof each === 'number');
  const found = offered.find((each) => each === days && each !== RetentionDays.INFINITE);
  if (found !== undefined) return found;
  throw invalid(
    'logRetentionDays',
    'CloudWatch Logs does not offer this retention',
    'Use 7, 14, 30, 90 or 365, for example',
  );
}

function origins(key: string, value: unknown): readonly string[] {
  if (value === '') return [];
  if (typeof value !== 'string') throw invalid(key, 'it is not a string', 'Separate origins by commas');
  return value.split(',').map((each) => checkOrigin(key, each.trim()));
}

function alarms(topicArn: unknown, email: unknown): Monitoring['alarms'] {
  if (topicArn !== '' && email !== '') {
    throw invalid('alarmEmail', 'alarmTopic is set too', 'Set one of them');
  }
  if (topicArn !== '') {
    if (typeof topicArn === 'string' && /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/.test(topicArn)) {
      return { topicArn };
    }
    const why = 'it is not the ARN of a standard topic';
    throw invalid('alarmTopic', why, 'Write arn:aws:sns:<region>:<account>:<name>');
  }
  if (email === '') return null;
  if (typeof email === 'string' && /^[^\s@]+@[^\s@]+$/.test(email)) return { email };
  throw invalid('alarmEmail', 'it is not an e-mail address', 'Write ops@example.com, for example');
}
