import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type ChatMetrics, type TableName, total } from './chat-metrics.ts';
import { entries, entryNames } from './entries.ts';

/** Where alarms are sent: an SNS topic, or an e-mail address that confirms a subscription first. */
export type AlarmTarget =
  | {
      /** The topic that receives the alarms. */
      readonly topic: ITopic;
    }
  | {
      /** The address that receives the alarms by e-mail. */
      readonly email: string;
    };

export interface ChatAlarmsProps {
  readonly metrics: ChatMetrics;
  readonly target: AlarmTarget;
  /** Requests per second that API Gateway allows the account. */
  readonly requestQuota: number;
  /** Whether the chat has no sign-in by password, and answers it with 501. */
  readonly refusesLogin: boolean;
}

/** What an alarm watches. It goes off when the metric is above the threshold in one period. */
interface Watch {
  readonly metric: IMetric;
  readonly above: number;
  /** One sentence for the notification. */
  readonly description: string;
}

/** Some errors of AWS in five minutes are normal, because functions and clients try again. */
const FEW = 10;

/** The share of the account's requests per second at which to ask AWS for more. */
const QUOTA_SHARE = 0.8;

/** The alarms of the stack. `docs/operations.md` has a section for each, by its name. */
export class ChatAlarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: ChatAlarmsProps) {
    super(scope, id);
    const action = new SnsAction(this.topicOf(props.target));
    this.all = Object.entries(watches(props)).map(([name, { metric, above, description }]) => {
      const alarm = new Alarm(this, name, {
        alarmName: `${props.metrics.chatName}-${name}`,
        alarmDescription: `${description} See "${name}" in docs/operations.md of Parley.`,
        metric,
        threshold: above,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }

  private topicOf(target: ChatAlarmsProps['target']): ITopic {
    if ('topic' in target) return target.topic;
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    // A topic with a policy of its own no longer allows the account's alarms to publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    topic.addSubscription(new EmailSubscription(target.email));
    return topic;
  }
}

function watches(props: ChatAlarmsProps): Record<string, Watch> {
  const { metrics } = props;
  return {
    faults: {
      metric: metrics.ofStack('Faults'),
      above: 0,
      description: 'Functions failed unexpectedly.',
    },
    'failed-posts': {
      metric: metrics.ofStack('PostsFailed'),
      above: 100,
      description: 'Frames did not reach connected clients in time.',
    },
    'failed-events': {
      metric: metrics.failedEvents(),
      above: 0,
      description: 'The queue of failed events is not empty.',
    },
    'function-errors': {
      metric: total(
        entryNames.filter((entry) => entry !== 'authorize').map((entry) => metrics.lambda(entry, 'Errors')),
        'Errors of functions',
      ),
      above: 0,
      description: 'Functions threw, crashed or timed out.',
    },
    'function-throttles': {
      // An alarm has at most 10 metrics. A throttled `admin` is an error of the HTTP API, which has an alarm too.
      metric: total(
        entryNames.filter((entry) => entry !== 'admin').map((entry) => metrics.lambda(entry, 'Throttles')),
        'Throttled invocations',
      ),
      above: 0,
      description: 'Lambda is at the concurrency limit of the account.',
    },
    authorizer: { metric: authorizerFailures(metrics), above: 0, description: 'Handshakes failed.' },
    'socket-api-errors': {
      metric: total([metrics.socket('IntegrationError'), metrics.socket('ExecutionError')], 'Errors'),
      above: 0,
      description: 'The WebSocket API could not hand frames or handshakes to their functions.',
    },
    'http-api-errors': {
      metric: httpErrors(props),
      above: 0,
      description: 'The HTTP API answered requests with 5xx.',
    },
    ...tableWatches('chat', metrics),
    ...tableWatches('connections', metrics),
    'request-quota': {
      metric: requestsPerSecond(metrics),
      above: QUOTA_SHARE * props.requestQuota,
      description: `The chat uses over 80% of ${props.requestQuota} requests per second.`,
    },
  };
}

function tableWatches(name: TableName, metrics: ChatMetrics): Record<string, Watch> {
  return {
    [`${name}-table-throttles`]: {
      metric: total(metrics.throttles(name), 'Throttled reads and writes'),
      above: FEW,
      description: `DynamoDB throttles the ${name} table.`,
    },
    [`${name}-table-errors`]: {
      metric: total(metrics.systemErrors(name), 'Errors of DynamoDB'),
      above: FEW,
      description: `DynamoDB fails requests to the ${name} table.`,
    },
  };
}

/**
 * Returns the faults, throttles and periods with a time-out of the authorizer. Lambda's `Errors` also count each
 * refused token, because a WebSocket authorizer can answer 401 only by an error.
 */
function authorizerFailures(metrics: ChatMetrics): MathExpression {
  const timeouts = new MathExpression({
    expression: `IF(duration >= ${entries.authorize.timeoutSeconds * 1000}, 1, 0)`,
    usingMetrics: { duration: metrics.lambda('authorize', 'Duration', Stats.MAXIMUM) },
    label: 'Time-outs',
  });
  const failures = [
    metrics.ofFunction('authorize', 'Faults'),
    metrics.lambda('authorize', 'Throttles'),
    timeouts,
  ];
  return total(failures, 'Failed handshakes');
}

/** Returns the 5xx answers of the HTTP API, without 501: it refuses a sign-in by password where the chat has none. */
function httpErrors({ metrics, refusesLogin }: ChatAlarmsProps): IMetric {
  if (!refusesLogin) return metrics.http('5xx');
  return new MathExpression({
    expression: 'errors - FILL(logins, 0)',
    usingMetrics: { errors: metrics.http('5xx'), logins: metrics.refusals('NO_PASSWORD_LOGIN') },
    label: '5xx without 501',
  });
}

/** Returns the average of a minute. API Gateway has no metric of the account's own rate. */
function requestsPerSecond(metrics: ChatMetrics): MathExpression {
  const period = Duration.minutes(1);
  const requests = total(
    [metrics.socket('MessageCount'), metrics.socket('ConnectCount'), metrics.http('Count')],
    'Requests',
    period,
  );
  return new MathExpression({
    expression: `requests / ${period.toSeconds()}`,
    usingMetrics: { requests },
    label: 'Requests per second',
    period,
  });
}
