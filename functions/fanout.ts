import type { Context } from 'aws-lambda';
import type { FanOutBatch } from './delivery/context.ts';
import { fanOut } from './delivery/fan-out.ts';
import { postingContext } from './gateway/context.ts';
import { measure } from './gateway/metrics.ts';
import { invocationError, logFault } from './gateway/runtime.ts';

/** Posts one batch of an event's fan-out. Invoked by functions whose audience is too large to post to directly. */
export async function handler(batch: FanOutBatch, context: Context): Promise<void> {
  const onFault = (error: unknown) => logFault('fanout', error, context.awsRequestId);
  try {
    await fanOut(batch, { ...postingContext(), measure }, onFault);
  } catch (error) {
    onFault(error);
    throw invocationError('Batch not posted: see the log of this request.');
  }
}
