import { type App, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { createCheckedApp } from '../../lib/checked-app.ts';
import { usualOrLong } from '../support/long.ts';
import { accountContexts, wholeContext } from './account-settings.ts';
import { schemaErrors, type WrittenResource } from './resource-schemas.ts';
import { temporaryOptions } from './synthesize.ts';

/** The CDK's own function that deploys the page. */
const provider = 'Chat/Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C512MiB';

/** The acknowledged findings: resource, id and reason. */
function acknowledgments(app: App) {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([id, reason]) => ({ path: node.path, rule: id.replace(/^.*::(?=AwsSolutions)/, ''), reason })),
  );
}

const monitoring = { dashboard: 'true', tracing: 'true', requestQuota: '2500' };
const alarmTopic = 'arn:aws:sns:eu-west-1:123456789012:ops';
const alarmEmail = 'ops@example.com';

const variants = Object.entries<Record<string, string>>({
  // First, because it has all resource types: the CDK loads its rules again for each type that it has not seen.
  'every setting, and nothing of an earlier stack': {
    ...wholeContext,
    ...monitoring,
    alarmEmail,
    chatTableName: '',
    filesBucketName: '',
    userPoolId: '',
  },
  'the defaults': {},
  'an issuer of the team': {
    issuer: 'https://login.example.com/',
    audience: 'chat',
    jwksUri: 'https://login.example.com/jwks.json',
  },
  'access logs': { accessLogs: 'true' },
  ...accountContexts,
  'alarms by a topic': { alarmTopic },
  'alarms by e-mail': { alarmEmail },
  'a dashboard': { dashboard: 'true' },
  tracing: { tracing: 'true' },
  'direct rooms on demand': { directRooms: 'on-demand' },
  'a directory of everyone': { directory: 'everyone' },
  'the AWS SDK': { awsClient: 'sdk' },
  'every setting together': { ...wholeContext, ...monitoring, alarmTopic },
});

/** The cases of `npm test`: each setting is set in one of them, and left out in another. */
const combined = ['every setting, and nothing', 'the defaults', 'an issuer', 'every setting together'];

test.each(
  usualOrLong(
    variants.filter(([name]) => combined.some((each) => name.startsWith(each))),
    variants,
  ),
)('with %s, the template passes cdk-nag and the schemas of CloudFormation', (_name, context) => {
  const app = createCheckedApp({ ...temporaryOptions(), context });
  const { template } = app.synth().getStackByName('Parley');
  const resources: Record<string, WrittenResource> = template.Resources;
  expect(Object.keys(resources).length).toBeGreaterThan(0);
  expect(Object.entries(resources).flatMap(([id, resource]) => schemaErrors(id, resource))).toEqual([]);
});

test('fails the synthesis for an unacknowledged finding', () => {
  const app = createCheckedApp(temporaryOptions());
  new Bucket(new Stack(app, 'Another'), 'Unguarded');
  expect(() => app.synth()).toThrow('AwsSolutions-S10');
});

