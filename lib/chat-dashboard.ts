import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  type Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { type ChatMetrics, metric, NAMESPACE, postingEntries, total } from './chat-metrics.ts';
import { entries, entryNames } from './entries.ts';

export interface ChatDashboardProps {
  readonly metrics: ChatMetrics;
  readonly distributionId: string;
  /** Empty if the stack has no alarms. */
  readonly alarms: readonly Alarm[];
}

/** The entries that run commands of frames. */
const frameEntries = ['send', 'edit', 'delete', 'default'] as const;

const percentiles = ['p50', 'p90', 'p99'] as const;

/** The CloudWatch dashboard of the stack, on one page. */
export class ChatDashboard extends Construct {
  constructor(scope: Construct, id: string, { metrics, alarms, distributionId }: ChatDashboardProps) {
    super(scope, id);
    const states = alarms.length > 0 ? [[alarmStates(alarms)]] : [];
    new Dashboard(this, 'Dashboard', {
      dashboardName: metrics.chatName,
      defaultInterval: Duration.hours(3),
      widgets: [
        ...states,
        traffic(metrics),
        latency(metrics),
        trouble(metrics),
        failures(metrics),
        costs(metrics, distributionId),
      ],
    });
  }
}

const alarmStates = (alarms: readonly Alarm[]): IWidget =>
  new AlarmStatusWidget({ title: 'Alarms', width: 24, height: 3, alarms: [...alarms] });

function graph(title: string, left: readonly IMetric[], right: readonly IMetric[] = []): IWidget {
  return new GraphWidget({ title, width: 8, height: 6, left: [...left], right: [...right] });
}

function traffic(metrics: ChatMetrics): IWidget[] {
  const frames = frameEntries.map((entry) => metrics.lambda(entry, 'Invocations'));
  const deliveries = new MathExpression({
    expression: 'messages - frames',
    usingMetrics: { messages: metrics.socket('MessageCount'), frames: total(frames, 'Frames') },
    label: 'All frames to clients',
  });
  const taken = postingEntries.map((entry) => metrics.ofFunction(entry, 'PostsTaken'));
  const connections = [
    metrics.socket('ConnectCount').with({ label: 'Connects' }),
    metrics.lambda('disconnect', 'Invocations').with({ label: 'Disconnects' }),
    total(
      postingEntries.map((entry) => metrics.ofFunction(entry, 'ConnectionsClosed')),
      'Closed because the client does not read',
    ),
  ];
  return [
    graph('Messages: frames from clients, by function', frames),
    graph('Deliveries: frames to clients, and posts of measured fan-outs', [deliveries], taken),
    graph('Connections', connections),
  ];
}

function latency(metrics: ChatMetrics): IWidget[] {
  const ofEach = (
    names: readonly ('send' | 'http' | 'fanout')[],
    read: (entry: 'send' | 'http' | 'fanout', p: string) => Metric,
  ) => names.flatMap((entry) => percentiles.map((p) => read(entry, p)));
  return [
    graph(
      'Latency: time of functions, in ms',
      ofEach(['send', 'http'], (entry, p) => metrics.lambda(entry, 'Duration', p)),
    ),
    graph(
      'Latency: first to last post of a fan-out, in ms',
      ofEach(['send', 'fanout'], (entry, p) => metrics.ofFunction(entry, 'LastPost', p)),
    ),
    graph(
      'Latency: frames and requests, in ms',
      percentiles.flatMap((p) => [
        metrics.socket('IntegrationLatency', p).with({ label: `frames ${p}` }),
        metrics.http('Latency', p).with({ label: `requests ${p}` }),
      ]),
    ),
  ];
}

function trouble(metrics: ChatMetrics): IWidget[] {
  const refusals = new MathExpression({
    expression: `SEARCH('{${NAMESPACE},Stack,Code} MetricName="Refusals" Stack="${metrics.chatName}"', 'Sum', 300)`,
    label: '',
  });
  const ofEach = (name: 'PostsGone' | 'PostsFailed') =>
    postingEntries.map((entry) => metrics.ofFunction(entry, name));
  return [
    graph('Refusals, by code', [refusals]),
    graph('410s: posts to connections that had ended', ofEach('PostsGone')),
    graph('Failed posts', ofEach('PostsFailed')),
  ];
}

function failures(metrics: ChatMetrics): IWidget[] {
  const throttledTables = (['chat', 'connections'] as const).map((name) =>
    total(metrics.throttles(name), `${name} table`),
  );
  const errors = [
    metrics.socket('IntegrationError'),
    metrics.socket('ExecutionError'),
    metrics.socket('ClientError'),
    metrics.http('5xx'),
    metrics.http('4xx'),
    metrics.failedEvents().with({ label: 'Failed events' }),
  ];
  return [
    graph(
      'Faults, by function',
      entryNames.map((entry) => metrics.ofFunction(entry, 'Faults')),
    ),
    graph(
      'Throttles',
      entryNames.map((entry) => metrics.lambda(entry, 'Throttles')),
      throttledTables,
    ),
    graph('Errors of the APIs, and failed events', errors),
  ];
}

function costs(metrics: ChatMetrics, distributionId: string): IWidget[] {
  const units = (kind: 'Read' | 'Write') =>
    (['chat', 'connections'] as const).map((name) =>
      total(metrics.table(name, `Consumed${kind}CapacityUnits`), `${name}: ${kind.toLowerCase()} units`),
    );
  const logs = entryNames.map((entry) => {
    const { logGroupName } = metrics.functions[entry].logGroup;
    return metric('AWS/Logs', 'IncomingBytes', { LogGroupName: logGroupName });
  });
  // CloudFront publishes its metrics in this Region only (AWS: "View CloudFront and edge function metrics").
  const requests = { DistributionId: distributionId, Region: 'Global' };
  const edge = metric('AWS/CloudFront', 'Requests', requests).with({
    region: 'us-east-1',
    label: 'Requests to the edge',
  });
  const messages = [
    metrics.socket('MessageCount').with({ label: 'WebSocket messages' }),
    metrics.http('Count').with({ label: 'HTTP requests' }),
    edge,
  ];
  const invocations = total(
    entryNames.map((entry) => metrics.lambda(entry, 'Invocations')),
    'Invocations',
  );
  return [
    graph('Cost drivers: API messages, and Lambda', messages, [invocations, gigabyteSeconds(metrics)]),
    graph('Cost drivers: DynamoDB', [...units('Read'), ...units('Write')]),
    graph('Cost drivers: bytes of logs', [total(logs, 'Bytes')]),
  ];
}

/** Returns the compute that Lambda bills: the time of each function times its memory. */
function gigabyteSeconds(metrics: ChatMetrics): MathExpression {
  const usingMetrics = Object.fromEntries(
    entryNames.map((entry) => [`${entry}Time`, metrics.lambda(entry, 'Duration')]),
  );
  const terms = entryNames.map(
    (entry) => `FILL(${entry}Time, 0) * ${entries[entry].memoryMegabytes / 1024 / 1000}`,
  );
  return new MathExpression({ expression: terms.join(' + '), usingMetrics, label: 'GB-seconds' });
}
