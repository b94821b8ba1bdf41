import type { Context } from 'aws-lambda';
import { fanOut } from '../delivery/fan-out.ts';
import type { Share } from '../delivery/context.ts';
import { logFault, reported } from './fault.ts';
import { measure } from './metrics.ts';
import { servingParts } from './parts.ts';

/** Invoked by a function whose audience is larger than it posts to itself. */
export async function postShare(share: Share, context: Context): Promise<void> {
  const onFault = (error: unknown) => logFault('fanout', error, context.awsRequestId);
  try {
    await fanOut(share, { ...servingParts(), measure }, onFault);
  } catch (error) {
    onFault(error);
    throw reported('Share not posted: see the log of this request');
  }
}
