import { describe, expect, test } from 'vitest';
import { readSettings } from '../../lib/settings.ts';
import { accountContexts, wholeContext } from './account-settings.ts';
import { allEntries, type Synthesized, synthesize } from './synthesize.ts';

const plain = synthesize();
const { domainName, certificateArn, hostedZone } = accountContexts.domainName;

function distributionOf(template: Synthesized): Record<string, unknown> {
  const [distribution] = template.resources('AWS::CloudFront::Distribution');
  return distribution?.properties['DistributionConfig'] as Record<string, unknown>;
}

const environmentOf = (template: Synthesized, entry: string) =>
  (template.function(entry).properties['Environment'] as { Variables: Record<string, string> }).Variables;

const ids = (template: Synthesized, type: string) => template.resources(type).map(({ id }) => id);

describe('a setting is rejected by name', () => {
  const read = (context: Record<string, unknown>) => readSettings((key) => context[key]);

  test.each([
    { context: { domainName }, key: 'certificateArn' },
    { context: { certificateArn }, key: 'domainName' },
    { context: { hostedZone }, key: 'domainName' },
    { context: { certificateArn, domainName: 'https://chat.example.com' }, key: 'domainName' },
    { context: { certificateArn, domainName: 'Chat.example.com' }, key: 'domainName' },
    { context: { certificateArn, domainName: 'localhost' }, key: 'domainName' },
    {
      context: { domainName, certificateArn: certificateArn.replace('us-east-1', 'eu-west-1') },
      key: 'certificateArn',
    },
    { context: { domainName, certificateArn, hostedZone: 'example.com' }, key: 'hostedZone' },
    {
      context: { webAclArn: accountContexts.webAclArn.webAclArn.replace('global', 'regional') },
      key: 'webAclArn',
    },
    {
      context: { encryptionKeyArn: 'arn:aws:kms:eu-west-1:123456789012:alias/chat' },
      key: 'encryptionKeyArn',
    },
    { context: { priceClass: 'PriceClass_100' }, key: 'priceClass' },
    { context: { logLevel: 'error' }, key: 'logLevel' },
    { context: { deletionProtection: 'yes' }, key: 'deletionProtection' },
    {
      context: { chatTableName: 'arn:aws:dynamodb:eu-west-1:123456789012:table/Chat' },
      key: 'chatTableName',
    },
    { context: { filesBucketName: 'chat.files' }, key: 'filesBucketName' },
    { context: { userPoolId: 'pool' }, key: 'userPoolId' },
  ])('$key: $context', ({ context, key }) => {
    expect(() => read(context)).toThrow(`Setting "${key}" is invalid: `);
  });

  test('userPoolId together with an issuer', () => {
    const oidc = {
      issuer: 'https://login.example.com',
      audience: 'chat',
      jwksUri: 'https://login.example.com/keys',
    };
    expect(() => read({ ...oidc, ...accountContexts.userPoolId })).toThrow('Setting "userPoolId" is invalid');
  });

  test('an empty value is a missing one', () => {
    const empty = Object.fromEntries(Object.keys(wholeContext).map((key) => [key, '']));
    const {
      priceClass: _class,
      logLevel: _level,
      deletionProtection: _flag,
      accessLogs: _logs,
      ...names
    } = empty;
    expect(read(names)).toEqual(read({}));
  });
});

