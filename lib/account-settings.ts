import { type Context, flag, invalid, oneOf } from './validation.ts';

const priceClasses = ['all', '200', '100'] as const;
const logLevels = ['warn', 'info', 'debug'] as const;

/** The host name under which the edge serves the chat, such as `chat.example.com`. */
export interface Domain {
  readonly name: string;
  /** A certificate in us-east-1, where CloudFront reads it. */
  readonly certificateArn: string;
  /** The id of the Route 53 zone that gets the records of the name. Null if the team sets them elsewhere. */
  readonly hostedZone: string | null;
}

/** Names of resources that the stack uses instead of creating its own. */
export interface Adopted {
  readonly chatTableName: string | null;
  readonly filesBucketName: string | null;
  readonly userPoolId: string | null;
}

/** The settings that join the stack to other resources of the AWS account, and those that a company prescribes. */
export interface AccountSettings {
  /**
   * `domainName`, `certificateArn`, `hostedZone`: the host name of the edge, its certificate, and the Route 53 zone for
   * its records. Without them, the edge has a name below `cloudfront.net`.
   */
  readonly domain: Domain | null;
  /** `webAclArn`: a WAF web ACL of the scope CLOUDFRONT for the edge. */
  readonly webAclArn: string | null;
  /** `encryptionKeyArn`: a KMS key that encrypts tables, files, the queue and logs. Default: keys of AWS. */
  readonly encryptionKeyArn: string | null;
  /** `priceClass`: the edge locations that serve clients: `all`, the default, `200` or `100`. */
  readonly priceClass: (typeof priceClasses)[number];
  /**
   * `logLevel`: the lowest level of Lambda's own log lines that are kept: `warn`, the default, `info` or `debug`. There
   * is no higher value, because it would discard lines of the functions that contain metrics.
   */
  readonly logLevel: (typeof logLevels)[number];
  /** `deletionProtection`: `true` protects the chat table and the user pool from deletion. Default: `false`. */
  readonly deletionProtection: boolean;
  /** `chatTableName`, `filesBucketName`, `userPoolId`: resources of an earlier stack. */
  readonly adopted: Adopted;
}

/**
 * Reads the settings from CDK context.
 * @throws Error that names the key of an invalid value
 */
export function readAccountSettings(context: Context): AccountSettings {
  return {
    domain: domain(context),
    webAclArn: text(context, 'webAclArn', webAclPattern, 'Use the ARN of a CLOUDFRONT web ACL in us-east-1'),
    encryptionKeyArn: text(context, 'encryptionKeyArn', keyPattern, 'Use the ARN of a key, not of an alias'),
    priceClass: oneOf(context, 'priceClass', priceClasses),
    logLevel: oneOf(context, 'logLevel', logLevels),
    deletionProtection: flag('deletionProtection', context('deletionProtection') ?? false),
    adopted: {
      chatTableName: text(context, 'chatTableName', /^[\w.-]{3,255}$/, 'Use the name of a DynamoDB table'),
      filesBucketName: text(
        context,
        'filesBucketName',
        // A dot would break the certificate of the bucket's host name.
        /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
        'Use the name of a bucket without dots',
      ),
      userPoolId: text(context, 'userPoolId', /^[\w-]+_[0-9A-Za-z]+$/, 'Use an id like us-east-1_AbCdEfGhI'),
    },
  };
}

const certificatePattern = /^arn:aws[\w-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/;
const webAclPattern = /^arn:aws[\w-]*:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/;
const keyPattern = /^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/;
const hostPattern = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

function domain(context: Context): Domain | null {
  const name = text(context, 'domainName', hostPattern, 'Use a host name in lower case');
  const certificateArn = text(
    context,
    'certificateArn',
    certificatePattern,
    'Use the ARN of a certificate in us-east-1, where CloudFront reads it',
  );
  const hostedZone = text(context, 'hostedZone', /^Z[0-9A-Z]{1,31}$/, 'Use the id of a Route 53 zone');
  if (name !== null && certificateArn !== null) return { name, certificateArn, hostedZone };
  const advice = 'Set domainName and certificateArn together';
  if (name !== null) throw invalid('certificateArn', 'it is missing', advice);
  if (certificateArn !== null) throw invalid('domainName', 'it is missing', advice);
  if (hostedZone !== null) throw invalid('domainName', 'it is missing', 'Set it, or leave out hostedZone');
  return null;
}

/** Returns the value of an optional setting, and null for a missing or empty one. */
function text(context: Context, key: string, pattern: RegExp, advice: string): string | null {
  const value = context(key);
  if (value === undefined || value === '') return null;
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw invalid(key, 'it does not have the right form', advice);
}
