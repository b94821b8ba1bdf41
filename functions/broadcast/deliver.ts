import { dialectOf } from '../dialects/registry.ts';
import { authentic, type Connection } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { hears } from '../domain/inbox.ts';
import { allServed } from './all-served.ts';
import { persist } from './persist.ts';
import type { Poster, PostOutcome } from './poster.ts';

/** Milliseconds for which a post is tried again, far below the gateway's 29 s for the function that waits for it. */
export const POST_BUDGET_MS = 3_000;

/** What became of an event: who took it, whose connections are gone, and whose token ran out before they were sent it. */
export interface Delivery {
  readonly taken: readonly Connection[];
  readonly gone: readonly Connection[];
  readonly expired: readonly Connection[];
}

/** The way to open sockets, and the time. */
export interface Posting {
  readonly poster: Poster;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The one thing that is told to a connection after its token ran out. */
const tellsExpiry = (event: Event): boolean => event.kind === 'Refused' && event.code === 'TOKEN_EXPIRED';

/** Whose eyes see a frame with a field more: a message's author's, and those of who changed it. */
const insidersOf = (event: Event): readonly string[] => [
  ...('message' in event ? [event.message.author.id] : []),
  ...('by' in event ? [event.by] : []),
];

/** Encodes an event at most once for each dialect and point of view, however many connections get it. */
function frameMaker(event: Event): (connection: Connection) => string | undefined {
  const insiders = insidersOf(event);
  const made = new Map<string, string | undefined>();
  return (connection) => {
    if (!hears(connection, event)) return undefined;
    const elsewhere = connection.via !== undefined || connection.room !== event.room;
    const view = { viewer: connection.user.id, elsewhere };
    const insider = insiders.indexOf(view.viewer);
    const key = `${connection.dialect} ${insider} ${view.elsewhere}`;
    if (!made.has(key)) made.set(key, dialectOf(connection).encode(event, view));
    return made.get(key);
  };
}

/**
 * Posts an event to connections, to all at once, each in its own dialect. A connection that cannot be reached now is
 * left alone: its client finds the gap by `seq`. One whose token ran out is sent nothing, here and nowhere else it is
 * decided: at each try, however late that comes.
 * @throws what a post throws that no retry mends, such as a missing grant, after all others were posted
 */
export async function deliver(
  event: Event,
  to: readonly Connection[],
  { poster, now }: Posting,
): Promise<Delivery> {
  const frameFor = frameMaker(event);
  const postTo = async (connection: Connection): Promise<PostOutcome | 'silent' | 'expired'> => {
    const frame = frameFor(connection);
    if (frame === undefined) return 'silent';
    const attempt = async () =>
      authentic(connection, now()) || tellsExpiry(event) ? poster.post(connection.id, frame) : 'expired';
    return (await persist<PostOutcome | 'expired'>(attempt, POST_BUDGET_MS)) ?? 'failed';
  };
  const outcomes = await allServed(to.map(postTo));
  const whose = (outcome: string) => to.filter((_, index) => outcomes[index] === outcome);
  return { taken: whose('taken'), gone: whose('gone'), expired: whose('expired') };
}