describe('domainName', () => {
  const template = synthesize(accountContexts.domainName);

  test('is the alias of the edge with its certificate and TLS 1.2', () => {
    expect(distributionOf(template)).toMatchObject({
      Aliases: [domainName],
      ViewerCertificate: {
        AcmCertificateArn: certificateArn,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
    expect(distributionOf(plain)).not.toHaveProperty('Aliases');
  });

  test('is the URL of the edge. Pages of both names may use the APIs and files', () => {
    expect(template.outputs['Url']).toBe(`https://${domainName}`);
    const origins = [`https://${domainName}`, 'https://<EdgeDistribution.DomainName>'];
    expect(environmentOf(template, 'authorize')['ALLOWED_ORIGINS']).toBe(origins.join());
    const bucket = template.resources('AWS::S3::Bucket').find(({ id }) => id === 'FilesBucket');
    expect(bucket?.properties['CorsConfiguration']).toMatchObject({
      CorsRules: [{ AllowedOrigins: origins }],
    });
  });

  test('gets records for IPv4 and IPv6 in hostedZone, and none without it', () => {
    const records = template.resources('AWS::Route53::RecordSet').map(({ properties }) => properties);
    expect(records).toEqual(
      ['A', 'AAAA'].map((Type) => ({
        Type,
        Name: `${domainName}.`,
        HostedZoneId: hostedZone,
        AliasTarget: {
          DNSName: '<EdgeDistribution.DomainName>',
          // The zone of all CloudFront names (AWS: AliasTarget of Route 53 record sets).
          HostedZoneId: expect.anything(),
        },
      })),
    );
    expect(ids(synthesize({ domainName, certificateArn }), 'AWS::Route53::RecordSet')).toEqual([]);
  });
});

test('webAclArn protects the edge', () => {
  expect(distributionOf(synthesize(accountContexts.webAclArn))).toMatchObject({
    WebACLId: accountContexts.webAclArn.webAclArn,
  });
});

test.each([
  ['all', 'PriceClass_All'],
  ['200', 'PriceClass_200'],
  ['100', 'PriceClass_100'],
])('priceClass %s selects the edge locations of %s', (priceClass, expected) => {
  expect(distributionOf(synthesize({ priceClass }))).toMatchObject({ PriceClass: expected });
});

test.each([
  ['warn', 'WARN', 'INFO'],
  ['info', 'INFO', 'INFO'],
  ['debug', 'DEBUG', 'DEBUG'],
])('logLevel %s keeps lines of Lambda from %s and of functions from %s', (logLevel, system, application) => {
  const template = synthesize({ logLevel });
  for (const entry of allEntries) {
    expect(template.function(entry).properties['LoggingConfig']).toMatchObject({
      LogFormat: 'JSON',
      SystemLogLevel: system,
      ApplicationLogLevel: application,
    });
  }
});

describe('encryptionKeyArn', () => {
  const { encryptionKeyArn } = accountContexts.encryptionKeyArn;
  const template = synthesize(accountContexts.encryptionKeyArn);

  test('encrypts tables, files, the queue and all logs', () => {
    for (const { properties } of template.resources('AWS::DynamoDB::Table')) {
      expect(properties['SSESpecification']).toEqual({
        SSEEnabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: encryptionKeyArn,
      });
    }
    const bucket = template.resources('AWS::S3::Bucket').find(({ id }) => id === 'FilesBucket');
    expect(bucket?.properties['BucketEncryption']).toEqual({
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: encryptionKeyArn },
        },
      ],
    });
    const [queue] = template.resources('AWS::SQS::Queue');
    expect(queue?.properties['KmsMasterKeyId']).toBe(encryptionKeyArn);
    const logs = template.resources('AWS::Logs::LogGroup');
    expect(logs.length).toBeGreaterThan(allEntries.length);
    for (const { properties } of logs) expect(properties['KmsKeyId']).toBe(encryptionKeyArn);
  });

  test('lets every function use the key, and no function without it', () => {
    const granted = (synthesized: Synthesized) =>
      synthesized.resources('AWS::IAM::Policy').flatMap(({ properties }) => {
        const { Statement } = properties['PolicyDocument'] as {
          Statement: { Action: unknown; Resource: unknown }[];
        };
        return Statement.filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
      });
    const found = granted(template);
    expect(found).toHaveLength(allEntries.length);
    for (const { Action, Resource } of found) {
      expect(Resource).toBe(encryptionKeyArn);
      expect(Action).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey']));
    }
    expect(granted(plain)).toEqual([]);
  });
});

