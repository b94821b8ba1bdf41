import type { User } from './member.ts';

/** The wire contracts, each spoken by one file in `dialects/`. */
export const dialectNames = ['action', 'content', 'type', 'operation'] as const;

export type DialectName = (typeof dialectNames)[number];

/** Whether what is delivered to a connection counts as read at once, or only when its client says so. */
export type Reads = 'auto' | 'manual';

/** How a connection hears of a room beside its own: of all that happens, as of its own, or of new messages alone. */
export type Via = 'joined' | 'inbox';

/** One open socket of one User in a Room. It has one such entry for each room that it hears of. */
export interface Connection {
  readonly id: string;
  readonly room: string;
  readonly shard: number;
  readonly user: User;
  readonly dialect: DialectName;
  readonly reads: Reads;
  /** Milliseconds since the epoch, as API Gateway tells it. */
  readonly connectedAt: number;
  /** Milliseconds since the epoch. */
  readonly tokenExpiresAt: number;
  /** Absent in the room that it connected to. */
  readonly via?: Via;
  /** When it joined the room, in milliseconds since the epoch; absent in the room that it connected to. */
  readonly joinedAt?: number;
  /** Where the connection's own entry stands; absent in that one. */
  readonly home?: { readonly room: string; readonly shard: number };
}

/** What a handler knows of the connection that it serves, without a read. */
export interface Session extends Connection {
  /** Not signed in: in a room that is open to anyone. */
  readonly guest: boolean;
  /** Its client has every change of the room up to this number, and is to be sent the others when it opens. */
  readonly since?: number;
  /** Opened only to be told why it is refused, and then closed; it is in no room. */
  readonly turnedAway?: 'UNAUTHENTICATED' | 'NOT_A_MEMBER';
}

/** A handshake lasts no longer than this: API Gateway gives its functions 29 seconds (AWS: quotas for WebSocket APIs). */
const LONGEST_HANDSHAKE_MS = 30_000;

/**
 * Whether the handshake of a connection may still be in progress. Its row exists by then, but API Gateway answers 410
 * until `$connect` has returned. A connection that joined another room did so over an open socket.
 */
export const mayBeOpening = (connection: Pick<Connection, 'connectedAt' | 'via'>, now: number): boolean =>
  connection.via !== 'joined' && now - connection.connectedAt < LONGEST_HANDSHAKE_MS;

/** Clocks differ: for so many milliseconds after its end a token counts still, when it is verified and ever after. */
export const CLOCK_TOLERANCE_MS = 5_000;

/** Whether a connection's token is valid. Without one, its frames are refused and no events are posted to it. */
export const hasValidToken = (connection: Pick<Connection, 'tokenExpiresAt'>, now: number): boolean =>
  connection.tokenExpiresAt + CLOCK_TOLERANCE_MS >= now;

/** Online or offline in a room, derived from the connections that a user has there. */
export interface Presence {
  readonly user: string;
  readonly online: boolean;
  /** ISO 8601, UTC. */
  readonly lastSeen: string;
}

/** Above this many connections in a room, comings and goings are not announced: they would outnumber what is said. */
export const MAX_ANNOUNCED_CONNECTIONS = 100;

/** Whether a connection shows its user in a room. An inbox looks at rooms from outside. */
export const isPresence = ({ via }: Pick<Connection, 'via'>): boolean => via !== 'inbox';

/** Since when a connection is in the room. */
const since = ({ joinedAt, connectedAt }: Connection): number => joinedAt ?? connectedAt;

const older = (one: Connection, other: Connection): boolean =>
  since(one) < since(other) || (since(one) === since(other) && one.id < other.id);

const another = (connection: Connection, present: readonly Connection[]): readonly Connection[] =>
  present.filter(
    (other) => isPresence(other) && other.user.id === connection.user.id && other.id !== connection.id,
  );

/**
 * Whether a connection is the one that brought its user into the room. Of two that came together it is the older,
 * so that exactly one of them is announced.
 */
export const bringsOnline = (connection: Connection, present: readonly Connection[]): boolean =>
  !another(connection, present).some((other) => older(other, connection));

/** Whether no other connection keeps its user in the room. */
export const leavesOffline = (connection: Connection, present: readonly Connection[]): boolean =>
  another(connection, present).length === 0;
