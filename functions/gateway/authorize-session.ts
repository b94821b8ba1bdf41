import {
  type Credential,
  comesFrom,
  cookieRules,
  type EventHeaders,
  findCredential,
  type Headers,
  joinedHeaders,
  sourceOf,
  verifyFirst,
} from '../auth/credential.ts';
import { settleAll } from '../delivery/concurrency.ts';
import {
  type DialectTraits,
  dialectNamed,
  namesRoom,
  requestedChanges,
  requestedReads,
  requestedReceipts,
  requestedRoom,
  requestedSince,
} from '../dialects/handshake.ts';
import type { DialectName, Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { MembershipError, namelessId, type User } from '../domain/member.ts';
import { profileFields } from '../domain/profile.ts';
import { directRoomUsers, inboxOf, isRoomId, type Room } from '../domain/room.ts';
import { checkStanding } from '../domain/standing.ts';
import { storeRoom } from '../rooms/new-room.ts';
import { getUserState } from '../store/accounts.ts';
import { getMember } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import { placedIn } from '../store/shards.ts';
import { clientIp, routeOf } from './client-address.ts';
import { database, edgeKey, roomLimits, sessionCookie, verifier } from './context.ts';
import { once, required } from './runtime.ts';

/** The fields used of a WebSocket API's REQUEST authorizer event. */
export interface UpgradeEvent extends EventHeaders {
  readonly methodArn: string;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly requestContext: {
    readonly connectionId: string;
    readonly connectedAt: number;
    readonly requestId: string;
    readonly identity?: { readonly sourceIp?: string };
  };
}

interface Handshake {
  readonly dialect: DialectTraits;
  readonly credential: Credential | undefined;
  readonly headers: Headers;
}

const allowedOrigins = once(() => required('ALLOWED_ORIGINS').split(','));

/** A guest's session lasts as long as the connection: API Gateway closes each one after two hours. */
const GUEST_SESSION_MS = 2 * 60 * 60 * 1000;

const dialectByPlace: Record<Credential['place'] | 'nowhere', DialectName> = {
  header: 'action',
  subprotocol: 'action',
  cookie: 'content',
  query: 'type',
  nowhere: 'operation',
};

/** @throws ChatError UNAUTHENTICATED */
async function identify({ requestContext }: UpgradeEvent, { credential, headers }: Handshake) {
  const { connectionId, connectedAt, identity } = requestContext;
  if (credential) {
    const sourceIp = clientIp(routeOf(headers, identity?.sourceIp, edgeKey()));
    const source = sourceOf(credential, headers, sourceIp);
    return verifyFirst(credential, (token) => verifier()(token, source));
  }
  const id = namelessId(connectionId);
  const user: User = { id, username: 'guest', email: '', userType: '', guest: true };
  return { user, expiresAt: connectedAt + GUEST_SESSION_MS, issuedAt: undefined };
}

/**
 * Returns the user with the name and the picture that the team has set, which come first.
 * @throws ChatError BANNED, or UNAUTHENTICATED for a token from before its user was signed out
 */
async function checkUser(
  user: User,
  issuedAt: number | undefined,
): Promise<Pick<Session, 'user' | 'ofTeam'>> {
  if (user.guest) return { user };
  const { standing, shown } = await getUserState(database(), user.id);
  checkStanding(standing, issuedAt);
  const ofTeam = profileFields.filter((field) => shown[field] !== undefined);
  return { user: { ...user, ...shown }, ...(ofTeam.length > 0 && { ofTeam }) };
}

/**
 * Creates the direct room of two users when one of them connects, if the setting `directRooms` is `on-demand`.
 * @throws ChatError NOT_A_MEMBER if a limit of one of the two does not allow it
 */
async function createDirectRoom(id: string, user: User): Promise<Room | undefined> {
  const users = directRoomUsers(id);
  if (process.env['DIRECT_ROOMS'] !== 'on-demand' || !users?.includes(user.id)) return undefined;
  const [other = ''] = users.filter((each) => each !== user.id);
  try {
    const context = { db: database(), now: Date.now, roomLimits: roomLimits() };
    await storeRoom({ kind: 'direct', other }, user, context);
  } catch (error) {
    const isRefused = error instanceof ChatError || error instanceof MembershipError;
    throw isRefused ? new ChatError('NOT_A_MEMBER') : error;
  }
  return getRoom(database(), id);
}

/**
 * Returns the room, if the user may enter it.
 * @param checked rejects if the user is banned or signed out. No direct room is created before it resolves.
 * @throws ChatError NOT_A_MEMBER, or UNAUTHENTICATED for a guest
 */
async function findRoom(id: string | undefined, user: User, checked: Promise<unknown>): Promise<Room> {
  const { guest } = user;
  const noAccess = guest ? 'UNAUTHENTICATED' : 'NOT_A_MEMBER';
  if (id === undefined || !isRoomId(id)) throw new ChatError(noAccess);
  // An eventually consistent read costs half. `welcome` reads the membership once more, consistently.
  let exists = false;
  for (const consistent of [false, true]) {
    const [room, member] = await Promise.all([
      getRoom(database(), id, { consistent }),
      guest ? undefined : getMember(database(), id, user.id, { consistent }),
    ]);
    if (room && (member || room.access === 'open')) return room;
    exists = room !== undefined;
  }
  if (exists || guest) throw new ChatError(noAccess);
  await checked;
  const created = await createDirectRoom(id, user);
  if (!created) throw new ChatError(noAccess);
  return created;
}

async function openSession(event: UpgradeEvent, handshake: Handshake): Promise<Session> {
  const { dialect } = handshake;
  const query = event.queryStringParameters ?? {};
  const { connectionId, connectedAt } = event.requestContext;
  const { user: identified, expiresAt, issuedAt } = await identify(event, handshake);
  const isInbox = dialect.hasInbox && !identified.guest && !namesRoom(query);
  const checked = checkUser(identified, issuedAt);
  const [ofUser, room] = await settleAll([
    checked,
    isInbox ? { id: inboxOf(identified.id), shards: 1 } : findRoom(requestedRoom(query), identified, checked),
  ]);
  const receipts = requestedReceipts(query, dialect);
  // Guests do not learn who the members of an open room are.
  const changes = identified.guest ? undefined : requestedChanges(query, dialect);
  const since = dialect.bringsHistory ? requestedSince(query) : undefined;
  return {
    id: connectionId,
    connectedAt,
    room: room.id,
    shard: placedIn(connectionId, room, Date.now()),
    ...ofUser,
    dialect: dialect.name,
    reads: requestedReads(query, dialect),
    ...(receipts && { receipts }),
    ...(changes && { changes }),
    tokenExpiresAt: expiresAt,
    ...(issuedAt !== undefined && { tokenIssuedAt: issuedAt }),
    ...(since !== undefined && { since }),
  };
}

/** Returns a session that only receives an error frame, for dialects that refuse a handshake by a frame. */
function refusedSession(event: UpgradeEvent, dialect: DialectTraits, error: unknown): Session {
  const given = error instanceof ChatError ? error.code : undefined;
  // Contract S3 has one code for all users who may not enter.
  const code = given === 'BANNED' ? 'NOT_A_MEMBER' : given;
  const hasFrame = code === 'UNAUTHENTICATED' || code === 'NOT_A_MEMBER';
  if (!dialect.refusesByFrame || !hasFrame) throw error;
  const { connectionId, connectedAt } = event.requestContext;
  return {
    id: connectionId,
    connectedAt,
    room: '',
    shard: 0,
    user: { id: 'nobody', username: '', email: '', userType: '', guest: true },
    dialect: dialect.name,
    reads: 'manual',
    tokenExpiresAt: connectedAt + GUEST_SESSION_MS,
    refusal: code,
  };
}

/**
 * Returns the session that an upgrade request opens.
 * @throws ChatError UNAUTHENTICATED, NOT_A_MEMBER
 */
export async function authorizeSession(event: UpgradeEvent): Promise<Session> {
  const headers = joinedHeaders(event);
  const query = event.queryStringParameters ?? {};
  const credential = findCredential(headers, query, cookieRules(sessionCookie()));
  const dialect = dialectNamed(query['dialect'] ?? dialectByPlace[credential?.place ?? 'nowhere']);
  if (!dialect) throw new ChatError('NOT_A_MEMBER');
  if (credential && !comesFrom(credential, headers, allowedOrigins())) throw new ChatError('NOT_A_MEMBER');
  try {
    return await openSession(event, { dialect, credential, headers });
  } catch (error) {
    return refusedSession(event, dialect, error);
  }
}
