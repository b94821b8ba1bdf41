import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  type IDestination,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Entry } from './entries.ts';

export interface ChatFunctionProps
  extends Pick<Entry, 'memoryMegabytes' | 'timeoutSeconds' | 'asynchronous'> {
  /** The name of the function's file in `functions/` and of its bundle. */
  readonly entry: string;
  /** The directory of the built bundles: `<entry>/index.mjs` for each entry. */
  readonly bundles: string;
  readonly logRetention: RetentionDays;
  /** The destination of asynchronous events that failed for good. Only for asynchronous functions. */
  readonly onFailure?: IDestination;
  /** Files beside the index.mjs that are not deployed. */
  readonly leaveOut: readonly string[];
}

/** A Lambda function with its bundle, its own log group, and a role that may only write to that log group. */
export class ChatFunction extends LambdaFunction {
  /** @throws Error when the entry has no bundle */
  constructor(scope: Construct, id: string, props: ChatFunctionProps) {
    const name = id.replace(/Function$/, '');
    const logGroup = new LogGroup(scope, `${name}Logs`, {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(bundle(props), { exclude: ['*.map', ...props.leaveOut] }),
      memorySize: props.memoryMegabytes,
      timeout: Duration.seconds(props.timeoutSeconds),
      role: new Role(scope, `${name}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Below WARN, Lambda logs start and report lines that cost about as much as the invocation (AWS: Lambda log levels).
      systemLogLevelV2: SystemLogLevel.WARN,
      ...(props.asynchronous && {
        retryAttempts: props.asynchronous.retries,
        maxEventAge: Duration.seconds(props.asynchronous.maxAgeSeconds),
        ...(props.onFailure && { onFailure: props.onFailure }),
      }),
    });
    // The ARN ends in `:*` for the log streams. Nothing narrower is possible, because Lambda names streams at start.
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
  }

  /** Grants the actions on the resources (ARNs). Does nothing without actions. */
  allow(actions: readonly string[], ...resources: string[]): void {
    if (actions.length === 0) return;
    this.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources }));
  }
}

function bundle({ bundles, entry }: ChatFunctionProps): string {
  const directory = join(bundles, entry);
  if (existsSync(join(directory, 'index.mjs'))) return directory;
  throw new Error(
    `Synthesis failed: there is no bundle for "${entry}" in ${bundles}. Run \`npm run build\`.`,
  );
}
