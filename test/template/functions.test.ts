import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRates } from '../../functions/gateway/context.ts';
import { createApp } from '../../lib/app.ts';
import { entries } from '../../lib/entries.ts';
import { allEntries, synthesize, temporaryOptions } from './synthesize.ts';

const template = synthesize({
  issuer: 'https://login.example.com/',
  audience: 'chat',
  jwksUri: 'https://login.example.com/jwks.json',
});

const environmentOf = (entry: string): Record<string, string> =>
  (template.function(entry).properties['Environment'] as { Variables: Record<string, string> }).Variables;

/** All environment variables that the stack sets. Every function has the last one. */
const variables = new Set<string>([
  ...Object.values(entries).flatMap((entry) => entry.variables),
  'STACK_NAME',
]);

/** Variables whose absence means the default. */
const optional = new Set([
  // Only with `ChatAuth.lambda`.
  ...['AUTH_FUNCTION', 'AUTH_TIMEOUT_MS', 'SESSION_COOKIE'],
  // Only with `hooks.beforeSend`.
  'BEFORE_SEND',
  'CONNECTIONS_TABLE',
  'DAILY_FILE_BYTES',
  'DIRECT_ROOMS',
  'CREATE_ROOMS',
  'DIRECTORY',
  'RATE_LIMIT',
  'RETENTION_DAYS',
  'USER_POOL_CLIENT',
]);

/** Returns the variables that the deployed bundle of an entry names. */
function namedInBundle(entry: string): string[] {
  const bundle = readFileSync(join(import.meta.dirname, '../../dist/functions', entry, 'index.mjs'), 'utf8');
  return [...new Set(bundle.match(/\b[A-Z][A-Z_]{3,}\b/g))].filter((name) => variables.has(name));
}

test('creates one function for each entry, and the CDK’s page deployment function', () => {
  const runtimes = template.resources('AWS::Lambda::Function').map(({ properties }) => properties['Runtime']);
  expect(runtimes.filter((runtime) => runtime === 'nodejs24.x')).toHaveLength(allEntries.length);
  expect(runtimes).toHaveLength(allEntries.length + 1);
});

test.each(allEntries)('%s runs its bundle on Node 24 and arm64, without the source map', (entry) => {
  expect(template.function(entry).properties).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
  });
  expect(template.assetFiles(entry)).toEqual(['index.mjs']);
});

test('with the setting awsClient: sdk, every function uses the AWS SDK, and its deployment contains the SDK', () => {
  const withSdk = synthesize({ awsClient: 'sdk' });
  const usesSdk = (entry: string) =>
    JSON.stringify(withSdk.function(entry).properties).includes('"AWS_CLIENT":"sdk"');
  expect(allEntries.filter(usesSdk)).toEqual(allEntries);
  expect(withSdk.assetFiles('send')).toEqual(['index.mjs', 'sdk-files.mjs', 'sdk-poster.mjs']);
});

test.each(allEntries)('%s has exactly the environment variables that its bundle reads', (entry) => {
  const named = namedInBundle(entry);
  const set = Object.keys(environmentOf(entry));
  expect(set.filter((name) => !named.includes(name))).toEqual([]);
  expect(named.filter((name) => !set.includes(name) && !optional.has(name))).toEqual([]);
});

test('no function contains the code that calls beforeSend if the chat sets no such hook', () => {
  for (const entry of allEntries) expect(template.assetFiles(entry)).not.toContain('before-send.mjs');
});

test('environment variables name the resources of the stack', () => {
  expect(environmentOf('http')).toMatchObject({
    CHAT_TABLE: '<TablesChat>',
    CONNECTIONS_TABLE: '<TablesConnections>',
    SOCKET_URL: 'https://<SocketApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>/prod',
    FANOUT_FUNCTION: '<FanoutFunction>',
    FILES_BUCKET: '<FilesBucket>',
    ALLOWED_ORIGINS: 'https://<EdgeDistribution.DomainName>',
    ISSUER: 'https://login.example.com/',
    JWKS_URI: 'https://login.example.com/jwks.json',
  });
  expect(environmentOf('connect')).toMatchObject({ WELCOME_FUNCTION: '<WelcomeFunction>' });
});

test.each([
  ['off', undefined, { group: null, direct: null }],
  ['direct:off', 'group:20/10', { group: { messages: 20, windowMs: 10_000 }, direct: null }],
  [
    'direct:60/10',
    'group:20/10,direct:60/10',
    { group: { messages: 20, windowMs: 10_000 }, direct: { messages: 60, windowMs: 10_000 } },
  ],
])('passes rateLimit %s as %s, which the functions parse', (rateLimit, told, rates) => {
  const { Variables } = synthesize({ rateLimit }).function('send').properties['Environment'] as {
    Variables: Record<string, string>;
  };
  expect(Variables['RATE_LIMIT']).toBe(told);
  expect(parseRates(told ?? '')).toEqual(rates);
});

test('passes exposeEmail=false to all functions that send messages to clients', () => {
  const hiding = synthesize({ exposeEmail: 'false' });
  for (const [name, { sockets }] of Object.entries(entries)) {
    expect(environmentOf(name)).not.toHaveProperty('HIDE_EMAILS');
    const { Variables } = hiding.function(name).properties['Environment'] as {
      Variables: Record<string, string>;
    };
    expect([name, Variables['HIDE_EMAILS']]).toEqual([name, sockets ? 'true' : undefined]);
  }
});

test('passes retentionDays to the functions that write or read messages', () => {
  expect(environmentOf('send')).not.toHaveProperty('RETENTION_DAYS');
  const withRetention = synthesize({ retentionDays: '30' });
  for (const entry of ['send', 'edit', 'delete', 'default', 'welcome', 'http', 'admin']) {
    expect(withRetention.function(entry).properties).toMatchObject({
      Environment: { Variables: { RETENTION_DAYS: '30' } },
    });
  }
});

test('passes createRooms=admins to the function that creates rooms', () => {
  expect(environmentOf('http')).not.toHaveProperty('CREATE_ROOMS');
  const admins = synthesize({ createRooms: 'admins' }).function('http');
  expect(admins.properties).toMatchObject({ Environment: { Variables: { CREATE_ROOMS: 'admins' } } });
});

test.each(allEntries.filter((entry) => entry !== 'fanout'))(
  '%s gives up before API Gateway does, at 29 s',
  (entry) => {
    expect(template.function(entry).properties['Timeout']).toBeLessThanOrEqual(29);
  },
);

test.each(allEntries)('%s logs JSON to its own log group', (entry) => {
  const name = entry.charAt(0).toUpperCase() + entry.slice(1);
  expect(template.function(entry).properties['LoggingConfig']).toMatchObject({
    LogFormat: 'JSON',
    LogGroup: `<${name}Logs>`,
  });
});

test('every log group has a retention and is deleted with the stack', () => {
  const groups = template.resources('AWS::Logs::LogGroup');
  // One for each of our functions, and one for the CDK's own function that deploys the page.
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

test('tries welcome once within a minute and fanout three times, and queues failed events', () => {
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

test('fails the synthesis with advice for a missing bundle', () => {
  const options = temporaryOptions(allEntries.filter((entry) => entry !== 'send'));
  expect(() => createApp(options)).toThrow(
    `Synthesis failed: there is no bundle for "send" in ${options.code.functions}. Run \`npm run build\`.`,
  );
});

test('encrypts the queue of failed events, requires TLS and keeps events for two days', () => {
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
