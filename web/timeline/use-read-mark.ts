import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Room } from '../../client/index.ts';

export interface Reading {
  /** The last message that was read before; undefined where nothing was missed. */
  readonly unreadAfter: number | undefined;
  /** Whether the newest message is in view: then it is read, if somebody looks. */
  onView(newest: boolean): void;
}

const newestOf = (room: Room): number =>
  room.messages.findLast(({ message_id }) => message_id !== undefined)?.message_id ?? 0;

/** The last message that one has read, where others said something after it. */
function unreadSince(room: Room, me: string): number | undefined {
  const read = room.seenBy.get(me) ?? 0;
  const isNew = room.messages.some(
    ({ message_id = 0, sender_id }) => message_id > read && String(sender_id) !== me,
  );
  return isNew ? read : undefined;
}

/** What one has read in a room: nothing while nobody looks at the page. */
export function useReading(room: Room, me: string): Reading {
  const [unreadAfter, setUnreadAfter] = useState<number>();
  const inView = useRef(false);
  const away = useRef<number | undefined>(undefined);

  const read = useCallback(() => {
    if (document.visibilityState !== 'visible' || room.state !== 'live') return;
    room.seen().catch(() => {});
  }, [room]);

  useEffect(() => {
    let begun = false;
    const begin = () => {
      if (room.state !== 'live') return;
      if (!begun) {
        begun = true;
        setUnreadAfter(unreadSince(room, me));
      }
      if (inView.current) read();
    };
    const onVisibility = () => {
      away.current = document.visibilityState === 'visible' ? undefined : newestOf(room);
      if (away.current === undefined && inView.current) read();
    };
    const stops = [
      room.on('state', begin),
      room.on('chat_message', ({ message }) => {
        if (String(message.sender_id) === me || away.current === undefined) return;
        setUnreadAfter(away.current);
        away.current = undefined;
      }),
    ];
    begin();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      for (const stop of stops) stop();
    };
  }, [room, me, read]);

  const onView = useCallback(
    (newest: boolean) => {
      inView.current = newest;
      if (newest) read();
    },
    [read],
  );
  return { unreadAfter, onView };
}
