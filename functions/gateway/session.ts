import { type DialectName, dialectNames, type Session } from '../domain/connection.ts';
import { profileFields } from '../domain/profile.ts';

/** The fields that Parley uses of a WebSocket event's `requestContext`. */
interface RequestContext {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly authorizer?: unknown;
}

/** Printable ASCII without blanks at its ends. */
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** An encoded word, as in the headers of an email (RFC 2047). */
const ENCODED = /^=\?UTF-8\?B\?([\w+/=-]*)\?=$/;

/**
 * Encodes text for an authorizer's result: AWS does not document how API Gateway passes on text that is not ASCII.
 * Plain text stays as it is.
 */
const encodeText = (text: string): string =>
  text === '' || (PLAIN.test(text) && !ENCODED.test(text))
    ? text
    : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;

/** Decodes text of an authorizer's result. An earlier release did not encode it. */
function decodeText(text: string): string {
  const [, encoded] = ENCODED.exec(text) ?? [];
  return encoded === undefined ? text : Buffer.from(encoded, 'base64').toString();
}

/** Returns the session's user as the `principalId` of an authorizer's result. */
export const principalOf = ({ user }: Session): string => encodeText(user.id);

/** Returns the id of the user in a context. `$disconnect` gets no other value of it. */
export function principalIn(context: { readonly principalId?: string } | undefined): string | undefined {
  return context?.principalId ? decodeText(context.principalId) : undefined;
}

/**
 * Returns the session as an authorizer context, which API Gateway adds to all events of the connection. It keeps flat
 * values only, and returns them as strings.
 */
export const sessionContext = (session: Session) => ({
  room: encodeText(session.room),
  shard: session.shard,
  username: encodeText(session.user.username),
  email: encodeText(session.user.email),
  userType: encodeText(session.user.userType),
  name: encodeText(session.user.name ?? ''),
  avatarUrl: encodeText(session.user.avatarUrl ?? ''),
  ofTeam: session.ofTeam?.join(' ') ?? '',
  dialect: session.dialect,
  reads: session.reads,
  receipts: session.receipts ?? '',
  changes: session.changes ?? '',
  tokenExpiresAt: session.tokenExpiresAt,
  tokenIssuedAt: session.tokenIssuedAt ?? '',
  guest: session.user.guest ?? false,
  since: session.since ?? '',
  refusal: session.refusal ?? '',
});

const isDialect = (name: unknown): name is DialectName => dialectNames.some((dialect) => dialect === name);

const refusalOf = (code: unknown): Pick<Session, 'refusal'> =>
  code === 'UNAUTHENTICATED' || code === 'NOT_A_MEMBER' ? { refusal: code } : {};

/**
 * Returns the session of the connection that an event belongs to. AWS does not document whether API Gateway keeps keys
 * whose value is empty, so those may be missing. An earlier release may have written the context, up to two hours ago.
 * @throws Error if the event has none, because no authorizer guards its route
 */
export function sessionOf({ connectionId, connectedAt, authorizer }: RequestContext): Session {
  const context: Record<string, unknown> = { ...(authorizer as object | undefined) };
  const optional = (name: string): string => decodeText(String(context[name] ?? ''));
  const text = (name: string): string => {
    const value = optional(name);
    if (value !== '') return value;
    throw new Error(`Session not found: the event has no ${name}. Add an authorizer to $connect.`);
  };
  const dialect = text('dialect');
  if (!isDialect(dialect)) throw new Error('Session not read: its dialect is unknown. Connect again.');
  const guest = optional('guest') === 'true';
  const refusal = refusalOf(context['refusal']);
  const since = optional('since');
  const issuedAt = optional('tokenIssuedAt');
  const [name, avatarUrl] = [optional('name'), optional('avatarUrl')];
  const teamFields = optional('ofTeam').split(' ');
  const ofTeam = profileFields.filter((field) => teamFields.includes(field));
  return {
    id: connectionId,
    connectedAt,
    // A refused connection is in no room.
    room: refusal.refusal === undefined ? text('room') : optional('room'),
    shard: Number(text('shard')),
    user: {
      id: text('principalId'),
      username: optional('username'),
      email: optional('email'),
      userType: optional('userType'),
      ...(name !== '' && { name }),
      ...(avatarUrl !== '' && { avatarUrl }),
      ...(guest && { guest }),
    },
    dialect,
    reads: optional('reads') === 'manual' ? 'manual' : 'auto',
    ...(context['receipts'] === 'author' && { receipts: 'author' }),
    ...(context['changes'] === 'all' && { changes: 'all' }),
    tokenExpiresAt: Number(text('tokenExpiresAt')),
    ...(issuedAt !== '' && { tokenIssuedAt: Number(issuedAt) }),
    ...(ofTeam.length > 0 && { ofTeam }),
    ...(since !== '' && { since: Number(since) }),
    ...refusal,
  };
}
