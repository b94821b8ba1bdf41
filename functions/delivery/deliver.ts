import { dialectOf } from '../dialects/registry.ts';
import { hears } from '../domain/audience.ts';
import { authentic, type Connection } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { Pace } from './pace.ts';
import { type Budget, type Outcome, postPatiently } from './post-with-retries.ts';
import type { Poster } from './poster.ts';
import { settleAll } from './settle-all.ts';

/** Far below the gateway's 29 s for the function that waits for it. */
export const POST_BUDGET: Budget = { perPost: 3_000, whole: 4_000 };

/**
 * Half of the 60 s of a function that does nothing but post: the rest is for what it finds ended. An account that is at
 * its limit takes 10,000 posts a second, so this is enough for 300,000 of them.
 */
export const FANOUT_BUDGET: Budget = { perPost: 3_000, whole: 30_000 };

/** How an event is posted. */
export interface Terms {
  readonly budget?: Budget;
  /** Hears of each post that no retry mends, which counts as failed then; without it the first of them is thrown. */
  readonly onFault?: (error: unknown) => void;
}

/** What became of an event. */
export interface Delivery {
  readonly taken: readonly Connection[];
  readonly gone: readonly Connection[];
  /** Not sent it, since their token ran out before. */
  readonly expired: readonly Connection[];
  /** Not reached in the time there was. */
  readonly failed: readonly Connection[];
  /** Their clients take nothing any more, and the gateway keeps no more for them. */
  readonly full: readonly Connection[];
  /** Milliseconds until the last post had ended. */
  readonly ms: number;
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
  ...('change' in event ? [event.change.by] : []),
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
 * Posts an event to connections, as many at once as the gateway takes, each in its own dialect. A connection that cannot
 * be reached now is left alone: its client finds the gap by `seq`. One whose token ran out is sent nothing, here and
 * nowhere else it is decided: at each try, however late that comes.
 * @throws what a post throws that no retry mends, such as a missing grant, after all others were posted, where nobody
 * hears of faults
 */
export async function deliver(
  event: Event,
  to: readonly Connection[],
  { poster, now }: Posting,
  { budget = POST_BUDGET, onFault }: Terms = {},
): Promise<Delivery> {
  const frameFor = frameMaker(event);
  const pace = new Pace();
  const began = Date.now();
  const common = { poster, pace, perPost: budget.perPost, deadline: began + budget.whole };
  const postTo = async (connection: Connection): Promise<Outcome | 'silent'> => {
    const frame = frameFor(connection);
    if (frame === undefined) return 'silent';
    const { id } = connection;
    const attempt = async () =>
      authentic(connection, now()) || tellsExpiry(event) ? poster.post(id, frame) : 'expired';
    return postPatiently({ ...common, connection: id, attempt }).catch((error: unknown) => {
      if (!onFault) throw error;
      onFault(error);
      return 'failed';
    });
  };
  const outcomes = await settleAll(to.map(postTo));
  const whose = (outcome: Outcome) => to.filter((_, index) => outcomes[index] === outcome);
  return {
    taken: whose('taken'),
    gone: whose('gone'),
    expired: whose('expired'),
    failed: whose('failed'),
    full: whose('full'),
    ms: Date.now() - began,
  };
}
