import { expect, test } from 'vitest';
import { synthesize } from './synthesize.ts';

const template = synthesize();

const bucketOf = ({ resources }: typeof template) =>
  resources('AWS::S3::Bucket').find(({ id }) => id === 'FilesBucket');

test('the bucket for files is private, encrypted, and outlives the stack', () => {
  expect(bucketOf(template)).toMatchObject({
    deletionPolicy: 'Retain',
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

test('its name is of this stack alone, and is known to the edge before there is a bucket', () => {
  expect(bucketOf(template)?.properties['BucketName']).toBe('parley-files-<part 2 of <AWS::StackId>>');
});

test('nothing but an upload that was left unfinished is deleted by itself', () => {
  expect(bucketOf(template)?.properties['LifecycleConfiguration']).toEqual({
    Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' }],
  });
});

test('whoever comes without TLS, or with an old one, is refused whatever they may do', () => {
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

test('pages of the edge alone may upload and read, and only with the headers that a signed URL asks for', () => {
  expect(bucketOf(template)?.properties['CorsConfiguration']).toMatchObject({
    CorsRules: [
      {
        AllowedMethods: ['GET', 'HEAD', 'PUT'],
        AllowedHeaders: ['content-type', 'if-none-match', 'range'],
      },
    ],
  });
  expect(originsOf(template)).toEqual([template.outputs['Url']]);
});

test('allowedOrigins says whose pages may upload and read instead', () => {
  const synthesized = synthesize({ allowedOrigins: 'https://a.example.com,https://b.example.com' });
  expect(originsOf(synthesized)).toEqual(['https://a.example.com', 'https://b.example.com']);
});
