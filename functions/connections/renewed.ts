import type { Context } from '../delivery/context.ts';
import { authentic, type Session } from '../domain/connection.ts';
import { getConnection } from '../store/connections.ts';

/**
 * A session as it is now. API Gateway keeps the token's end as the handshake had it; where that is past, the
 * connection's own row says whether a fresh token has come. Nobody else pays for a lookup.
 */
export async function renewed(session: Session, { db, now }: Pick<Context, 'db' | 'now'>): Promise<Session> {
  if (authentic(session, now())) return session;
  const row = await getConnection(db, session);
  if (!row || row.tokenExpiresAt <= session.tokenExpiresAt) return session;
  return { ...session, tokenExpiresAt: row.tokenExpiresAt };
}
