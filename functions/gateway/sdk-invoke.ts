import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { answerOf, type Call, type Invoke, lateAnswer } from '../aws/lambda.ts';
import { SILENCE_MS, sdkRequests } from '../aws/retry.ts';

const payloadOf = (payload: unknown) => Buffer.from(JSON.stringify(payload));

/** Invokes functions with the AWS SDK. */
export function sdkInvoke(): Invoke {
  const client = new LambdaClient({ requestHandler: sdkRequests(SILENCE_MS) });
  return async (FunctionName, payload) => {
    await client.send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: payloadOf(payload) }),
    );
  };
}

/** Calls functions with the AWS SDK. @param timeoutMs the longest time for an answer, with all retries */
export function sdkCall(timeoutMs: number): Call {
  const client = new LambdaClient({ requestHandler: sdkRequests(timeoutMs) });
  return async (FunctionName, payload) => {
    const command = new InvokeCommand({
      FunctionName,
      InvocationType: 'RequestResponse',
      Payload: payloadOf(payload),
    });
    const abortSignal = AbortSignal.timeout(timeoutMs);
    const answer = await client.send(command, { abortSignal }).catch((error: unknown) => {
      throw abortSignal.aborted ? lateAnswer() : error;
    });
    return answerOf(answer.Payload ?? new Uint8Array(), answer.FunctionError !== undefined);
  };
}
