import type { Connection, Session } from '../domain/connection.ts';
import type { Room } from '../domain/room.ts';
import { listConnections } from '../store/connections.ts';
import type { PostingContext } from './remove-connections.ts';

/** Those whom a room's events are posted to, looked up when they are needed, and once. */
export type Audience = () => Promise<readonly Connection[]>;

/** A room's open connections. Those whose token ran out learn that instead of what happens. */
export function audienceOf(
  room: Pick<Room, 'id' | 'shards'>,
  { db, now }: Pick<PostingContext, 'db' | 'now'>,
): Audience {
  let listed: Promise<readonly Connection[]> | undefined;
  return () => {
    listed ??= listConnections(db, room, now());
    return listed;
  };
}

/** An audience with the connection that caused the event in it, and at its head: the echo is its acknowledgement. */
export function withCaller(
  caller: Session | undefined,
  audience: readonly Connection[],
): readonly Connection[] {
  if (!caller) return audience;
  return [caller, ...audience.filter((connection) => connection.id !== caller.id)];
}
