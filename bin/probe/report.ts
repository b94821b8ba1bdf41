import { signedDynamoDb } from '../../functions/aws/dynamodb.ts';
import { environmentRegion } from '../../functions/aws/environment.ts';
import { bodyOf, Service } from '../../functions/aws/service.ts';
import { encoded } from '../../functions/aws/sign.ts';
import { required } from '../../functions/gateway/runtime.ts';

/** Stores what a function got, for a later request. */
export async function writeReport(id: string, report: unknown): Promise<void> {
  const Item = { id: { S: id }, report: { S: JSON.stringify(report) } };
  await signedDynamoDb()('PutItem', { TableName: required('REPORTS_TABLE'), Item });
}

/** Returns a stored report as JSON, or undefined. */
export async function readReport(id: string): Promise<string | undefined> {
  const input = { TableName: required('REPORTS_TABLE'), Key: { id: { S: id } }, ConsistentRead: true };
  const { Item } = (await signedDynamoDb()('GetItem', input)) as { Item?: { report?: { S?: string } } };
  return Item?.report?.S;
}

/** Calls `@connections` once. Resolves to the HTTP status. */
export async function callConnections(method: 'GET' | 'POST', id: string, frame?: unknown): Promise<number> {
  const endpoint = new URL(required('SOCKET_URL'));
  const service = new Service({ name: 'execute-api', endpoint, region: environmentRegion() });
  const headers = [['content-type', 'application/octet-stream']] as const;
  const body = frame === undefined ? {} : { headers, body: bodyOf(JSON.stringify(frame)) };
  const { status } = await service.send({ method, path: `/@connections/${encoded(id)}`, ...body });
  service.close();
  return status;
}

/** Lists the names of the metrics with a dimension. CloudWatch lists a metric some minutes after its first value. */
export async function listMetrics(
  namespace: string,
  name: string,
  value: string,
): Promise<readonly string[]> {
  const region = environmentRegion();
  const endpoint = new URL(`https://monitoring.${region}.amazonaws.com`);
  const service = new Service({ name: 'monitoring', endpoint, region });
  const query = {
    Action: 'ListMetrics',
    Version: '2010-08-01',
    Namespace: namespace,
    'Dimensions.member.1.Name': name,
    'Dimensions.member.1.Value': value,
  };
  const { status, body } = await service.send({
    method: 'POST',
    path: '/',
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: bodyOf(String(new URLSearchParams(query))),
  });
  service.close();
  if (status !== 200) return [`CloudWatch answered ${status}`];
  const found = body.toString().matchAll(/<MetricName>([^<]*)<\/MetricName>/g);
  return [...new Set([...found].map(([, metric = '']) => metric))].sort();
}

/** The id of the WebSocket API: the first label of its host name. */
export const socketApiId = (): string => new URL(required('SOCKET_URL')).hostname.split('.')[0] ?? '';
