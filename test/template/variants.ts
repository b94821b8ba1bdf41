import { accountContexts, wholeContext } from './account-settings.ts';

const oidc = {
  issuer: 'https://login.example.com/',
  audience: 'chat',
  jwksUri: 'https://login.example.com/jwks.json',
};

const alarmTopic = { alarmTopic: 'arn:aws:sns:eu-west-1:123456789012:ops', requestQuota: '2500' };
const alarmEmail = { alarmEmail: 'ops@example.com' };
const monitoring = { dashboard: 'true', tracing: 'true' };

/** The contexts of stacks that differ in their resources: each setting alone, and all together. */
export const variants = Object.entries<Readonly<Record<string, string>>>({
  'the defaults': {},
  ...accountContexts,
  'an issuer of the team': oidc,
  accessLogs: { accessLogs: 'true' },
  alarmTopic,
  alarmEmail,
  dashboard: { dashboard: 'true' },
  tracing: { tracing: 'true' },
  directRooms: { directRooms: 'on-demand' },
  awsClient: { awsClient: 'sdk' },
  'every setting together': { ...wholeContext, ...monitoring, ...alarmTopic },
  'every setting, and nothing of an earlier stack': {
    ...wholeContext,
    ...monitoring,
    ...alarmEmail,
    chatTableName: '',
    filesBucketName: '',
    userPoolId: '',
  },
});
