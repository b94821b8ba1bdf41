import { DefaultStackSynthesizer, Stack, Validations } from 'aws-cdk-lib';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { BucketDeployment } from 'aws-cdk-lib/aws-s3-deployment';

/** Justifies what cdk-nag finds at the function that the CDK brings along to put a page into its bucket. */
export function acceptProvider({ handlerRole }: BucketDeployment, bucket: IBucket): void {
  const stack = Stack.of(bucket);
  const accepted = (id: string, reason: string) => ({ id: `AwsSolutions-${id}`, reason });
  const page = stack.getLogicalId(bucket.node.defaultChild as CfnBucket);
  const { bootstrapQualifier = DefaultStackSynthesizer.DEFAULT_QUALIFIER } = stack.synthesizer;
  const assets = `arn:<AWS::Partition>:s3:::cdk-${bootstrapQualifier}-assets-<AWS::AccountId>-<AWS::Region>`;
  Validations.of(handlerRole.node.scope ?? handlerRole).acknowledge(
    accepted('L1', 'The CDK chooses the runtime of its own function, and a newer CDK brings a newer one.'),
  );
  Validations.of(handlerRole).acknowledge(
    accepted(
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      'The CDK gives its own function this policy, which lets it write logs and nothing else.',
    ),
    accepted(
      `IAM5[Resource::<${page}.Arn>/*]`,
      'The files of a page get other names with each build, so AWS has nothing narrower than all of this one bucket.',
    ),
    accepted(
      `IAM5[Resource::${assets}/*]`,
      'It reads the page from the bucket that CDK deploys from, where each build is another object.',
    ),
    ...['GetObject*', 'GetBucket*', 'List*', 'DeleteObject*', 'Abort*'].map((action) =>
      accepted(
        `IAM5[Action::s3:${action}]`,
        'The CDK grants its own function the variants of an action too, on these two buckets and no other.',
      ),
    ),
  );
}
