import { randomUUID } from 'node:crypto';
import { listMetrics, readReport, socketApiId } from '../report.ts';

/** The namespace of the metric that this function writes in CloudWatch's embedded metric format. */
const namespace = 'ParleyProbe';

const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? '';

function writeMetric(): void {
  const Metrics = [{ Name: 'Requests', Unit: 'Count' }];
  const CloudWatchMetrics = [{ Namespace: namespace, Dimensions: [['FunctionName']], Metrics }];
  const _aws = { Timestamp: Date.now(), CloudWatchMetrics };
  const line = { _aws, FunctionName: functionName, Requests: 1 };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Serves reports and metrics, and fails with a status when a probe wants it. */
export async function handler({ rawPath }: { readonly rawPath: string }) {
  const [kind = '', id = ''] = rawPath
    .replace(/^\/api\//, '')
    .split('/')
    .map(decodeURIComponent);
  if (kind === 'fail') return { statusCode: Number(id), body: randomUUID() };
  if (kind === 'metrics') {
    writeMetric();
    const own = await listMetrics(namespace, 'FunctionName', functionName);
    const sockets = await listMetrics('AWS/ApiGateway', 'ApiId', socketApiId());
    return { statusCode: 200, body: JSON.stringify({ own, sockets }) };
  }
  // Not 404 without a report, because CloudFront would repeat it for 10 seconds.
  return { statusCode: 200, body: (await readReport(id)) ?? 'null' };
}
