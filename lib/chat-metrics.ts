import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ChatFailures } from './chat-failures.ts';
import type { ChatFunction } from './chat-function.ts';
import type { ChatTables } from './chat-tables.ts';
import { type EntryName, entries, entryNames, type TableAction } from './entries.ts';

export interface ChatMetricsProps {
  readonly chatName: string;
  readonly functions: Readonly<Record<EntryName, ChatFunction>>;
  readonly tables: ChatTables;
  readonly failures: ChatFailures;
  readonly socketApiId: string;
  readonly httpApiId: string;
}

export type TableName = 'chat' | 'connections';

/** Metrics of a WebSocket API (AWS: "Monitor WebSocket API execution with CloudWatch metrics"). */
type SocketMetric =
  | 'ConnectCount'
  | 'MessageCount'
  | 'IntegrationError'
  | 'ClientError'
  | 'ExecutionError'
  | 'IntegrationLatency';

/** Metrics of an HTTP API (AWS: "Monitor CloudWatch metrics for HTTP APIs in API Gateway"). */
type HttpMetric = '4xx' | '5xx' | 'Count' | 'Latency';

type LambdaMetric = 'Invocations' | 'Errors' | 'Throttles' | 'Duration';

/** Metrics of one function that `functions/gateway/metrics.ts` writes. */
type FunctionMetric =
  | 'PostsTaken'
  | 'PostsGone'
  | 'PostsFailed'
  | 'ConnectionsClosed'
  | 'LastPost'
  | 'Faults';

/** The namespace of Parley's own metrics. */
export const NAMESPACE = 'Parley';

/** The entries that measure their posts. */
export const postingEntries = ['send', 'edit', 'delete', 'default', 'http', 'admin', 'fanout'] as const;

/** The index of both tables (`lib/chat-tables.ts`). Metrics of an index have its name as a dimension. */
const INDEX = 'by-user';

/** The metrics that alarms and the dashboard use: sums of five minutes, unless stated otherwise. */
export class ChatMetrics {
  readonly functions: ChatMetricsProps['functions'];
  /** The dimension `Stack` of the chat's own metrics. */
  readonly chatName: string;
  private readonly props: ChatMetricsProps;

  constructor(props: ChatMetricsProps) {
    this.functions = props.functions;
    this.chatName = props.chatName;
    this.props = props;
  }

  /** Returns a metric of all functions together. */
  ofStack(metricName: 'Faults' | 'PostsFailed'): Metric {
    return metric(NAMESPACE, metricName, { Stack: this.chatName });
  }

  /** Returns how often frames, requests and handshakes were refused with a code. */
  refusals(code: string): Metric {
    return metric(NAMESPACE, 'Refusals', { Stack: this.chatName, Code: code });
  }

  ofFunction(entry: EntryName, metricName: FunctionMetric, statistic: string = Stats.SUM): Metric {
    const { functionName } = this.functions[entry];
    return metric(
      NAMESPACE,
      metricName,
      { FunctionName: functionName },
      statistic,
      labelOf(entry, statistic),
    );
  }

  lambda(entry: EntryName, metricName: LambdaMetric, statistic: string = Stats.SUM): Metric {
    const { functionName } = this.functions[entry];
    return metric(
      'AWS/Lambda',
      metricName,
      { FunctionName: functionName },
      statistic,
      labelOf(entry, statistic),
    );
  }

  socket(metricName: SocketMetric, statistic: string = Stats.SUM): Metric {
    return metric('AWS/ApiGateway', metricName, { ApiId: this.props.socketApiId }, statistic);
  }

  http(metricName: HttpMetric, statistic: string = Stats.SUM): Metric {
    return metric('AWS/ApiGateway', metricName, { ApiId: this.props.httpApiId }, statistic);
  }

  /** Returns a metric of a table, and the same of its index. The first does not include the second. */
  table(
    name: TableName,
    metricName:
      | 'ReadThrottleEvents'
      | 'WriteThrottleEvents'
      | 'ConsumedReadCapacityUnits'
      | 'ConsumedWriteCapacityUnits',
  ): readonly Metric[] {
    const TableName = this.props.tables[name].tableName;
    return [{ TableName }, { TableName, GlobalSecondaryIndexName: INDEX }].map((dimensions) =>
      metric('AWS/DynamoDB', metricName, dimensions, Stats.SUM),
    );
  }

  /** Returns the throttled reads and writes of a table and its index. */
  throttles(name: TableName): readonly Metric[] {
    return [...this.table(name, 'ReadThrottleEvents'), ...this.table(name, 'WriteThrottleEvents')];
  }

  /** Returns DynamoDB's own errors, by the operations that functions may call. There is no sum of all operations. */
  systemErrors(name: TableName): readonly Metric[] {
    const used = new Set<TableAction>(entryNames.flatMap((entry) => [...entries[entry][name]]));
    const TableName = this.props.tables[name].tableName;
    return [...used]
      .sort()
      .map((Operation) =>
        metric('AWS/DynamoDB', 'SystemErrors', { TableName, Operation }, Stats.SUM, Operation),
      );
  }

  /** Returns how many events are in the queue of failed events. */
  failedEvents(): Metric {
    const dimensions = { QueueName: this.props.failures.queueName };
    return metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', dimensions, Stats.MAXIMUM);
  }
}

/** Returns a metric of five minutes, by default their sum. */
export function metric(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  statistic: string = Stats.SUM,
  label?: string,
): Metric {
  const period = Duration.minutes(5);
  return new Metric({
    namespace,
    metricName,
    dimensionsMap,
    statistic,
    period,
    ...(label !== undefined && { label }),
  });
}

const labelOf = (entry: EntryName, statistic: string): string =>
  statistic === Stats.SUM ? entry : `${entry} ${statistic}`;

/** Returns the sum of metrics. A metric without data in a period counts as zero there. */
export function total(
  metrics: readonly IMetric[],
  label: string,
  period = Duration.minutes(5),
): MathExpression {
  // Ids are unique in a graph.
  const id = `sum${label.replaceAll(/\W/g, '')}`;
  const usingMetrics = Object.fromEntries(metrics.map((each, index) => [`${id}${index}`, each]));
  return new MathExpression({
    expression: `SUM([${Object.keys(usingMetrics)}])`,
    usingMetrics,
    label,
    period,
  });
}
