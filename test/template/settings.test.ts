import { expect, test } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { readSettings } from '../../lib/settings.ts';
import { temporaryOptions } from './synthesize.ts';

const oidc = {
  issuer: 'https://login.example.com/',
  audience: 'chat',
  jwksUri: 'https://login.example.com/jwks.json',
};

/** The defaults of lib/account-settings.ts. */
const account = {
  domain: null,
  webAclArn: null,
  encryptionKeyArn: null,
  priceClass: 'all',
  logLevel: 'warn',
  deletionProtection: false,
  adopted: { chatTableName: null, filesBucketName: null, userPoolId: null },
};

const read = (context: Record<string, unknown>) => readSettings((key) => context[key]);

test('refuses an unknown setting, and accepts the context of the CDK', () => {
  const options = temporaryOptions();
  const withContext = (context: Record<string, unknown>) => () => createApp({ ...options, context });
  expect(withContext({ retentoinDays: '30' })).toThrow(
    /^Setting "retentoinDays" is unknown\. Use one of: .*retentionDays/,
  );
  withContext({
    'availability-zones:account=111111111111:region=eu-west-1': ['eu-west-1a'],
    'acknowledged-issue-numbers': [1],
    '@aws-cdk/core:newStyleStackSynthesis': true,
    'aws:cdk:toolkit': 'x',
  })();
});

test('uses the defaults without context', () => {
  expect(read({})).toEqual({
    stackName: 'Parley',
    oidc: null,
    logRetention: 30,
    accessLogs: false,
    allowedOrigins: [],
    retentionDays: null,
    maxFileMegabytes: 25,
    dailyFileMegabytes: 1000,
    directRooms: 'members',
    createRooms: 'everyone',
    exposeEmail: true,
    directory: 'sharedRooms',
    rateLimit: { group: { messages: 20, seconds: 10 }, direct: { messages: 20, seconds: 10 } },
    roomLimits: { create: { messages: 60, seconds: 3600 }, invite: { messages: 50, seconds: 86_400 } },
    throttle: { rateLimit: 2000, burstLimit: 1000 },
    awsClient: 'signed',
    monitoring: { alarms: null, requestQuota: 10_000, dashboard: false, tracing: false },
    ...account,
  });
});

test('accepts values as strings from the command line', () => {
  const texts = { stackName: 'Chat-2', logRetentionDays: '7', accessLogs: 'true' };
  const allowedOrigins = 'https://chat.example.com, http://localhost:8000';
  const monitoring = {
    alarmEmail: 'ops@example.com',
    requestQuota: '2500',
    dashboard: 'true',
    tracing: 'true',
  };
  const others = {
    retentionDays: '30',
    allowedOrigins,
    directRooms: 'on-demand',
    directory: 'everyone',
    awsClient: 'sdk',
    ...monitoring,
  };
  expect(read({ ...oidc, ...texts, ...others })).toEqual({
    stackName: 'Chat-2',
    oidc,
    logRetention: 7,
    accessLogs: true,
    allowedOrigins: ['https://chat.example.com', 'http://localhost:8000'],
    retentionDays: 30,
    maxFileMegabytes: 25,
    dailyFileMegabytes: 1000,
    directRooms: 'on-demand',
    createRooms: 'everyone',
    exposeEmail: true,
    directory: 'everyone',
    rateLimit: { group: { messages: 20, seconds: 10 }, direct: { messages: 20, seconds: 10 } },
    roomLimits: { create: { messages: 60, seconds: 3600 }, invite: { messages: 50, seconds: 86_400 } },
    throttle: { rateLimit: 2000, burstLimit: 1000 },
    awsClient: 'sdk',
    monitoring: {
      alarms: { email: 'ops@example.com' },
      requestQuota: 2500,
      dashboard: true,
      tracing: true,
    },
    ...account,
  });
});

test.each([
  { rateLimit: 'off', group: null, direct: null },
  { rateLimit: '5/60', group: { messages: 5, seconds: 60 }, direct: { messages: 5, seconds: 60 } },
  {
    rateLimit: 'group:100/3600, direct:1/1',
    group: { messages: 100, seconds: 3600 },
    direct: { messages: 1, seconds: 1 },
  },
  { rateLimit: 'direct:off', group: { messages: 20, seconds: 10 }, direct: null },
  { rateLimit: 'group:7/2', group: { messages: 7, seconds: 2 }, direct: { messages: 20, seconds: 10 } },
])('parses rateLimit $rateLimit for each kind of room', ({ rateLimit, group, direct }) => {
  expect(read({ rateLimit }).rateLimit).toEqual({ group, direct });
});

