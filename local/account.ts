/** The AWS account that the local stack plays: pseudo parameters and ARNs are made of it. */
export const account = {
  id: '000000000000',
  region: 'us-east-1',
  partition: 'aws',
  urlSuffix: 'amazonaws.com',
} as const;

/** An ARN of the local account, for instance `arn:aws:dynamodb:us-east-1:000000000000:table/chat`. */
export function localArn(service: string, resource: string): string {
  const region = service === 'iam' || service === 'sts' ? '' : account.region;
  return `arn:${account.partition}:${service}:${region}:${account.id}:${resource}`;
}

/** A bucket's name is unique in all of AWS, so its ARN has neither Region nor account. */
export const bucketArn = (name: string): string => `arn:${account.partition}:s3:::${name}`;
