import type { Context, TokenContext } from '../delivery/context.ts';
import type { Authenticate } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { listPlaces, raiseTokenExpiry } from '../store/connections.ts';

const reasons = {
  guest: 'Token not renewed: a guest has no token. Connect again with a token to sign in.',
  invalid: 'Token not renewed: the new token is not valid. Send another one; the current token stays in use.',
  otherUser:
    'Token not renewed: the new token is for another user. Connect again as that user; the current token stays in use.',
} as const;

async function verifyToken(token: string, { verify }: TokenContext) {
  try {
    return await verify(token, { kind: 'frame', origin: null, sourceIp: null });
  } catch (error) {
    const isInvalid = error instanceof ChatError && error.code === 'UNAUTHENTICATED';
    throw isInvalid ? new ChatError('UNAUTHENTICATED', reasons.invalid) : error;
  }
}

/**
 * Lets a connection stay open until its new token expires, in all rooms that the connection is in. If the new token
 * expires earlier than the current one, nothing changes.
 * @throws ChatError UNAUTHENTICATED for an invalid token and for a guest, BANNED, WRONG_USER for a token of another
 * user, CONNECTION_REMOVED if the connection was removed meanwhile
 */
export async function authenticate(
  command: Authenticate,
  session: Session,
  context: Pick<Context, 'db'> & TokenContext,
): Promise<Event[]> {
  if (session.user.guest) throw new ChatError('UNAUTHENTICATED', reasons.guest);
  const { user, expiresAt: tokenExpiresAt } = await verifyToken(command.token, context);
  if (user.id !== session.user.id) throw new ChatError('WRONG_USER', reasons.otherUser);
  const { db } = context;
  const places = await listPlaces(db, user.id, session.id);
  // The index that lists the rows is eventually consistent and may lack the connection's own row, so use the session.
  const others = places.filter(({ room }) => room !== session.room);
  const [expiresAt] = await Promise.all([
    raiseTokenExpiry(db, session, tokenExpiresAt),
    ...others.map((place) => raiseTokenExpiry(db, place, tokenExpiresAt)),
  ]);
  if (expiresAt === undefined) throw new ChatError('CONNECTION_REMOVED');
  return [{ kind: 'Authenticated', room: session.room, expiresAt }];
}
