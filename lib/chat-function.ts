import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  type IDestination,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Entry } from './entries.ts';
import type { Settings } from './settings.ts';

export interface ChatFunctionProps
  extends Pick<Entry, 'memoryMegabytes' | 'timeoutSeconds' | 'asynchronous'> {
  /** The name of the function's file in `functions/` and of its bundle. */
  readonly entry: string;
  /** The value of the metrics' dimension `Stack`. */
  readonly chatName: string;
  /** The directory of the built bundles: `<entry>/index.mjs` for each entry. */
  readonly bundles: string;
  readonly logRetention: RetentionDays;
  readonly logLevel: Settings['logLevel'];
  /** The key of tables, files, queue and logs. Null if AWS's own keys encrypt them. */
  readonly encryptionKey: IKey | null;
  /** The destination of asynchronous events that failed for good. Only for asynchronous functions. */
  readonly onFailure?: IDestination;
  /** Whether X-Ray traces the function. */
  readonly tracing?: boolean;
  /** Files beside the index.mjs that are not deployed. */
  readonly leaveOut: readonly string[];
}

/**
 * The levels of Lambda's own lines and of lines that functions write. Below WARN, Lambda logs start and report lines
 * that cost about as much as the invocation. Lines of metrics count as INFO, so a level above INFO would discard them
 * (AWS: "Log-level filtering").
 */
const logLevels = {
  warn: { systemLogLevelV2: SystemLogLevel.WARN, applicationLogLevelV2: ApplicationLogLevel.INFO },
  info: { systemLogLevelV2: SystemLogLevel.INFO, applicationLogLevelV2: ApplicationLogLevel.INFO },
  debug: { systemLogLevelV2: SystemLogLevel.DEBUG, applicationLogLevelV2: ApplicationLogLevel.DEBUG },
} as const;

/**
 * What a caller of DynamoDB, S3 and SQS needs on the key of a table, bucket or queue (AWS: "DynamoDB encryption at
 * rest: usage notes", "Using server-side encryption with AWS KMS keys", "Amazon SQS: key management").
 */
const keyActions = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** A Lambda function with its bundle, its own log group, and a role that may only write to that log group. */
export class ChatFunction extends LambdaFunction {
  /** @throws Error when the entry has no bundle */
  constructor(scope: Construct, id: string, props: ChatFunctionProps) {
    const name = id.replace(/Function$/, '');
    const logGroup = new LogGroup(scope, `${name}Logs`, {
      retention: props.logRetention,
      ...(props.encryptionKey && { encryptionKey: props.encryptionKey }),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(bundle(props), { exclude: ['*.map', ...props.leaveOut] }),
      memorySize: props.memoryMegabytes,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: { STACK_NAME: props.chatName },
      role: new Role(scope, `${name}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      ...logLevels[props.logLevel],
      ...(props.tracing && { tracing: Tracing.ACTIVE }),
      ...(props.asynchronous && {
        retryAttempts: props.asynchronous.retries,
        maxEventAge: Duration.seconds(props.asynchronous.maxAgeSeconds),
        ...(props.onFailure && { onFailure: props.onFailure }),
      }),
    });
    // The ARN ends in `:*` for the log streams. Nothing narrower is possible, because Lambda names streams at start.
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
    if (props.encryptionKey) this.allow(keyActions, props.encryptionKey.keyArn);
    if (!props.tracing) return;
    Validations.of(this.role ?? this).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resources to name in a grant for sending traces. The CDK adds this grant.',
    });
  }

  /** Grants the actions on the resources (ARNs). Does nothing without actions. */
  allow(actions: readonly string[], ...resources: string[]): void {
    if (actions.length === 0) return;
    this.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources }));
  }

  /** Grants the actions on a resource with a wildcard. @param reason why IAM offers nothing narrower */
  allowWildcard(actions: readonly string[], resource: string, reason: string): void {
    this.allow(actions, resource);
    const id = `AwsSolutions-IAM5[Resource::${readable(this, resource)}]`;
    Validations.of(this.role ?? this).acknowledge({ id, reason });
  }
}

function bundle({ bundles, entry }: ChatFunctionProps): string {
  const directory = join(bundles, entry);
  if (existsSync(join(directory, 'index.mjs'))) return directory;
  throw new Error(
    `Synthesis failed: there is no bundle for "${entry}" in ${bundles}. Run \`npm run build\`.`,
  );
}

/** Returns the ARN as cdk-nag writes it in a finding, with each reference in angle brackets. */
function readable(scope: Construct, arn: string): string {
  type Part = string | { readonly Ref: string } | { readonly 'Fn::GetAtt': readonly string[] };
  const parts: readonly Part[] = Stack.of(scope).resolve(arn)['Fn::Join'][1];
  const text = (part: Part) => {
    if (typeof part === 'string') return part;
    return `<${'Ref' in part ? part.Ref : part['Fn::GetAtt'].join('.')}>`;
  };
  return parts.map(text).join('');
}
