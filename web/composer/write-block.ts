import { useEffect, useState } from 'preact/hooks';
import type { RoomDetails } from '../../client/index.ts';
import { otherMember } from '../../client/react/index.ts';
import { useBlockedUsers } from '../people/blocks.ts';

/** Why a member cannot send messages to the room. */
export type WriteBlock = (
  | { readonly reason: 'archived' | 'moderatorsOnly' }
  | { readonly reason: 'blocked'; readonly user: string }
  | { readonly reason: 'muted'; readonly until: string }
) & {
  /** Whether the member may still change messages, such as edit their own. */
  readonly canChange: boolean;
};

/** The longest delay of `setTimeout`. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Returns whether a time is in the future, and renders again when it has passed. */
function useIsFuture(time: string | null | undefined): boolean {
  const left = time ? Date.parse(time) - Date.now() : 0;
  const [, render] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => render((count) => count + 1), Math.min(left, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }, [time]);
  return left > 0;
}

/** Returns why the user cannot send messages to a room; undefined if they can. */
export function useWriteBlock(details: RoomDetails | undefined, me: string): WriteBlock | undefined {
  const own = details?.members.find(({ user_id }) => String(user_id) === me);
  const isMuted = useIsFuture(own?.muted_until);
  const other = details && otherMember(details.id, me);
  const { blocked } = useBlockedUsers(other !== undefined);
  if (!details) return undefined;
  const canChange = !details.archived && !isMuted;
  // Comes first, because it explains why the room looks empty.
  if (other !== undefined && blocked.has(other)) return { reason: 'blocked', user: other, canChange };
  if (details.archived) return { reason: 'archived', canChange };
  if (isMuted) return { reason: 'muted', until: own?.muted_until ?? '', canChange };
  if (details.posting === 'moderators' && (own?.role ?? 'member') === 'member')
    return { reason: 'moderatorsOnly', canChange };
  return undefined;
}
