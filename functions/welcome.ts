import type { Context } from 'aws-lambda';
import { RoomCache } from './connections/room-cache.ts';
import { welcome } from './connections/welcome.ts';
import type { Session } from './domain/connection.ts';
import { files, postingContext, retentionDays } from './gateway/context.ts';
import { invocationError, logFault } from './gateway/runtime.ts';
import { FileExpiry } from './log/expire-files.ts';

const rooms = new RoomCache();
const expiry = new FileExpiry();

/**
 * Sends a new connection its first frames. Invoked by `connect`, since API Gateway posts only after `$connect` returns.
 */
export async function handler(session: Session, context: Context): Promise<void> {
  const onFault = (error: unknown) => logFault('welcome', error, context.awsRequestId);
  const welcomeContext = { ...postingContext(), retentionDays: retentionDays(), files, rooms };
  try {
    await welcome(session, welcomeContext, onFault);
    // The client has its frames by now, so nobody waits for this.
    await expiry.run(welcomeContext).catch(onFault);
  } catch (error) {
    onFault(error);
    throw invocationError('Connection not welcomed: see the log of this request.');
  }
}
