import { type DialectName, dialectNames, type Session } from '../domain/connection.ts';

/** What API Gateway tells of a connection with each of its events. */
interface RequestContext {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly authorizer?: unknown;
}

/** The session as the authorizer returns it: API Gateway keeps flat values only, and brings them back as strings. */
export const sessionContext = (session: Session) => ({
  room: session.room,
  shard: session.shard,
  username: session.user.username,
  email: session.user.email,
  userType: session.user.userType,
  dialect: session.dialect,
  reads: session.reads,
  tokenExpiresAt: session.tokenExpiresAt,
  guest: session.guest,
  since: session.since ?? '',
  turnedAway: session.turnedAway ?? '',
});

const isDialect = (name: unknown): name is DialectName => dialectNames.some((known) => known === name);

const turnedAwayOf = (code: string): Pick<Session, 'turnedAway'> =>
  code === 'UNAUTHENTICATED' || code === 'NOT_A_MEMBER' ? { turnedAway: code } : {};

/**
 * The session of an event's connection.
 * @throws Error where the event has none, as of a route that no authorizer guards
 */
export function sessionOf({ connectionId, connectedAt, authorizer }: RequestContext): Session {
  const context: Record<string, unknown> = { ...(authorizer as object | undefined) };
  const text = (name: string): string => {
    const value = context[name];
    if (value === undefined) throw new Error(`Session not found: the event has no ${name}; guard $connect`);
    return String(value);
  };
  const dialect = text('dialect');
  if (!isDialect(dialect)) throw new Error('Session not read: its dialect is unknown; connect again');
  return {
    id: connectionId,
    connectedAt,
    room: text('room'),
    shard: Number(text('shard')),
    user: {
      id: text('principalId'),
      username: text('username'),
      email: text('email'),
      userType: text('userType'),
      ...(text('guest') === 'true' && { guest: true }),
    },
    dialect,
    reads: text('reads') === 'manual' ? 'manual' : 'auto',
    tokenExpiresAt: Number(text('tokenExpiresAt')),
    guest: text('guest') === 'true',
    // A connection that was opened before there was a resume has none.
    ...(Boolean(context['since']) && { since: Number(context['since']) }),
    ...turnedAwayOf(text('turnedAway')),
  };
}
