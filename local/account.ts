/** The AWS account that the local stack emulates. Its pseudo parameters and ARNs contain these values. */
export const account = {
  id: '000000000000',
  region: 'us-east-1',
  partition: 'aws',
  urlSuffix: 'amazonaws.com',
} as const;

/** Returns an ARN of the local account, for instance `arn:aws:dynamodb:us-east-1:000000000000:table/chat`. */
export function localArn(service: string, resource: string): string {
  const region = service === 'iam' || service === 'sts' ? '' : account.region;
  return `arn:${account.partition}:${service}:${region}:${account.id}:${resource}`;
}

/** Returns a bucket's ARN. It has no Region and no account, because bucket names are globally unique. */
export const bucketArn = (name: string): string => `arn:${account.partition}:s3:::${name}`;
