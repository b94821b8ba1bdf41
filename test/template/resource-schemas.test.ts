import { describe, expect, test } from 'vitest';
import { createCheckedApp } from '../../lib/checked-app.ts';
import { accountContexts, wholeContext } from './account-settings.ts';
import { schemaErrors, type WrittenResource } from './resource-schemas.ts';
import { temporaryOptions } from './synthesize.ts';

const monitoring = { dashboard: 'true', tracing: 'true', requestQuota: '2500' };
const alarmTopic = 'arn:aws:sns:eu-west-1:123456789012:ops';
const alarmEmail = 'ops@example.com';

const variants = Object.entries<Record<string, string>>({
  'the defaults': {},
  'an issuer of the team': {
    issuer: 'https://login.example.com/',
    audience: 'chat',
    jwksUri: 'https://login.example.com/jwks.json',
  },
  'access logs': { accessLogs: 'true' },
  ...accountContexts,
  'alarms by a topic': { alarmTopic },
  'alarms by e-mail, a dashboard and tracing': { ...monitoring, alarmEmail },
  'every setting together': { ...wholeContext, ...monitoring, alarmTopic },
  'every setting, and nothing of an earlier stack': {
    ...wholeContext,
    ...monitoring,
    alarmEmail,
    chatTableName: '',
    filesBucketName: '',
    userPoolId: '',
  },
});

test.each(variants)(
  'with %s, the template passes cdk-nag and the schemas of CloudFormation',
  (_name, context) => {
    const app = createCheckedApp({ ...temporaryOptions(), context });
    const { template } = app.synth().getStackByName('Parley');
    const resources: Record<string, WrittenResource> = template.Resources;
    expect(Object.keys(resources).length).toBeGreaterThan(0);
    expect(Object.entries(resources).flatMap(([id, resource]) => schemaErrors(id, resource))).toEqual([]);
  },
);

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
