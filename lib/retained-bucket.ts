import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface RetainedBucketProps extends Omit<BucketProps, 'removalPolicy' | 'serverAccessLogsBucket'> {
  /** Why the bucket needs no server access logs. */
  readonly unloggedBecause: string;
}

/**
 * Returns a private, encrypted bucket that outlives the stack. If the first deploy fails, CloudFormation deletes it.
 * @param props replace the defaults
 */
export function retainedBucket(
  scope: Construct,
  id: string,
  { unloggedBecause, ...props }: RetainedBucketProps,
): IBucket {
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ...props,
  });
  Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason: unloggedBecause });
  // The CDK's own types disagree under exactOptionalPropertyTypes.
  return bucket as IBucket;
}
