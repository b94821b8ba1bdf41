import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IDestination } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ChatFunction } from './chat-function.ts';

/**
 * The queue of asynchronous events that failed for good. They may contain message texts, so they are kept for two days
 * only. A lost event loses no message, because messages are stored in the table before they are posted.
 */
export class ChatFailures extends Construct {
  readonly queueName: string;
  readonly queueUrl: string;
  private readonly queue: Queue;

  constructor(scope: Construct, id: string, encryptionKey: IKey | null) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      ...(encryptionKey
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
        : { encryption: QueueEncryption.SQS_MANAGED }),
      enforceSSL: true,
      retentionPeriod: Duration.days(2),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.queueName = this.queue.queueName;
    this.queueUrl = this.queue.queueUrl;
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'This queue is itself the dead-letter queue. Nothing consumes it, so nothing in it can fail again.',
    });
  }

  /** The failure destination for asynchronous invocations. */
  get destination(): IDestination {
    const { queueArn } = this.queue;
    // The CDK's own SqsDestination grants two more actions, which Lambda does not need.
    return { bind: () => ({ destination: queueArn }) };
  }

  grantSend(target: ChatFunction): void {
    target.allow(['sqs:SendMessage'], this.queue.queueArn);
  }
}
