import type { BlockList } from './block.ts';
import { isSameActor, namelessId, type User } from './member.ts';
import type { ProfileField } from './profile.ts';
import { directRoomUsers } from './room.ts';

/** The supported wire contracts. Each has a folder in `dialects/`. */
export const dialectNames = ['action', 'content', 'type', 'operation'] as const;

export type DialectName = (typeof dialectNames)[number];

/**
 * How messages that a connection receives count. `auto`: as read. `manual`: as delivered, until the client sends a read
 * mark. `none`: neither, because the room is a request in the user's inbox.
 */
export type Reads = 'auto' | 'manual' | 'none';

/**
 * Which receipts and read marks a connection gets. By default, it gets all of the room. With `author`, it gets receipts
 * only for messages of its own user: each `Acknowledged` event covers all of them up to its `messageId`. It then also
 * gets only the read marks of its user, and those that cover a message of its user.
 */
export type Receipts = 'author';

/**
 * Which logged changes a connection gets. By default, those of messages. With `all`, also those of the room, its members
 * and its pins.
 */
export type Changes = 'all';

/** `joined`: the connection receives all events of the room. `inbox`: it receives what a list of rooms needs. */
export type Via = 'joined' | 'inbox';

/** One open socket of a user in a room. A socket has one row for each room whose events it receives. */
export interface Connection {
  readonly id: string;
  readonly room: string;
  readonly shard: number;
  readonly user: User;
  readonly dialect: DialectName;
  readonly reads: Reads;
  readonly receipts?: Receipts;
  readonly changes?: Changes;
  /** Milliseconds since the epoch, from API Gateway. */
  readonly connectedAt: number;
  /** Milliseconds since the epoch. */
  readonly tokenExpiresAt: number;
  /** Absent in the row of the room that the socket connected to. */
  readonly via?: Via;
  /** Milliseconds since the epoch. Absent in the row of the room that the socket connected to. */
  readonly joinedAt?: number;
  /** The users whom the connection's user has blocked. Absent if the user never blocked anybody. */
  readonly blocked?: BlockList;
  /** The place of the socket's first row. Absent in that row. */
  readonly home?: { readonly room: string; readonly shard: number };
}

/** The connection of a request. It comes from the authorizer's context, so it needs no read. */
export interface Session extends Connection {
  /** When the token of the handshake was issued, in milliseconds since the epoch. Undefined if unknown. */
  readonly tokenIssuedAt?: number;
  /** The parts of the user's profile that the team has set, and not the token. */
  readonly ofTeam?: readonly ProfileField[];
  /** The client has every event up to this sequence number, and receives the later ones on connect. */
  readonly since?: number;
  /** Why the handshake is refused. The connection is open only to report this, and is in no room. */
  readonly refusal?: 'UNAUTHENTICATED' | 'NOT_A_MEMBER';
}

/**
 * Returns the user of a connection. In rows and fan-out payloads of an earlier release, guests lack `guest`. All of
 * them are guests without a name, so their ids identify them.
 */
export const connectedUser = ({ id, user }: Pick<Connection, 'id' | 'user'>): User =>
  user.id === namelessId(id) ? { ...user, guest: true } : user;

/** API Gateway's integration timeout is 29 seconds (AWS: quotas for WebSocket APIs). */
export const LONGEST_HANDSHAKE_MS = 30_000;

/**
 * Whether the socket may not be open yet. Until `$connect` returns, API Gateway answers a post with 410 Gone, although
 * the connection's row exists. A joined room's row exists only for an open socket.
 */
export const mayBeOpening = (connection: Pick<Connection, 'connectedAt' | 'via'>, now: number): boolean =>
  connection.via !== 'joined' && now - connection.connectedAt < LONGEST_HANDSHAKE_MS;

/** Tolerates clock skew: tokens are accepted for this many milliseconds after their expiry. */
export const CLOCK_TOLERANCE_MS = 5_000;

/** Whether the connection's token is still valid. */
export const hasValidToken = (connection: Pick<Connection, 'tokenExpiresAt'>, now: number): boolean =>
  connection.tokenExpiresAt + CLOCK_TOLERANCE_MS >= now;

/** Whether a user is online in a room, derived from the user's connections there. */
export interface Presence {
  readonly user: string;
  readonly online: boolean;
  /** ISO 8601, UTC. */
  readonly lastSeen: string;
}

/** In rooms with more connections presence is not announced: it would cause more frames than the messages do. */
export const MAX_ANNOUNCED_CONNECTIONS = 100;

/** Whether the connection was opened for the room or has joined it, and so receives all of its events. */
export const isInRoom = ({ via }: Pick<Connection, 'via'>): boolean => via !== 'inbox';

/**
 * Whether the connection makes its user present in the room. An inbox does so in direct rooms only: there, two people
 * see whether the other one is online at all.
 */
export const isPresence = (connection: Pick<Connection, 'via' | 'room'>): boolean =>
  isInRoom(connection) || directRoomUsers(connection.room) !== undefined;

/** Whether the connection is notified of the presence of others in the room. */
export const receivesPresence = (connection: Pick<Connection, 'via' | 'changes'>): boolean =>
  isInRoom(connection) || connection.changes === 'all';

const presentSince = ({ joinedAt, connectedAt }: Connection): number => joinedAt ?? connectedAt;

const isOlder = (one: Connection, other: Connection): boolean =>
  presentSince(one) < presentSince(other) || (presentSince(one) === presentSince(other) && one.id < other.id);

const othersOfUser = (connection: Connection, present: readonly Connection[]): readonly Connection[] =>
  present.filter(
    (other) => isPresence(other) && isSameActor(other.user, connection.user) && other.id !== connection.id,
  );

/** Whether the user has no older connection in the room. Of several that open at once, exactly one is the oldest. */
export const bringsOnline = (connection: Connection, present: readonly Connection[]): boolean =>
  !othersOfUser(connection, present).some((other) => isOlder(other, connection));

/** Whether the user has no other connection in the room. */
export const leavesOffline = (connection: Connection, present: readonly Connection[]): boolean =>
  othersOfUser(connection, present).length === 0;
