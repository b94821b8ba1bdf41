import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { metricsOfAlarm, readDashboard, type WatchedMetric } from '../support/watched-metrics.ts';
import { allEntries, type Synthesized, synthesize } from './synthesize.ts';

const alarmTopic = 'arn:aws:sns:eu-west-1:123456789012:ops';
const oidc = {
  issuer: 'https://login.example.com/',
  audience: 'chat',
  jwksUri: 'https://login.example.com/jwks',
};
const plain = synthesize();
const watched = synthesize({ alarmTopic, dashboard: true, stackName: 'Chat-2' });

const functionOf = (entry: string) => `${entry.charAt(0).toUpperCase()}${entry.slice(1)}Function`;

const alarmsOf = (template: Synthesized) =>
  template.resources('AWS::CloudWatch::Alarm').map(({ properties }) => properties);

function alarmNamed(name: string, template = watched): Record<string, unknown> {
  const found = alarmsOf(template).find(({ AlarmName }) => String(AlarmName).endsWith(`-${name}`));
  if (found) return found;
  throw new Error(`Template has no alarm ${name}`);
}

const dashboard = readDashboard(
  String(watched.resources('AWS::CloudWatch::Dashboard')[0]?.properties['DashboardBody']),
);

const names = [
  'faults',
  'failed-posts',
  'failed-events',
  'function-errors',
  'function-throttles',
  'authorizer',
  'socket-api-errors',
  'http-api-errors',
  'chat-table-throttles',
  'chat-table-errors',
  'connections-table-throttles',
  'connections-table-errors',
  'request-quota',
];

describe('without settings', () => {
  test.each(['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard', 'AWS::SNS::Topic'])(
    'the stack has no %s, because it costs money',
    (type) => expect(plain.resources(type)).toEqual([]),
  );

  test('no function is traced', () => {
    for (const entry of allEntries)
      expect(plain.function(entry).properties).not.toHaveProperty('TracingConfig');
  });
});

