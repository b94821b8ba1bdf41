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
