import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Invoke } from '../aws/lambda.ts';
import { SILENCE_MS, sdkRequests } from '../aws/retry.ts';

/** Invokes functions with the AWS SDK. */
export function sdkInvoke(): Invoke {
  const client = new LambdaClient({ requestHandler: sdkRequests(SILENCE_MS) });
  return async (functionName, payload) => {
    const Payload = Buffer.from(JSON.stringify(payload));
    await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }));
  };
}
