import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Room } from '../../client/index.ts';
import { entryOf } from './entry.ts';

const newestId = (room: Room): number =>
  room.messages.findLast(({ message_id }) => message_id !== undefined)?.message_id ?? 0;

/** Returns the user's read mark; undefined if nothing after it is from another member. */
function unreadSince(room: Room, me: string): number | undefined {
  const read = room.seenBy.get(me) ?? 0;
  const hasUnread = room.messages.some(
    (message) => (message.message_id ?? 0) > read && entryOf(message).author !== me,
  );
  return hasUnread ? read : undefined;
}

/**
 * Marks messages as read while the page is visible and the newest message is in view. Returns `unreadAfter`, the last
 * message that was read before the room opened or the page was hidden, and `onView`, which must be called with whether
 * the newest message is in view.
 */
export function useReadMark(room: Room, me: string) {
  const [unreadAfter, setUnreadAfter] = useState<number>();
  const inView = useRef(false);
  /** The newest message when the page was hidden; undefined while it is visible. */
  const hiddenAt = useRef<number | undefined>(undefined);

  const markRead = useCallback(() => {
    if (document.visibilityState !== 'visible' || room.state !== 'live') return;
    room.seen().catch(() => {});
  }, [room]);

  useEffect(() => {
    let started = false;
    const onState = () => {
      if (room.state !== 'live') return;
      if (!started) {
        started = true;
        setUnreadAfter(unreadSince(room, me));
      }
      if (inView.current) markRead();
    };
    const onVisibility = () => {
      hiddenAt.current = document.visibilityState === 'visible' ? undefined : newestId(room);
      if (hiddenAt.current === undefined && inView.current) markRead();
    };
    const stops = [
      room.on('state', onState),
      room.on('chat_message', ({ message }) => {
        if (entryOf(message).author === me || hiddenAt.current === undefined) return;
        setUnreadAfter(hiddenAt.current);
        hiddenAt.current = undefined;
      }),
    ];
    onState();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      for (const stop of stops) stop();
    };
  }, [room, me, markRead]);

  const onView = useCallback(
    (newest: boolean) => {
      inView.current = newest;
      if (newest) markRead();
    },
    [markRead],
  );
  return { unreadAfter, onView };
}
