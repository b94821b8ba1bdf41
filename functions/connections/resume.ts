import { post } from '../delivery/publish.ts';
import type { PostingContext } from '../delivery/remove-connections.ts';
import type { Session } from '../domain/connection.ts';
import type { Message } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { catchUp } from '../log/catch-up.ts';
import type { LogContext } from '../log/context.ts';

/**
 * Posts to a connection what its client missed, one page of it.
 * @returns the messages that it has now, newest first; none where it could not be posted
 */
export async function postMissed(
  room: Room,
  since: number,
  session: Session,
  context: LogContext & PostingContext,
): Promise<readonly Message[]> {
  const missed = await catchUp(room, since, context);
  const { taken } = await post(missed, [session], context);
  if (taken.length === 0) return [];
  return missed.changes
    .flatMap(({ kind, message }) =>
      kind === 'MessageSent' && message.deletedAt === undefined ? message : [],
    )
    .reverse();
}
