import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Chat } from './chat.ts';
import type { AlarmTarget } from './chat-alarms.ts';
import { ChatAuth } from './chat-auth.ts';
import type { ChatDomain } from './chat-edge.ts';
import { WHOLE_STACK } from './chat-name.ts';
import type { ChatCode, ChatProps } from './chat-props.ts';
import type { Settings } from './settings.ts';

export interface ChatStackProps extends StackProps {
  readonly settings: Settings;
  /** Default: the code of this package. */
  readonly code?: Partial<ChatCode>;
}

/** A stack with one chat, whose properties come from settings. */
export class ChatStack extends Stack {
  /** @throws Error for an invalid setting, when an entry has no bundle, or when the page has not been built */
  constructor(scope: Construct, id: string, { settings, code, ...props }: ChatStackProps) {
    super(scope, id, props);
    this.describe(new Chat(this, WHOLE_STACK, { ...this.chatProps(settings), ...(code && { code }) }));
  }

  /** Converts settings to properties of the construct. Imports the resources whose names or ARNs the settings have. */
  private chatProps(settings: Settings): ChatProps {
    const { domain, webAclArn, encryptionKeyArn: keyArn, adopted, rateLimit, monitoring } = settings;
    const { chatTableName, filesBucketName } = adopted;
    const auth = this.auth(settings);
    const { alarms, ...monitored } = monitoring;
    return {
      ...monitored,
      ...(auth && { auth }),
      ...(domain && { domain: this.domain(domain) }),
      ...(webAclArn !== null && { webAclArn }),
      ...(keyArn !== null && { encryptionKey: Key.fromKeyArn(this, 'EncryptionKey', keyArn) }),
      ...(chatTableName !== null && { chatTable: Table.fromTableName(this, 'ChatTable', chatTableName) }),
      ...(filesBucketName !== null && {
        filesBucket: Bucket.fromBucketName(this, 'FilesBucket', filesBucketName),
      }),
      ...(alarms && { alarms: this.alarmTarget(alarms) }),
      priceClass: priceClasses[settings.priceClass],
      rateLimits: rateLimit,
      roomLimits: settings.roomLimits,
      throttle: settings.throttle,
      allowedOrigins: settings.allowedOrigins,
      directRooms: settings.directRooms,
      createRooms: settings.createRooms,
      exposeEmail: settings.exposeEmail,
      directory: settings.directory,
      ...(settings.retentionDays !== null && { retention: Duration.days(settings.retentionDays) }),
      maxFileMegabytes: settings.maxFileMegabytes,
      dailyFileMegabytes: settings.dailyFileMegabytes,
      logRetention: settings.logRetention,
      logLevel: settings.logLevel,
      accessLogs: settings.accessLogs,
      awsClient: settings.awsClient,
      deletionProtection: settings.deletionProtection,
    };
  }

  private auth({ oidc, adopted: { userPoolId } }: Settings): ChatAuth | undefined {
    if (oidc !== null) return ChatAuth.oidc(oidc);
    return userPoolId === null
      ? undefined
      : ChatAuth.userPool(UserPool.fromUserPoolId(this, 'UserPool', userPoolId));
  }

  private domain({ name, certificateArn, hostedZone }: NonNullable<Settings['domain']>): ChatDomain {
    const certificate = Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    if (hostedZone === null) return { name, certificate };
    const zone = { hostedZoneId: hostedZone, zoneName: name };
    return { name, certificate, hostedZone: HostedZone.fromHostedZoneAttributes(this, 'Zone', zone) };
  }

  private alarmTarget(alarms: NonNullable<Settings['monitoring']['alarms']>): AlarmTarget {
    return 'email' in alarms ? alarms : { topic: Topic.fromTopicArn(this, 'AlarmTopic', alarms.topicArn) };
  }

  private describe(chat: Chat): void {
    const outputs: Record<string, string | undefined> = {
      Url: chat.url,
      AdminUrl: chat.adminUrl,
      ChatTableName: chat.chatTable.tableName,
      ConnectionsTableName: chat.connectionsTable.tableName,
      FilesBucketName: chat.filesBucketName,
      FailuresQueueUrl: chat.failuresQueueUrl,
      UserPoolId: chat.userPool?.userPoolId,
      UserPoolClientId: chat.userPoolClient?.userPoolClientId,
    };
    for (const [name, value] of Object.entries(outputs)) {
      if (value !== undefined) new CfnOutput(this, name, { value });
    }
  }
}

const priceClasses = {
  all: PriceClass.PRICE_CLASS_ALL,
  200: PriceClass.PRICE_CLASS_200,
  100: PriceClass.PRICE_CLASS_100,
} as const;
