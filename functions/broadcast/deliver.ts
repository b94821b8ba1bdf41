import { dialectOf } from '../dialects/registry.ts';
import type { Connection } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { hears } from '../domain/inbox.ts';
import { persist } from './persist.ts';
import type { Poster, PostOutcome } from './poster.ts';

/** Milliseconds for which a post is tried again, far below the gateway's 29 s for the function that waits for it. */
export const POST_BUDGET_MS = 3_000;

/** What became of an event: who took it, and whose connections are gone. */
export interface Delivery {
  readonly taken: readonly Connection[];
  readonly gone: readonly Connection[];
}

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
 * left alone: its client finds the gap by `seq`.
 * @throws what a post throws that no retry mends, such as a missing grant, after all others were posted
 */
export async function deliver(event: Event, to: readonly Connection[], poster: Poster): Promise<Delivery> {
  const frameFor = frameMaker(event);
  const posts = await Promise.allSettled(
    to.map(async (connection): Promise<PostOutcome | 'silent'> => {
      const frame = frameFor(connection);
      if (frame === undefined) return 'silent';
      return (await persist(() => poster.post(connection.id, frame), POST_BUDGET_MS)) ?? 'failed';
    }),
  );
  const fault = posts.find((post) => post.status === 'rejected');
  if (fault) throw fault.reason;
  const ended = (outcome: PostOutcome) =>
    to.filter((_, index) => {
      const post = posts[index];
      return post?.status === 'fulfilled' && post.value === outcome;
    });
  return { taken: ended('taken'), gone: ended('gone') };
}