test('deletionProtection protects the chat table and the user pool', () => {
  const protection = (context: Record<string, string>) => {
    const template = synthesize(context);
    const chat = template.resources('AWS::DynamoDB::Table').find(({ id }) => id === 'TablesChat');
    const [pool] = template.resources('AWS::Cognito::UserPool');
    return [chat?.properties['DeletionProtectionEnabled'], pool?.properties['DeletionProtection']];
  };
  expect(protection({})).toEqual([undefined, 'INACTIVE']);
  expect(protection(accountContexts.deletionProtection)).toEqual([true, 'ACTIVE']);
});

describe('a resource of an earlier stack is used instead of a new one:', () => {
  const template = synthesize({
    ...accountContexts.chatTableName,
    ...accountContexts.filesBucketName,
    ...accountContexts.userPoolId,
  });
  const statements = JSON.stringify(template.resources('AWS::IAM::Policy'));

  test('the chat table, with its index', () => {
    const { chatTableName } = accountContexts.chatTableName;
    expect(ids(template, 'AWS::DynamoDB::Table')).toEqual(['TablesConnections']);
    expect(environmentOf(template, 'send')['CHAT_TABLE']).toBe(chatTableName);
    expect(template.outputs['ChatTableName']).toBe(chatTableName);
    const arn = `arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/${chatTableName}`;
    expect(statements).toContain(`"${arn}"`);
    expect(statements).toContain(`"${arn}/index/by-user"`);
  });

  test('the files bucket, including in the content security policy', () => {
    const { filesBucketName } = accountContexts.filesBucketName;
    expect(ids(template, 'AWS::S3::Bucket')).toEqual(['EdgePage']);
    expect(environmentOf(template, 'send')['FILES_BUCKET']).toBe(filesBucketName);
    expect(statements).toContain(`"arn:<AWS::Partition>:s3:::${filesBucketName}/*"`);
    const [headers] = template.resources('AWS::CloudFront::ResponseHeadersPolicy');
    expect(JSON.stringify(headers)).toContain(
      `https://${filesBucketName}.s3.<AWS::Region>.<AWS::URLSuffix>/`,
    );
    expect(template.outputs['FilesBucketName']).toBe(filesBucketName);
  });

  test('the user pool, with a new app client', () => {
    const { userPoolId } = accountContexts.userPoolId;
    expect(ids(template, 'AWS::Cognito::UserPool')).toEqual([]);
    const [client] = template.resources('AWS::Cognito::UserPoolClient');
    expect(client?.properties).toMatchObject({ UserPoolId: userPoolId, WriteAttributes: ['email'] });
    const issuer = `https://cognito-idp.<AWS::Region>.<AWS::URLSuffix>/${userPoolId}`;
    expect(environmentOf(template, 'authorize')['ISSUER']).toBe(issuer);
    expect(template.outputs['UserPoolId']).toBe(userPoolId);
  });
});

describe('a first deploy that fails leaves nothing behind:', () => {
  test('no resource is retained when its creation is rolled back, or protected from deletion', () => {
    for (const { id, deletionPolicy, properties } of plain.resources()) {
      expect([id, deletionPolicy]).not.toEqual([id, 'Retain']);
      expect([id, properties['DeletionProtectionEnabled'] ?? false]).toEqual([id, false]);
      expect([id, properties['DeletionProtection'] ?? 'INACTIVE']).toEqual([id, 'INACTIVE']);
    }
  });

  test('the chat table, the buckets and the user pool are kept once the stack exists', () => {
    const kept = plain.resources().filter(({ deletionPolicy }) => deletionPolicy === 'RetainExceptOnCreate');
    expect(kept.map(({ id }) => id).sort()).toEqual([
      'EdgePage',
      'FilesBucket',
      'IdentityUserPool',
      'TablesChat',
    ]);
  });

  test('the page is uploaded last, because CloudFormation cannot delete a bucket that has objects', () => {
    const deployment = /^(EdgePageDeployment|CustomCDKBucketDeployment)/;
    const [first] = plain.resources().filter(({ id }) => /^EdgePageDeploymentHashedCustomResource/.test(id));
    const others = plain.resources().filter(({ id }) => !deployment.test(id));
    expect(others.map(({ id }) => id).filter((id) => !first?.dependsOn.includes(id))).toEqual([]);
  });
});
