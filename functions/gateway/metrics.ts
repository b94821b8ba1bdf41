import type { DeliveryStats } from '../delivery/context.ts';

/** Successful deliveries of fewer posts write no metrics, because a line costs about as much as a post. */
const MIN_REPORTED_POSTS = 100;

interface Directive {
  readonly Namespace: 'Parley';
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: 'Count' | 'Milliseconds' }[];
}

const count = (Name: string) => ({ Name, Unit: 'Count' }) as const;

/** The failures of all functions together have a metric too, for one alarm on them. */
const withTotal = [['FunctionName'], ['Stack']];

const postMetrics: readonly Directive[] = [
  {
    Namespace: 'Parley',
    Dimensions: [['FunctionName']],
    Metrics: [
      count('PostsTaken'),
      count('PostsGone'),
      count('ConnectionsClosed'),
      { Name: 'LastPost', Unit: 'Milliseconds' },
    ],
  },
  { Namespace: 'Parley', Dimensions: withTotal, Metrics: [count('PostsFailed')] },
];

const faultMetrics: readonly Directive[] = [
  { Namespace: 'Parley', Dimensions: withTotal, Metrics: [count('Faults')] },
];

const refusalMetrics: readonly Directive[] = [
  { Namespace: 'Parley', Dimensions: [['Stack', 'Code']], Metrics: [count('Refusals')] },
];

/**
 * Writes one line in CloudWatch's embedded metric format, with the values of its dimensions and metrics. Writes to
 * stdout directly, because `console` would wrap the line in a record of its own (AWS: Lambda, JSON log format). Outside
 * of Lambda, writes nothing.
 */
function write(directives: readonly Directive[], members: Readonly<Record<string, string | number>>): void {
  const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'];
  if (!functionName) return;
  const line = {
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives },
    FunctionName: functionName,
    Stack: process.env['STACK_NAME'] ?? '',
    ...members,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Writes the statistics of a delivery as metrics. */
export function measure({ delivered, gone, failed, closed, ms }: DeliveryStats): void {
  if (gone + failed + closed === 0 && delivered < MIN_REPORTED_POSTS) return;
  write(postMetrics, {
    PostsTaken: delivered,
    PostsGone: gone,
    PostsFailed: failed,
    ConnectionsClosed: closed,
    LastPost: ms,
  });
}

/** Counts an unexpected error. Lambda does not count errors that the function answers, such as a frame's INTERNAL. */
export const countFault = (): void => write(faultMetrics, { Faults: 1 });

/**
 * Counts a refused frame, request or handshake. An invocation refuses at most one.
 * @param code one of a fixed set of codes, because CloudWatch keeps a metric for each
 */
export const countRefusal = (code: string): void => write(refusalMetrics, { Code: code, Refusals: 1 });
