import type { Context } from 'aws-lambda';
import { welcome } from '../connections/welcome.ts';
import type { Session } from '../domain/connection.ts';
import { files, postingContext } from './context.ts';
import { invocationError, logFault } from './runtime.ts';

/** Invoked by `connect`, which hands its session on. */
export async function welcomeConnection(session: Session, context: Context): Promise<void> {
  const onFault = (error: unknown) => logFault('welcome', error, context.awsRequestId);
  try {
    await welcome(session, { ...postingContext(), files }, onFault);
  } catch (error) {
    onFault(error);
    throw invocationError('Connection not welcomed: see the log of this request');
  }
}
