import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { developerKey } from '../../local/iam/access.ts';
import type { AwsCall } from '../../local/trace.ts';
import { enter } from '../support/chat.ts';
import { databaseOf } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import { connect } from '../support/ws-client.ts';

/** Collects calls, and resolves promises when a call arrives. */
function watchCalls() {
  const calls: AwsCall[] = [];
  const waiting = new Set<{ readonly fits: (call: AwsCall) => boolean; readonly resolve: () => void }>();
  return {
    calls,
    trace(call: AwsCall) {
      calls.push(call);
      for (const { resolve } of [...waiting].filter(({ fits }) => fits(call))) resolve();
    },
    next: (fits: (call: AwsCall) => boolean) =>
      new Promise<void>((resolve) => waiting.add({ fits, resolve: () => resolve() })),
  };
}

test('stop ends sockets, handshakes and asynchronous invocations, and deletes messages and files', async () => {
  const before = watchCalls();
  const first = await sharedTestStack(before.trace);
  const alice = await enter(first, 'alice');
  const { message_id } = await alice.say('Left behind');
  const client = new S3Client({
    endpoint: first.stack.s3Url,
    region: 'us-east-1',
    credentials: developerKey,
    forcePathStyle: true,
  });
  onTestFinished(() => client.destroy());
  const object = { Bucket: 'parley-files-local', Key: 'left-behind' };
  await client.send(new PutObjectCommand({ ...object, Body: 'Left behind' }));
  // `connect` invokes `welcome` asynchronously, and `welcome` waits until the handshake is over.
  const invoked = before.next(
    ({ action, phase }) => action === 'lambda:InvokeFunction' && phase === 'response',
  );
  const headers = { Authorization: `Bearer ${await first.token('bob')}` };
  const ended = connect(`${first.socketUrl}?room=1`, { headers }).then(({ closed }) => closed);
  await invoked;
  await first.stop();

  expect(await alice.closed).toMatchObject({ code: 1001 });
  expect(await ended).toMatchObject({ code: 1001 });
  expect(first.stack.connectionCount).toBe(0);
  const functionCalls = before.calls.filter(
    ({ functionName, service }) => functionName !== null && service !== 'execute-api',
  );
  const phases = Map.groupBy(functionCalls, ({ phase }) => phase);
  expect(phases.get('response')?.length).toBe(phases.get('request')?.length);
  await expect(client.send(new GetObjectCommand(object))).rejects.toMatchObject({ name: 'NoSuchKey' });
  const scan = new ScanCommand({ TableName: first.connectionsTable });
  expect((await databaseOf(first).client.send(scan)).Items).toEqual([]);

  const after = watchCalls();
  const second = await sharedTestStack(after.trace);
  await second.settled();
  expect(after.calls.filter(({ functionName }) => functionName !== null)).toEqual([]);
  const carol = await enter(second, 'carol');
  expect(carol.history.map((message) => message['message_id'])).not.toContain(message_id);
  expect(carol.history.map((message) => message['text'])).not.toContain('Left behind');
  await second.stop();
});
