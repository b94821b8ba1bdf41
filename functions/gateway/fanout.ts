import type { Context } from 'aws-lambda';
import type { FanOutBatch } from '../delivery/context.ts';
import { fanOut } from '../delivery/fan-out.ts';
import { postingContext } from './context.ts';
import { measure } from './metrics.ts';
import { invocationError, logFault } from './runtime.ts';

/** Invoked by a function whose audience is larger than it posts to itself. */
export async function postBatch(share: FanOutBatch, context: Context): Promise<void> {
  const onFault = (error: unknown) => logFault('fanout', error, context.awsRequestId);
  try {
    await fanOut(share, { ...postingContext(), measure }, onFault);
  } catch (error) {
    onFault(error);
    throw invocationError('FanOutBatch not posted: see the log of this request');
  }
}
