import { type Connection, type DialectName, dialectNames, type Session } from '../domain/connection.ts';

/** What API Gateway tells of a connection with each of its events. */
interface RequestContext {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly authorizer?: unknown;
}

/** The session as the authorizer returns it: API Gateway keeps flat values only, and brings them back as strings. */
export const sessionContext = ({ room, shard, user, dialect, reads, tokenExpiresAt }: Connection) => ({
  room,
  shard,
  username: user.username,
  email: user.email,
  dialect,
  reads,
  tokenExpiresAt,
});

const isDialect = (name: unknown): name is DialectName => dialectNames.some((known) => known === name);

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
    user: { id: text('principalId'), username: text('username'), email: text('email') },
    dialect,
    reads: text('reads') === 'manual' ? 'manual' : 'auto',
    tokenExpiresAt: Number(text('tokenExpiresAt')),
  };
}
