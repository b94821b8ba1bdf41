import { expect, test } from 'vitest';
import { parseRates } from '../../functions/gateway/context.ts';
import { createApp } from '../../lib/app.ts';
import { allEntries, synthesize, temporaryOptions } from './synthesize.ts';

const template = synthesize({
  issuer: 'https://login.example.com/',
  audience: 'chat',
  jwksUri: 'https://login.example.com/jwks.json',
});

const CHAT_TABLE = '<TablesChat>';
const CONNECTIONS_TABLE = '<TablesConnections>';
const SOCKET_URL = 'https://<SocketApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>/prod';
const posting = { CHAT_TABLE, CONNECTIONS_TABLE, SOCKET_URL };
const sending = { ...posting, FANOUT_FUNCTION: '<FanoutFunction>', RATE_LIMIT: 'group:20/10,direct:20/10' };
const filing = { ...sending, FILES_BUCKET: '<FilesBucket>' };

const verifying = {
  ISSUER: 'https://login.example.com/',
  AUDIENCE: 'chat',
  JWKS_URI: 'https://login.example.com/jwks.json',
};

const variables: Record<string, Record<string, string>> = {
  authorize: {
    CHAT_TABLE,
    ...verifying,
    ALLOWED_ORIGINS: 'https://<EdgeDistribution.DomainName>',
  },
  connect: { CHAT_TABLE, CONNECTIONS_TABLE, WELCOME_FUNCTION: '<WelcomeFunction>' },
  welcome: { ...posting, FILES_BUCKET: '<FilesBucket>' },
  disconnect: posting,
  send: filing,
  edit: filing,
  delete: filing,
  default: { ...filing, ...verifying },
  http: {
    ...filing,
    MAX_FILE_BYTES: '25000000',
    ...verifying,
    ALLOWED_ORIGINS: 'https://<EdgeDistribution.DomainName>',
  },
  fanout: posting,
};

test('there is one function for each entry and no other, but the one of the CDK that deploys the page', () => {
  const runtimes = template.resources('AWS::Lambda::Function').map(({ properties }) => properties['Runtime']);
  expect(runtimes.filter((runtime) => runtime === 'nodejs24.x')).toHaveLength(allEntries.length);
  expect(runtimes).toHaveLength(allEntries.length + 1);
});

test.each(allEntries)('%s runs its bundle, without the source map, on Node 24 on arm64', (entry) => {
  expect(template.function(entry).properties).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
  });
  expect(template.assetFiles(entry)).toEqual(['index.mjs']);
});

test('with the setting awsClient: sdk, every function uses the AWS SDK, and is deployed with it', () => {
  const withSdk = synthesize({ awsClient: 'sdk' });
  const usesSdk = (entry: string) =>
    JSON.stringify(withSdk.function(entry).properties).includes('"AWS_CLIENT":"sdk"');
  expect(allEntries.filter(usesSdk)).toEqual(allEntries);
  expect(withSdk.assetFiles('send')).toEqual(['index.mjs', 'sdk-files.mjs', 'sdk-poster.mjs']);
});

test.each(allEntries)('%s is told its variables and no others', (entry) => {
  expect(template.function(entry).properties['Environment']).toEqual({ Variables: variables[entry] });
});

test.each([
  ['off', undefined, { group: null, direct: null }],
  ['direct:off', 'group:20/10', { group: { messages: 20, windowMs: 10_000 }, direct: null }],
  [
    'direct:60/10',
    'group:20/10,direct:60/10',
    { group: { messages: 20, windowMs: 10_000 }, direct: { messages: 60, windowMs: 10_000 } },
  ],
])('rateLimit %s is told as %s, and the functions read it as it was meant', (rateLimit, told, rates) => {
  const { Variables } = synthesize({ rateLimit }).function('send').properties['Environment'] as {
    Variables: Record<string, string>;
  };
  expect(Variables['RATE_LIMIT']).toBe(told);
  expect(parseRates(told ?? '')).toEqual(rates);
});

test.each(allEntries.filter((entry) => entry !== 'fanout'))(
  '%s gives up before API Gateway does, at 29 s',
  (entry) => {
    expect(template.function(entry).properties['Timeout']).toBeLessThanOrEqual(29);
  },
);

test.each(allEntries)('%s logs JSON to a log group of its own', (entry) => {
  const name = entry.charAt(0).toUpperCase() + entry.slice(1);
  expect(template.function(entry).properties['LoggingConfig']).toMatchObject({
    LogFormat: 'JSON',
    LogGroup: `<${name}Logs>`,
  });
});

test('every log group has a retention and goes with the stack', () => {
  const groups = template.resources('AWS::Logs::LogGroup');
  // One for each function of ours, and one for the CDK's own that deploys the page.
  expect(groups).toHaveLength(allEntries.length + 1);
  for (const group of groups) {
    expect(group).toMatchObject({ properties: { RetentionInDays: 30 }, deletionPolicy: 'Delete' });
  }
});

test('logRetentionDays sets the retention of every log group', () => {
  const groups = synthesize({ logRetentionDays: '90', accessLogs: true }).resources('AWS::Logs::LogGroup');
  expect(groups.map(({ properties }) => properties['RetentionInDays'])).toEqual(
    Array(allEntries.length + 3).fill(90),
  );
});

test('a welcome is tried once within a minute, a fan-out three times, and what failed for good goes to a queue', () => {
  const found = template.resources('AWS::Lambda::EventInvokeConfig').map(({ properties }) => properties);
  const DestinationConfig = { OnFailure: { Destination: '<FailuresQueue.Arn>' } };
  expect(found).toEqual([
    {
      DestinationConfig,
      FunctionName: '<WelcomeFunction>',
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    },
    {
      DestinationConfig,
      FunctionName: '<FanoutFunction>',
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 300,
    },
  ]);
});

test('a missing bundle stops the synth with a line that says what to do', () => {
  const options = temporaryOptions(allEntries.filter((entry) => entry !== 'send'));
  expect(() => createApp(options)).toThrow(
    `Synth failed: no bundle for "send" in ${options.bundles}; run \`npm run build\``,
  );
});

test('the queue of failed events, which hold texts, is encrypted, asked by TLS only, and short-lived', () => {
  const [queue, ...others] = template.resources('AWS::SQS::Queue');
  expect(others).toEqual([]);
  expect(queue).toMatchObject({
    properties: { SqsManagedSseEnabled: true, MessageRetentionPeriod: 2 * 24 * 3_600 },
    deletionPolicy: 'Delete',
  });
  const [policy] = template.resources('AWS::SQS::QueuePolicy');
  expect(policy?.properties['PolicyDocument']).toMatchObject({
    Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
  });
});
