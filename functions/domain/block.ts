import type { Event } from './event.ts';
import { type Actor, actorId, isSameActor } from './member.ts';
import { changedBy } from './message.ts';

/**
 * The users whom a user has blocked: their messages are hidden from the user, and they do not learn of it. Each row of
 * the user's connections has a copy, so that fan-out needs no read.
 */
export interface BlockList {
  /** User ids. */
  readonly users: readonly string[];
  /** Grows with each change, so that an older copy never replaces a newer one. */
  readonly revision: number;
}

/** A user or guest who reads messages, and the users whom they have blocked. */
export interface Reader extends Actor {
  readonly blocked?: BlockList | undefined;
}

/** A user blocks at most this many users. */
export const MAX_BLOCKS = 200;

/** The ids of the blocked users take at most this many bytes together, because each connection's row has all of them. */
export const MAX_BLOCKED_BYTES = 8_000;

/** Whether a list contains a user. It never contains a guest, because a guest can take any name. */
export const isBlocked = (list: BlockList | undefined, { id, guest }: Actor): boolean =>
  !guest && (list?.users.includes(id) ?? false);

/** Whether a reader has blocked the author of a message. */
export const isHiddenFrom = (
  { blocked }: Pick<Reader, 'blocked'>,
  { author }: { readonly author: Actor },
): boolean => isBlocked(blocked, author);

/** Returns the messages that a reader sees. */
export const visibleTo = <M extends { readonly author: Actor }>(
  reader: Pick<Reader, 'blocked'>,
  messages: readonly M[],
): readonly M[] => (reader.blocked ? messages.filter((message) => !isHiddenFrom(reader, message)) : messages);

/**
 * Whether an event is about a message whose author the reader has blocked. The reader's own changes are not hidden:
 * they answer the reader's frames.
 */
export const isAboutHidden = (
  { user, blocked }: Pick<Reader, 'blocked'> & { readonly user: Actor },
  event: Event,
): boolean =>
  blocked !== undefined &&
  'message' in event &&
  isHiddenFrom({ blocked }, event.message) &&
  !('change' in event && changedBy(event.change) === actorId(user));

/**
 * Returns the user whose activity an event shows. The users whom they have blocked do not get such an event, so that
 * to them the user looks offline.
 */
function activeUser(event: Event): Actor | undefined {
  switch (event.kind) {
    case 'Seen':
    case 'TypingChanged':
      return { id: event.user, ...(event.guest && { guest: event.guest }) };
    default:
      return undefined;
  }
}

/** Returns the users whom an event must not reach, because the user whose activity it shows has blocked them. */
export function excludedFrom(
  event: Event,
  audience: readonly (Pick<Reader, 'blocked'> & { readonly user: Actor })[],
): BlockList | undefined {
  const active = activeUser(event);
  return active && audience.find(({ user, blocked }) => blocked && isSameActor(user, active))?.blocked;
}
