import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { once } from './environment.ts';

const lambda = once(() => new LambdaClient({}));

/** Invokes a function and does not wait for its end. The payload is JSON, 1 MB at most (AWS: Lambda quotas). */
export async function invoke(functionName: string, payload: unknown): Promise<void> {
  await lambda().send(
    new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(payload)),
    }),
  );
}
