import type { Connection } from './connection.ts';

/** Online or offline in a room, derived from the connections that a user has there. */
export interface Presence {
  readonly user: string;
  readonly online: boolean;
  /** ISO 8601, UTC. */
  readonly lastSeen: string;
}

/** Above this many connections in a room, comings and goings are not announced: they would outnumber what is said. */
export const MAX_ANNOUNCED_CONNECTIONS = 100;

const older = (one: Connection, other: Connection): boolean =>
  one.connectedAt < other.connectedAt || (one.connectedAt === other.connectedAt && one.id < other.id);

/**
 * Whether a connection is the one that brought its user into the room. Of two that opened together it is the older,
 * so that exactly one of them is announced.
 */
export const bringsOnline = (connection: Connection, present: readonly Connection[]): boolean =>
  !present.some((other) => other.user.id === connection.user.id && older(other, connection));

/** Whether no other connection keeps its user in the room. */
export const leavesOffline = (connection: Connection, present: readonly Connection[]): boolean =>
  !present.some((other) => other.user.id === connection.user.id && other.id !== connection.id);