describe('alarms', () => {
  test('there is one for each kind of failure, named after the stack', () => {
    expect(alarmsOf(watched).map(({ AlarmName }) => AlarmName)).toEqual(
      names.map((name) => `Chat-2-${name}`),
    );
  });

  test.each(names)(
    '%s notifies the topic when it goes off and when it ends, and ignores missing data',
    (name) => {
      expect(alarmNamed(name)).toMatchObject({
        AlarmActions: [alarmTopic],
        OKActions: [alarmTopic],
        TreatMissingData: 'notBreaching',
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 1,
      });
    },
  );

  test.each(names)('%s has a section in docs/operations.md, which its notification names', (name) => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
    const [, section = ''] = page.split(`### ${name}\n`);
    const [text = ''] = section.split('\n#');
    for (const part of ['**Means.**', '**Look at.**', '**Do.**']) expect(text).toContain(part);
    expect(alarmNamed(name)['AlarmDescription']).toContain(`See "${name}" in docs/operations.md`);
  });

  test.each(names)('%s reads at most the 10 metrics that CloudWatch allows', (name) => {
    expect(metricsOfAlarm(alarmNamed(name)).length).toBeGreaterThan(0);
    expect(metricsOfAlarm(alarmNamed(name)).length).toBeLessThanOrEqual(10);
  });

  test('alarmEmail creates a topic with a subscription, to which only alarms of this account publish', () => {
    const template = synthesize({ alarmEmail: 'ops@example.com' });
    expect(template.resources('AWS::SNS::Subscription').map(({ properties }) => properties)).toEqual([
      { Endpoint: 'ops@example.com', Protocol: 'email', TopicArn: '<AlarmsTopic>' },
    ]);
    const [policy] = template.resources('AWS::SNS::TopicPolicy');
    expect(policy?.properties['PolicyDocument']).toMatchObject({
      Statement: [
        { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        {
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Resource: '<AlarmsTopic>',
          Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
        },
      ],
    });
    expect(alarmNamed('faults', template)).toMatchObject({ AlarmActions: ['<AlarmsTopic>'] });
    expect(alarmsOf(template)).toHaveLength(names.length);
  });

  test('function-errors leaves out the authorizer, whose errors are mostly refused tokens', () => {
    const functions = metricsOfAlarm(alarmNamed('function-errors')).map(
      (each) => each.dimensions['FunctionName'],
    );
    expect(functions).toEqual(
      allEntries.filter((entry) => entry !== 'authorize').map((entry) => `<${functionOf(entry)}>`),
    );
  });

  test('authorizer watches faults, throttles and time-outs of the authorizer, and not its errors', () => {
    const dimensions = { FunctionName: '<AuthorizeFunction>' };
    expect(metricsOfAlarm(alarmNamed('authorizer'))).toEqual([
      { namespace: 'Parley', name: 'Faults', dimensions },
      { namespace: 'AWS/Lambda', name: 'Throttles', dimensions },
      { namespace: 'AWS/Lambda', name: 'Duration', dimensions },
    ]);
    const timeout = Number(watched.function('authorize').properties['Timeout']);
    expect(JSON.stringify(alarmNamed('authorizer'))).toContain(`IF(duration >= ${timeout * 1000}, 1, 0)`);
  });

  test('http-api-errors does not count answers to a sign-in that the chat does not have', () => {
    const template = synthesize({ alarmTopic, ...oidc });
    expect(metricsOfAlarm(alarmNamed('http-api-errors', template))).toContainEqual({
      namespace: 'Parley',
      name: 'Refusals',
      dimensions: { Stack: 'Parley', Code: 'NO_PASSWORD_LOGIN' },
    });
    expect(metricsOfAlarm(alarmNamed('http-api-errors'))).toEqual([
      { namespace: 'AWS/ApiGateway', name: '5xx', dimensions: { ApiId: '<HttpApi>' } },
    ]);
  });

  test.each([
    [{}, 8000],
    [{ requestQuota: '2500' }, 2000],
  ])('with %s, request-quota goes off above %d requests per second in a minute', (setting, Threshold) => {
    const alarm = alarmNamed('request-quota', synthesize({ alarmTopic, ...setting }));
    expect(alarm).toMatchObject({ Threshold });
    expect(JSON.stringify(alarm)).toContain('"Expression":"requests / 60"');
    expect(metricsOfAlarm(alarm).map(({ name }) => name)).toEqual(['MessageCount', 'ConnectCount', 'Count']);
  });

  test('table-errors watch each operation that some function may call', () => {
    const operations = metricsOfAlarm(alarmNamed('chat-table-errors')).map(
      (each) => each.dimensions['Operation'],
    );
    expect(operations).toEqual(['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem']);
  });
});

describe('the dashboard', () => {
  test('has the name of the stack and a graph for each question', () => {
    expect(watched.resources('AWS::CloudWatch::Dashboard')[0]?.properties['DashboardName']).toBe('Chat-2');
    const subjects = dashboard.titles.map((title) => title.replace(/[,:].*/, ''));
    expect([...new Set(subjects)]).toEqual([
      'Alarms',
      'Messages',
      'Deliveries',
      'Connections',
      'Latency',
      'Refusals',
      '410s',
      'Failed posts',
      'Faults',
      'Throttles',
      'Errors of the APIs',
      'Cost drivers',
    ]);
  });

  test('needs no alarms', () => {
    const [only] = synthesize({ dashboard: 'true' }).resources('AWS::CloudWatch::Dashboard');
    expect(readDashboard(String(only?.properties['DashboardBody'])).titles).not.toContain('Alarms');
  });
});

