import { type DialectName, dialectNames, type Session } from '../domain/connection.ts';

/** The fields used of a WebSocket event's `requestContext`. */
interface RequestContext {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly authorizer?: unknown;
}

/**
 * Returns the session as an authorizer context, which API Gateway adds to all events of the connection. It keeps flat
 * values only, and returns them as strings.
 */
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
  refusal: session.refusal ?? '',
  quiet: session.quiet ?? false,
});

const isDialect = (name: unknown): name is DialectName => dialectNames.some((dialect) => dialect === name);

const refusalOf = (code: unknown): Pick<Session, 'refusal'> =>
  code === 'UNAUTHENTICATED' || code === 'NOT_A_MEMBER' ? { refusal: code } : {};

/**
 * Returns the session of the connection that an event belongs to.
 * @throws Error if the event has none, because no authorizer guards its route
 */
export function sessionOf({ connectionId, connectedAt, authorizer }: RequestContext): Session {
  const context: Record<string, unknown> = { ...(authorizer as object | undefined) };
  const text = (name: string): string => {
    const value = context[name];
    if (value === undefined) {
      throw new Error(`Session not found: the event has no ${name}. Add an authorizer to $connect.`);
    }
    return String(value);
  };
  const dialect = text('dialect');
  if (!isDialect(dialect)) throw new Error('Session not read: its dialect is unknown. Connect again.');
  const guest = text('guest') === 'true';
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
      ...(guest && { guest }),
    },
    dialect,
    reads: text('reads') === 'manual' ? 'manual' : 'auto',
    tokenExpiresAt: Number(text('tokenExpiresAt')),
    guest,
    // Connections that an earlier version opened do not have these three.
    ...(Boolean(context['since']) && { since: Number(context['since']) }),
    ...refusalOf(context['refusal']),
    ...(String(context['quiet']) === 'true' && { quiet: true as const }),
  };
}