test('acknowledges each finding at its own resource with a reason', () => {
  const found = acknowledgments(createCheckedApp(temporaryOptions()));
  const rules = Map.groupBy(found, ({ rule }) => rule.replace(/\[.*/, ''));
  // The chat itself has the id Default, which the CDK leaves out of names.
  const placeOf = ({ path }: { path: string }) => path.replace('Chat/Default/', 'Chat/');
  const places = [...rules].map(([rule, each]) => [rule, each.map(placeOf).sort()]);
  const routes = ['$default', '$disconnect', 'delete', 'edit', 'send'];
  const posting = ['Admin', 'Default', 'Delete', 'Disconnect', 'Edit', 'Fanout', 'Http', 'Send', 'Welcome'];
  const filing = ['Admin', 'Default', 'Delete', 'Edit', 'Http', 'Send', 'Welcome'];
  expect(Object.fromEntries(places)).toEqual({
    'AwsSolutions-CFR1': ['Chat/Edge/Distribution'],
    'AwsSolutions-CFR2': ['Chat/Edge/Distribution'],
    'AwsSolutions-CFR3': ['Chat/Edge/Distribution'],
    'AwsSolutions-CFR4': ['Chat/Edge/Distribution'],
    'Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk': ['Chat/Edge/Distribution'],
    'AwsSolutions-DDB3': ['Chat/Tables/Connections'],
    'AwsSolutions-S1': ['Chat/Edge/Page', 'Chat/Files/Bucket'],
    'AwsSolutions-SQS3': ['Chat/Failures/Queue'],
    'AwsSolutions-COG2': ['Chat/Identity/UserPool'],
    'AwsSolutions-COG8': ['Chat/Identity/UserPool'],
    'AwsSolutions-APIG1': ['Chat/Http/Stage', 'Chat/Socket/Stage'],
    'AwsSolutions-APIG4': [
      'Chat/Http/Api/ANY--api--{proxy+}',
      ...routes.map((route) => `Chat/Socket/Api/${route}-Route`),
    ],
    'AwsSolutions-IAM5': [...posting, ...posting, ...posting, ...filing]
      .map((name) => `Chat/${name}Role`)
      .concat(Array(7).fill(`${provider}/ServiceRole`))
      .sort(),
    'AwsSolutions-IAM4': [`${provider}/ServiceRole`],
    'AwsSolutions-L1': [provider],
  });
  for (const { reason } of found) expect(reason).toMatch(/^[A-Z].{40,}\.$/);
});

test('acknowledges a wildcard for its own resource only', () => {
  const wildcards = acknowledgments(createCheckedApp(temporaryOptions())).filter(
    ({ rule, path }) => rule.startsWith('AwsSolutions-IAM5') && !path.includes('CDKBucketDeployment'),
  );
  expect(wildcards).not.toEqual([]);
  for (const { rule } of wildcards) {
    expect(rule).toMatch(
      /^AwsSolutions-IAM5\[Resource::(.*<SocketApi\w+>\/prod\/(GET|POST|DELETE)\/@connections|<FilesBucket\w+\.Arn>)\/\*\]$/,
    );
  }
});

test('applies the feature flags of cdk.json to an in-process synthesis', () => {
  expect(createCheckedApp(temporaryOptions()).node.tryGetContext('@aws-cdk/aws-iam:minimizePolicies')).toBe(
    true,
  );
});

describe('the check against the schemas finds', () => {
  const table = {
    KeySchema: [{ AttributeName: 'room', KeyType: 'HASH' }],
    SSESpecification: { SSEEnabled: true },
  };

  test.each<[string, WrittenResource, string]>([
    [
      'an unknown type',
      { Type: 'AWS::DynamoDB::Tables' },
      'T: there is no resource type AWS::DynamoDB::Tables',
    ],
    [
      'an unknown property',
      { Type: 'AWS::DynamoDB::Table', Properties: { ...table, Encryption: true } },
      'T (AWS::DynamoDB::Table).Encryption is not in the schema',
    ],
    [
      'a missing property',
      { Type: 'AWS::DynamoDB::Table', Properties: { ...table, SSESpecification: {} } },
      'T (AWS::DynamoDB::Table).SSESpecification.SSEEnabled is missing',
    ],
    [
      'a value of another type, deep inside',
      {
        Type: 'AWS::DynamoDB::Table',
        Properties: { ...table, KeySchema: [{ AttributeName: 1, KeyType: 'HASH' }] },
      },
      'T (AWS::DynamoDB::Table).KeySchema[0].AttributeName is not a string',
    ],
  ])('%s', (_what, resource, error) => {
    expect(schemaErrors('T', resource)).toEqual([error]);
    expect(schemaErrors('T', { Type: 'AWS::DynamoDB::Table', Properties: table })).toEqual([]);
  });
});
