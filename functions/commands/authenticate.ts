import type { Context, TokenContext } from '../delivery/context.ts';
import type { Authenticate } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { listPlaces, raiseTokenExpiry } from '../store/connections.ts';

const refusals = {
  guest: 'Token not renewed: a guest has no token. Connect again with a token to sign in.',
  bad: 'Token not renewed: the new token is not valid. Send another one; the previous token stays in use.',
  another:
    'Token not renewed: the new token is for another user. Connect again as that user; the previous token stays in use.',
} as const;

async function verified(token: string, { verify }: TokenContext) {
  try {
    return await verify(token);
  } catch (error) {
    const told = error instanceof ChatError && error.code === 'UNAUTHENTICATED';
    throw told ? new ChatError('UNAUTHENTICATED', refusals.bad) : error;
  }
}

/**
 * Lets a connection go on under a fresh token of its user, in each room that it is in. One that ends before the token
 * that counts changes nothing.
 * @throws ChatError UNAUTHENTICATED for a token that is not valid, and for a guest; WRONG_USER for another user's token;
 * CONNECTION_REMOVED
 */
export async function authenticate(
  command: Authenticate,
  session: Session,
  context: Pick<Context, 'db'> & TokenContext,
): Promise<Event[]> {
  if (session.guest) throw new ChatError('UNAUTHENTICATED', refusals.guest);
  const { user, expiresAt: end } = await verified(command.token, context);
  if (user.id !== session.user.id) throw new ChatError('WRONG_USER', refusals.another);
  const { db } = context;
  const places = await listPlaces(db, user.id, session.id);
  // The connection's own row is known without the index, which lags behind.
  const others = places.filter(({ room }) => room !== session.room);
  const [expiresAt] = await Promise.all([
    raiseTokenExpiry(db, session, end),
    ...others.map((place) => raiseTokenExpiry(db, place, end)),
  ]);
  if (expiresAt === undefined) throw new ChatError('CONNECTION_REMOVED');
  return [{ kind: 'Authenticated', room: session.room, expiresAt }];
}
