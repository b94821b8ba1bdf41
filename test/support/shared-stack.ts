import {
  BatchWriteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { seedDemo } from '../../bin/demo.ts';
import { developerKey } from '../../local/iam/access.ts';
import type { Trace } from '../../local/trace.ts';
import { startTestStack, type TestStack, testStackOf } from './stack.ts';

/** The stack that the test files of this process share, with the log lines and the trace of the file that uses it now. */
interface Shared {
  readonly own: TestStack;
  /** The ARNs of the objects that the file has stored. */
  readonly objects: Set<string>;
  user: { readonly lines: string[]; readonly trace: Trace } | undefined;
}

let shared: Shared | undefined;

/**
 * Returns a stack without options that the test files of this process share one after another. Its functions are warm,
 * which saves half of a file's CPU time. Each file gets empty tables, the demo rooms and only its own log lines. Use
 * `startTestStack` in tests of cold functions. Close clients that connect again by themselves, and call `stop` in
 * `afterAll`: it ends everything else that the file has left open.
 * @param trace called with every call of the file
 */
export async function sharedTestStack(trace: Trace = () => {}): Promise<TestStack> {
  if (shared?.user)
    throw new Error('Shared stack not available: this file has it already; call `startTestStack`');
  const user = { lines: [] as string[], trace };
  shared ??= await openShared();
  const current = shared;
  current.user = user;
  const { own } = current;
  await seedDemo({ endpoint: own.dynamodbUrl, chatTable: own.chatTable });
  return testStackOf(own.stack, user.lines, async () => {
    await clear(current);
    current.user = undefined;
  });
}

async function openShared(): Promise<Shared> {
  const slot: { shared?: Shared } = {};
  const own = await startTestStack({
    log: (line) => slot.shared?.user?.lines.push(line),
    trace: (call) => {
      if (call.action === 's3:PutObject') slot.shared?.objects.add(call.resource);
      slot.shared?.user?.trace(call);
    },
  });
  slot.shared = { own, objects: new Set(), user: undefined };
  return slot.shared;
}

/**
 * Ends the sockets and all work, and empties the tables and buckets. Restarts `welcome`, because it caches messages, and
 * because it would wait 10 seconds for a socket that closed during its handshake.
 */
async function clear({ own, objects }: Shared): Promise<void> {
  const { stack, chatTable, connectionsTable } = own;
  await stack.drain(stack.functions.filter((name) => name.includes('Welcome')));
  const settings = { region: 'us-east-1', credentials: developerKey };
  const client = new DynamoDBClient({ ...settings, endpoint: own.dynamodbUrl });
  await Promise.all([chatTable, connectionsTable].map((table) => empty(client, table)));
  client.destroy();
  const s3 = new S3Client({ ...settings, endpoint: stack.s3Url, forcePathStyle: true });
  for (const arn of objects) {
    const [Bucket, ...key] = arn.replace('arn:aws:s3:::', '').split('/');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: key.join('/') }));
  }
  s3.destroy();
  objects.clear();
}

/** BatchWriteItem accepts at most 25 items per call. */
const BATCH = 25;

async function empty(client: DynamoDBClient, table: string): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const names = Object.fromEntries(
    (Table?.KeySchema ?? []).map(({ AttributeName }, index) => [`#${index}`, AttributeName ?? '']),
  );
  const scan = {
    TableName: table,
    ProjectionExpression: Object.keys(names).join(),
    ExpressionAttributeNames: names,
  };
  for await (const { Items = [] } of paginateScan({ client }, scan)) {
    for (let start = 0; start < Items.length; start += BATCH) {
      const deletes = Items.slice(start, start + BATCH).map((Key) => ({ DeleteRequest: { Key } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: deletes } }));
    }
  }
}
