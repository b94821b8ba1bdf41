import type { DeliveryStats } from '../delivery/context.ts';
import { required } from './runtime.ts';

/** A fan-out of fewer posts that all went through writes no line: a line costs about as much as a post. */
const WORTH_A_LINE = 100;

const metrics = [
  { Name: 'PostsTaken', Unit: 'Count' },
  { Name: 'PostsGone', Unit: 'Count' },
  { Name: 'PostsFailed', Unit: 'Count' },
  { Name: 'ConnectionsClosed', Unit: 'Count' },
  { Name: 'LastPost', Unit: 'Milliseconds' },
] as const;

/** AWS: CloudWatch embedded metric format. It names no user, no room and no text. */
const lineOf = (
  { delivered, gone, failed, closed, ms }: DeliveryStats,
  functionName: string,
  now: number,
): string =>
  JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{ Namespace: 'Parley', Dimensions: [['FunctionName']], Metrics: metrics }],
    },
    FunctionName: functionName,
    PostsTaken: delivered,
    PostsGone: gone,
    PostsFailed: failed,
    ConnectionsClosed: closed,
    LastPost: ms,
  });

/**
 * Notes how the posts of an event went, as metrics: a post that failed is nothing to throw, since its client finds the
 * gap. Written past `console`, which would wrap the line in a record of its own (AWS: Lambda, JSON log format).
 */
export function measure(tally: DeliveryStats): void {
  const { delivered, gone, failed, closed } = tally;
  if (failed === 0 && closed === 0 && delivered + gone < WORTH_A_LINE) return;
  process.stdout.write(`${lineOf(tally, required('AWS_LAMBDA_FUNCTION_NAME'), Date.now())}\n`);
}
