import type { Context } from 'aws-lambda';
import type { FanoutChunk } from '../commands/parts.ts';
import { post } from '../commands/publish.ts';
import { logFault, reported } from './fault.ts';
import { servingParts } from './parts.ts';

/** Invoked by a function whose audience is larger than it posts to itself. */
export async function postChunk({ event, audience }: FanoutChunk, context: Context): Promise<void> {
  try {
    await post(event, audience, servingParts());
  } catch (error) {
    logFault('fanout', error, context.awsRequestId);
    throw reported('Chunk not posted: see the log of this request');
  }
}
