import type { DeliveryStats } from '../delivery/context.ts';
import { required } from './runtime.ts';

/** Successful deliveries of fewer posts write no metrics, because a line costs about as much as a post. */
const MIN_REPORTED_POSTS = 100;

const metrics = [
  { Name: 'PostsTaken', Unit: 'Count' },
  { Name: 'PostsGone', Unit: 'Count' },
  { Name: 'PostsFailed', Unit: 'Count' },
  { Name: 'ConnectionsClosed', Unit: 'Count' },
  { Name: 'LastPost', Unit: 'Milliseconds' },
] as const;

/**
 * Writes the statistics of a delivery as metrics, in CloudWatch's embedded metric format. Writes to stdout directly,
 * because `console` would wrap the line in a record of its own (AWS: Lambda, JSON log format).
 */
export function measure({ delivered, gone, failed, closed, ms }: DeliveryStats): void {
  if (failed === 0 && closed === 0 && delivered + gone < MIN_REPORTED_POSTS) return;
  const line = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: 'Parley', Dimensions: [['FunctionName']], Metrics: metrics }],
    },
    FunctionName: required('AWS_LAMBDA_FUNCTION_NAME'),
    PostsTaken: delivered,
    PostsGone: gone,
    PostsFailed: failed,
    ConnectionsClosed: closed,
    LastPost: ms,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
