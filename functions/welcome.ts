import type { Context } from 'aws-lambda';
import { RoomCache } from './connections/room-cache.ts';
import { welcome } from './connections/welcome.ts';
import type { Session } from './domain/connection.ts';
import { files, postingContext } from './gateway/context.ts';
import { invocationError, logFault } from './gateway/runtime.ts';

const rooms = new RoomCache();

/**
 * Sends a new connection its first frames. Invoked by `connect`, since API Gateway posts only after `$connect` returns.
 */
export async function handler(session: Session, context: Context): Promise<void> {
  const onFault = (error: unknown) => logFault('welcome', error, context.awsRequestId);
  try {
    await welcome(session, { ...postingContext(), files, rooms }, onFault);
  } catch (error) {
    onFault(error);
    throw invocationError('Connection not welcomed: see the log of this request.');
  }
}