test.each([
  { roomLimits: 'create:off', create: null, invite: { messages: 50, seconds: 86_400 } },
  {
    roomLimits: 'invite:100/86400, create:1/1',
    create: { messages: 1, seconds: 1 },
    invite: { messages: 100, seconds: 86_400 },
  },
])('parses roomLimits $roomLimits', ({ roomLimits, create, invite }) => {
  expect(read({ roomLimits }).roomLimits).toEqual({ create, invite });
});

test.each([
  { audience: 'chat', jwksUri: oidc.jwksUri, missing: 'issuer' },
  { issuer: oidc.issuer, jwksUri: oidc.jwksUri, missing: 'audience' },
  { issuer: oidc.issuer, audience: 'chat', missing: 'jwksUri' },
  { issuer: oidc.issuer, audience: 'chat', jwksUri: '', missing: 'jwksUri' },
])('rejects an issuer without $missing', ({ missing, ...context }) => {
  expect(() => read(context)).toThrow(
    `Setting "${missing}" is invalid: it is missing. Set issuer, audience and jwksUri, or none of them for a Cognito user pool.`,
  );
});

test.each(['http://127.0.0.1:8003', 'http://localhost:8003', 'http://[::1]:8003'])(
  'an issuer on this machine may be http: %s',
  (issuer) => {
    expect(read({ ...oidc, issuer, jwksUri: `${issuer}/jwks.json` }).oidc?.issuer).toBe(issuer);
  },
);

