import { type Credential, comesFrom, findCredential, type Headers } from '../auth/credential.ts';
import {
  type DialectTraits,
  dialectNamed,
  namesRoom,
  requestedReads,
  requestedRoom,
  requestedSince,
} from '../dialects/handshake.ts';
import type { DialectName, Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { User } from '../domain/member.ts';
import { directRoomUsers, inboxOf, isInbox, type Room } from '../domain/room.ts';
import { getMember, putMember } from '../store/members.ts';
import { getRoom, putRoom } from '../store/rooms.ts';
import { placedIn } from '../store/shards.ts';
import { database, verifier } from './context.ts';
import { once, required } from './runtime.ts';

/** What a REQUEST authorizer of a WebSocket API is given, as far as it is used here. */
export interface UpgradeEvent {
  readonly methodArn: string;
  readonly headers?: Headers | null;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly requestContext: {
    readonly connectionId: string;
    readonly connectedAt: number;
    readonly requestId: string;
  };
}

const allowedOrigins = once(() => required('ALLOWED_ORIGINS').split(','));

/** A room's id is a key of ours, and DynamoDB's keys have an end. */
const MAX_ROOM_LENGTH = 256;

/** A guest's time is up when their connection's is: API Gateway ends each after two hours. */
const GUEST_LIFE_MS = 2 * 60 * 60 * 1000;

const dialectByPlace: Record<Credential['place'] | 'nowhere', DialectName> = {
  header: 'action',
  subprotocol: 'action',
  cookie: 'content',
  query: 'type',
  nowhere: 'operation',
};

/** Who asks, and until when that is certain. */
interface Asking {
  readonly user: User;
  readonly guest: boolean;
  readonly until: number;
}

async function whoAsks(event: UpgradeEvent, credential: Credential | undefined): Promise<Asking> {
  const { connectionId, connectedAt } = event.requestContext;
  if (!credential) {
    const user = { id: `guest:${connectionId}`, username: 'guest', email: '', userType: '' };
    return { user, guest: true, until: connectedAt + GUEST_LIFE_MS };
  }
  const { user, expiresAt } = await verifier()(credential.token);
  return { user, guest: false, until: expiresAt };
}

/** The setting `directRooms: on-demand` makes the room of two users when one of them comes. */
async function directRoom(id: string, user: string): Promise<Room | undefined> {
  const users = directRoomUsers(id);
  if (process.env['DIRECT_ROOMS'] !== 'on-demand' || !users?.includes(user)) return undefined;
  const room = { id, name: '', kind: 'direct', access: 'members' } as const;
  await putRoom(database(), room);
  await Promise.all(users.map((each) => putMember(database(), id, each, 'member')));
  return getRoom(database(), id);
}

/** @throws ChatError NOT_A_MEMBER; UNAUTHENTICATED for a guest where members alone may enter */
async function enteredRoom(id: string | undefined, { user, guest }: Asking): Promise<Room> {
  if (id === undefined || id.length > MAX_ROOM_LENGTH || isInbox(id))
    throw new ChatError(guest ? 'UNAUTHENTICATED' : 'NOT_A_MEMBER');
  const [room, member] = await Promise.all([
    getRoom(database(), id),
    guest ? undefined : getMember(database(), id, user.id),
  ]);
  if (room && (member || room.access === 'open')) return room;
  if (guest) throw new ChatError('UNAUTHENTICATED');
  const made = room ? undefined : await directRoom(id, user.id);
  if (!made) throw new ChatError('NOT_A_MEMBER');
  return made;
}

async function admitted(
  event: UpgradeEvent,
  dialect: DialectTraits,
  credential: Credential | undefined,
): Promise<Session> {
  const query = event.queryStringParameters ?? {};
  const asking = await whoAsks(event, credential);
  const inbox = dialect.hasInbox && !asking.guest && !namesRoom(query);
  const room = inbox
    ? { id: inboxOf(asking.user.id), shards: 1 }
    : await enteredRoom(requestedRoom(query), asking);
  const { connectionId, connectedAt } = event.requestContext;
  const since = dialect.bringsHistory ? requestedSince(query) : undefined;
  return {
    id: connectionId,
    connectedAt,
    room: room.id,
    shard: placedIn(connectionId, room, Date.now()),
    user: asking.user,
    dialect: dialect.name,
    reads: requestedReads(query, dialect),
    tokenExpiresAt: asking.until,
    guest: asking.guest,
    ...(since !== undefined && { since }),
  };
}

/** In a contract that tells a refusal by a frame, the connection opens for no more than that frame. */
function turnedAway(event: UpgradeEvent, dialect: DialectTraits, error: unknown): Session {
  const code = error instanceof ChatError ? error.code : undefined;
  const told = code === 'UNAUTHENTICATED' || code === 'NOT_A_MEMBER';
  if (!dialect.refusesByFrame || !told) throw error;
  const { connectionId, connectedAt } = event.requestContext;
  return {
    id: connectionId,
    connectedAt,
    room: '',
    shard: 0,
    user: { id: 'nobody', username: '', email: '', userType: '' },
    dialect: dialect.name,
    reads: 'manual',
    tokenExpiresAt: connectedAt + GUEST_LIFE_MS,
    guest: true,
    turnedAway: code,
  };
}

/**
 * The session that an upgrade request asks for.
 * @throws ChatError UNAUTHENTICATED, NOT_A_MEMBER
 */
export async function openSession(event: UpgradeEvent): Promise<Session> {
  const headers = event.headers ?? {};
  const query = event.queryStringParameters ?? {};
  const credential = findCredential(headers, query);
  const dialect = dialectNamed(query['dialect'] ?? dialectByPlace[credential?.place ?? 'nowhere']);
  if (!dialect) throw new ChatError('NOT_A_MEMBER');
  if (credential && !comesFrom(credential, headers, allowedOrigins())) throw new ChatError('NOT_A_MEMBER');
  try {
    return await admitted(event, dialect, credential);
  } catch (error) {
    return turnedAway(event, dialect, error);
  }
}
