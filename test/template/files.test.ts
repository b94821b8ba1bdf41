import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { allowOrigins } from '../../bin/restored.ts';
import { synthesize } from './synthesize.ts';

const template = synthesize();

const bucketOf = ({ resources }: typeof template) =>
  resources('AWS::S3::Bucket').find(({ id }) => id === 'FilesBucket');

test('the files bucket is private, encrypted and retained', () => {
  expect(bucketOf(template)).toMatchObject({
    deletionPolicy: 'RetainExceptOnCreate',
    properties: {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    },
  });
});

test('computes a bucket name that is unique to the stack and known before the bucket exists', () => {
  expect(bucketOf(template)?.properties['BucketName']).toBe('parley-files-<part 2 of <AWS::StackId>>');
});

test('deletes automatically only unfinished uploads, and those that no message holds after a day', () => {
  expect(bucketOf(template)?.properties['LifecycleConfiguration']).toEqual({
    Rules: [
      { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
      { ExpirationInDays: 1, Status: 'Enabled', TagFilters: [{ Key: 'parley', Value: 'pending' }] },
    ],
  });
});

test('denies access without TLS 1.2', () => {
  const policies = template.resources('AWS::S3::BucketPolicy').map(({ properties }) => properties);
  const own = policies.find(({ Bucket }) => Bucket === '<FilesBucket>');
  const deny = {
    Action: 's3:*',
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Resource: ['<FilesBucket.Arn>', '<FilesBucket.Arn>/*'],
  };
  expect(own?.['PolicyDocument']).toEqual({
    Version: '2012-10-17',
    Statement: [
      { ...deny, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { ...deny, Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } },
    ],
  });
});

const originsOf = (synthesized: typeof template) => {
  const cors = bucketOf(synthesized)?.properties['CorsConfiguration'] as {
    CorsRules: { AllowedOrigins: string[] }[];
  };
  return cors.CorsRules.flatMap(({ AllowedOrigins }) => AllowedOrigins);
};

test('allows only pages of the edge to use signed URLs, with the headers that signed URLs need', () => {
  expect(bucketOf(template)?.properties['CorsConfiguration']).toMatchObject({
    CorsRules: [
      {
        AllowedMethods: ['GET', 'HEAD', 'PUT'],
        AllowedHeaders: ['content-type', 'if-none-match', 'x-amz-tagging', 'range'],
      },
    ],
  });
  expect(originsOf(template)).toEqual([template.outputs['Url']]);
});

test('allowedOrigins adds to the origins that may use signed URLs', () => {
  const synthesized = synthesize({ allowedOrigins: 'https://a.example.com,https://b.example.com' });
  expect(originsOf(synthesized)).toEqual([
    template.outputs['Url'],
    ...['https://a.example.com', 'https://b.example.com'],
  ]);
});

test('npm run restore gives an adopted bucket the CORS rules of a new one', async () => {
  const s3 = mockClient(S3Client);
  s3.on(PutBucketCorsCommand).resolves({});
  await allowOrigins(new S3Client({ region: 'us-east-1' }), 'old-files', ['https://chat.example.com']);
  const [call] = s3.commandCalls(PutBucketCorsCommand);
  const [rule, ...others] = call?.args[0].input.CORSConfiguration?.CORSRules ?? [];
  expect([call?.args[0].input.Bucket, others]).toEqual(['old-files', []]);
  const cors = bucketOf(template)?.properties['CorsConfiguration'] as { CorsRules: [object] } | undefined;
  const { ExposeHeaders: ExposedHeaders, MaxAgeSeconds: MaxAge, ...same } = rule ?? {};
  expect({ ...same, ExposedHeaders, MaxAge }).toEqual({
    ...cors?.CorsRules[0],
    AllowedOrigins: ['https://chat.example.com'],
  });
  s3.restore();
});