test.each([
  { context: { ...oidc, issuer: 'http://login.example.com/' }, key: 'issuer' },
  { context: { ...oidc, issuer: 'http://127.0.0.1.example.com/' }, key: 'issuer' },
  { context: { ...oidc, jwksUri: 'http://login.example.com/jwks.json' }, key: 'jwksUri' },
  { context: { ...oidc, jwksUri: 'login.example.com' }, key: 'jwksUri' },
  { context: { ...oidc, jwksUri: 'file:///etc/keys.json' }, key: 'jwksUri' },
  { context: { ...oidc, issuer: 7 }, key: 'issuer' },
  { context: { ...oidc, audience: ['a', 'b'] }, key: 'audience' },
  { context: { clientId: 'page' }, key: 'clientId' },
  { context: { ...oidc, clientId: 7 }, key: 'clientId' },
  { context: { ...oidc, clientId: 'page', scope: 'profile' }, key: 'scope' },
  { context: { ...oidc, endpointOrigins: 'https://tokens.example.com/oauth' }, key: 'endpointOrigins' },
  { context: { logRetentionDays: '31' }, key: 'logRetentionDays' },
  { context: { logRetentionDays: 'forever' }, key: 'logRetentionDays' },
  { context: { logRetentionDays: '' }, key: 'logRetentionDays' },
  { context: { logRetentionDays: 9999 }, key: 'logRetentionDays' },
  { context: { accessLogs: 'yes' }, key: 'accessLogs' },
  { context: { allowedOrigins: '*' }, key: 'allowedOrigins' },
  { context: { allowedOrigins: 'null' }, key: 'allowedOrigins' },
  { context: { allowedOrigins: 'https://chat.example.com/' }, key: 'allowedOrigins' },
  { context: { allowedOrigins: 'https://chat.example.com,' }, key: 'allowedOrigins' },
  { context: { allowedOrigins: 'http://chat.example.com' }, key: 'allowedOrigins' },
  { context: { allowedOrigins: ['https://chat.example.com'] }, key: 'allowedOrigins' },
  { context: { retentionDays: '0' }, key: 'retentionDays' },
  { context: { retentionDays: '1.5' }, key: 'retentionDays' },
  { context: { maxFileMegabytes: '0' }, key: 'maxFileMegabytes' },
  { context: { maxFileMegabytes: '2.5' }, key: 'maxFileMegabytes' },
  { context: { maxFileMegabytes: '5001' }, key: 'maxFileMegabytes' },
  { context: { maxFileMegabytes: 'large' }, key: 'maxFileMegabytes' },
  { context: { throttle: '2000' }, key: 'throttle' },
  { context: { throttle: '0/5' }, key: 'throttle' },
  { context: { throttle: 2000 }, key: 'throttle' },
  { context: { dailyFileMegabytes: '24' }, key: 'dailyFileMegabytes' },
  { context: { dailyFileMegabytes: '1000001' }, key: 'dailyFileMegabytes' },
  { context: { dailyFileMegabytes: 'large' }, key: 'dailyFileMegabytes' },
  { context: { rateLimit: '20' }, key: 'rateLimit' },
  { context: { rateLimit: '0/10' }, key: 'rateLimit' },
  { context: { rateLimit: '101/10' }, key: 'rateLimit' },
  { context: { rateLimit: '20/0' }, key: 'rateLimit' },
  { context: { rateLimit: '20/3601' }, key: 'rateLimit' },
  { context: { rateLimit: '2.5/10' }, key: 'rateLimit' },
  { context: { rateLimit: 'on' }, key: 'rateLimit' },
  { context: { rateLimit: false }, key: 'rateLimit' },
  { context: { rateLimit: 'room:20/10' }, key: 'rateLimit' },
  { context: { rateLimit: 'group:20/10,off' }, key: 'rateLimit' },
  { context: { rateLimit: 'group:20/10,group:off' }, key: 'rateLimit' },
  { context: { rateLimit: 'group:20/10,' }, key: 'rateLimit' },
  { context: { rateLimit: 'group:20/10:5' }, key: 'rateLimit' },
  { context: { roomLimits: '20/10' }, key: 'roomLimits' },
  { context: { roomLimits: 'create:20/86401' }, key: 'roomLimits' },
  { context: { roomLimits: 'create:off,create:off' }, key: 'roomLimits' },
  { context: { roomLimits: 'create:off,' }, key: 'roomLimits' },
  { context: { roomLimits: 5 }, key: 'roomLimits' },
  { context: { directory: 'all' }, key: 'directory' },
  { context: { createRooms: 'owners' }, key: 'createRooms' },
  { context: { exposeEmail: 'no' }, key: 'exposeEmail' },
  { context: { createRooms: 'admins', directRooms: 'on-demand' }, key: 'createRooms' },
  { context: { awsClient: 'fast' }, key: 'awsClient' },
  { context: { alarmTopic: 'ops' }, key: 'alarmTopic' },
  { context: { alarmTopic: 'arn:aws:sns:eu-west-1:123456789012:ops.fifo' }, key: 'alarmTopic' },
  { context: { alarmTopic: 5 }, key: 'alarmTopic' },
  { context: { alarmEmail: 'ops' }, key: 'alarmEmail' },
  { context: { alarmEmail: true }, key: 'alarmEmail' },
  {
    context: { alarmTopic: 'arn:aws:sns:eu-west-1:123456789012:ops', alarmEmail: 'ops@example.com' },
    key: 'alarmEmail',
  },
  { context: { requestQuota: '0' }, key: 'requestQuota' },
  { context: { requestQuota: 'many' }, key: 'requestQuota' },
  { context: { dashboard: 'yes' }, key: 'dashboard' },
  { context: { tracing: 1 }, key: 'tracing' },
  { context: { stackName: 'my chat' }, key: 'stackName' },
  { context: { stackName: 5 }, key: 'stackName' },
])('rejects an invalid $key by name: $context', ({ context, key }) => {
  expect(() => read(context)).toThrow(`Setting "${key}" is invalid: `);
});

test('the app cannot be created with an invalid setting', () => {
  const options = temporaryOptions();
  expect(() => createApp({ ...options, context: { issuer: oidc.issuer } })).toThrow('Setting "audience"');
});

test('by default, a user may store at least one file of the largest size a day', () => {
  const settings = readSettings((key) => (key === 'maxFileMegabytes' ? '3000' : undefined));
  expect(settings.dailyFileMegabytes).toBe(3000);
});

test('reads the topic of the alarms', () => {
  const alarmTopic = 'arn:aws:sns:eu-west-1:123456789012:ops';
  expect(read({ alarmTopic }).monitoring.alarms).toEqual({ topicArn: alarmTopic });
});
