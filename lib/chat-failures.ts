import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IDestination } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ChatFunction } from './chat-function.ts';

/**
 * Where asynchronous events end that failed for good. What they hold, a message's text among it, is no longer kept than
 * somebody on call needs to look at it: everything that was said is in the table.
 */
export class ChatFailures extends Construct {
  readonly queueUrl: string;
  private readonly queue: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(2),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.queueUrl = this.queue.queueUrl;
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'This queue is the last stop of events that failed: nobody consumes it, so nothing of it can fail again.',
    });
  }

  /** What the function's failed events go to, as Lambda wants it told. */
  get destination(): IDestination {
    const { queueArn } = this.queue;
    // The CDK's own destination grants two actions more, which Lambda does not use.
    return { bind: () => ({ destination: queueArn }) };
  }

  grantSend(target: ChatFunction): void {
    target.allow(['sqs:SendMessage'], this.queue.queueArn);
  }
}
