import { useEffect, useState } from 'preact/hooks';
import type { RoomDetails } from '../../client/index.ts';
import { otherMember } from '../../client/react/index.ts';
import { useBlockedUsers } from '../people/blocks.ts';
import { useNames } from '../rooms/names.ts';
import { texts } from '../texts/texts.ts';
import { Button } from '../ui/buttons.tsx';
import { shortTime } from '../ui/format.ts';
import { useAsyncAction } from '../ui/use-async-action.ts';

/** Why the user cannot write in the room. */
export interface WriteBlock {
  readonly reason: string;
  /** Makes writing possible again. */
  readonly unblock?: () => Promise<void>;
}

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

/** Returns why the user cannot write in a room; undefined if they can. */
export function useWriteBlock(details: RoomDetails | undefined, me: string): WriteBlock | undefined {
  const own = details?.members.find(({ user_id }) => String(user_id) === me);
  const isMuted = useIsFuture(own?.muted_until);
  const nameOf = useNames();
  const other = details && otherMember(details.id, me);
  const { blocked, unblock } = useBlockedUsers(other !== undefined);
  const words = texts().composer;
  if (!details) return undefined;
  if (details.archived) return { reason: words.archived };
  if (other !== undefined && blocked.has(other)) {
    return { reason: words.blocked(nameOf(other)), unblock: () => unblock(other) };
  }
  if (isMuted) return { reason: words.mutedUntil(shortTime(own?.muted_until ?? '')) };
  if (details.posting === 'moderators' && (own?.role ?? 'member') === 'member')
    return { reason: words.moderatorsOnly };
  return undefined;
}

/** Stands in place of the composer. */
export function WriteBlockNote({ block: { reason, unblock } }: { readonly block: WriteBlock }) {
  const { busy, error, run } = useAsyncAction();
  return (
    <div class="write-block" role="status">
      <p>{error || reason}</p>
      {unblock ? (
        <Button
          kind="text-button"
          label={texts().composer.unblock}
          busy={busy}
          onClick={() => void run(unblock)}
        />
      ) : null}
    </div>
  );
}