/** Metrics and their dimensions, as the documentation of each AWS service lists them. */
const published: Record<string, readonly { names: readonly string[]; dimensions: readonly string[] }[]> = {
  'AWS/Lambda': [{ names: ['Invocations', 'Errors', 'Throttles', 'Duration'], dimensions: ['FunctionName'] }],
  'AWS/ApiGateway': [
    {
      names: [
        ...['ConnectCount', 'MessageCount', 'IntegrationError', 'ClientError', 'ExecutionError'],
        ...['IntegrationLatency', '4xx', '5xx', 'Count', 'Latency'],
      ],
      dimensions: ['ApiId'],
    },
  ],
  'AWS/DynamoDB': [
    {
      names: [
        'ReadThrottleEvents',
        'WriteThrottleEvents',
        'ConsumedReadCapacityUnits',
        'ConsumedWriteCapacityUnits',
      ],
      dimensions: ['TableName'],
    },
    {
      names: [
        'ReadThrottleEvents',
        'WriteThrottleEvents',
        'ConsumedReadCapacityUnits',
        'ConsumedWriteCapacityUnits',
      ],
      dimensions: ['TableName', 'GlobalSecondaryIndexName'],
    },
    { names: ['SystemErrors'], dimensions: ['TableName', 'Operation'] },
  ],
  'AWS/SQS': [{ names: ['ApproximateNumberOfMessagesVisible'], dimensions: ['QueueName'] }],
  'AWS/Logs': [{ names: ['IncomingBytes'], dimensions: ['LogGroupName'] }],
  'AWS/CloudFront': [{ names: ['Requests'], dimensions: ['DistributionId', 'Region'] }],
};

/** The type of the resource that a dimension must name. */
const typeOf: Record<string, string> = {
  FunctionName: 'AWS::Lambda::Function',
  ApiId: 'AWS::ApiGatewayV2::Api',
  TableName: 'AWS::DynamoDB::Table',
  LogGroupName: 'AWS::Logs::LogGroup',
  DistributionId: 'AWS::CloudFront::Distribution',
};

const socketMetrics = ['ConnectCount', 'MessageCount', 'IntegrationError', 'ClientError', 'ExecutionError'];

function isPublished({ namespace, name, dimensions }: WatchedMetric): boolean {
  const keys = Object.keys(dimensions).sort().join();
  return (published[namespace] ?? []).some(
    (each) => each.names.includes(name) && [...each.dimensions].sort().join() === keys,
  );
}

test('alarms and dashboard read only metrics that AWS publishes, about resources of this stack', () => {
  const all = [...alarmsOf(watched).flatMap(metricsOfAlarm), ...dashboard.metrics];
  // test/stack/metrics.test.ts checks Parley's own metrics.
  const ofAws = all.filter(({ namespace }) => namespace !== 'Parley');
  expect(ofAws.length).toBeGreaterThan(100);
  expect(ofAws.filter((each) => !isPublished(each))).toEqual([]);
  for (const { dimensions, name } of ofAws) {
    for (const [dimension, type] of Object.entries(typeOf)) {
      const value = dimensions[dimension];
      if (value === undefined) continue;
      const ids = watched.resources(type).map(({ id }) => `<${id}>`);
      expect(ids).toContain(value);
    }
    if (socketMetrics.includes(name)) expect(dimensions).toEqual({ ApiId: '<SocketApi>' });
  }
});

test('tracing traces every function with X-Ray, and allows it to send traces', () => {
  const traced = synthesize({ tracing: 'true' });
  for (const entry of allEntries) {
    const { properties } = traced.function(entry);
    expect(properties['TracingConfig']).toEqual({ Mode: 'Active' });
    const role = String(properties['Role']).replace(/\.Arn>$/, '>');
    const policy = traced
      .resources('AWS::IAM::Policy')
      .find((each) => (each.properties['Roles'] as string[]).includes(role));
    expect(policy?.properties['PolicyDocument']).toMatchObject({
      Statement: expect.arrayContaining([
        { Effect: 'Allow', Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], Resource: '*' },
      ]),
    });
  }
  const stages = traced.resources('AWS::ApiGatewayV2::Stage');
  expect(JSON.stringify(stages)).not.toMatch(/tracing/i);
});
