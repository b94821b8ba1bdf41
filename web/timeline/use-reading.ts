import type { RefObject } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { useRoomContext } from '../room/room-context.ts';
import type { RoomDraft } from '../room/room-draft.ts';
import type { GoToTarget } from '../rooms/navigation.ts';
import { isInFront, onFront } from '../ui/in-front.ts';
import { entryOf } from './entry.ts';
import { ReadMark } from './read-mark.ts';
import { type Goal, MAX_UNREAD_PAGES } from './use-go-to.ts';

/** The place where the user left each room: the message in the middle, and its distance from the top. */
const leftAt = new WeakMap<RoomDraft, { readonly id: number; readonly offset: number }>();

/** Remembers where the user leaves a room. An undefined `id` stands for the end of the room. */
export function keepPlace(draft: RoomDraft, id: number | undefined, offset: number): void {
  if (id === undefined) leftAt.delete(draft);
  else leftAt.set(draft, { id, offset });
}

/**
 * Decides where the timeline opens: at the message of a link, where the user left the room, at the first unread message,
 * or at the end. Also goes to the first unread message when the user returns to the page, or the client reconnects.
 * @param target the message that the user goes to
 * @param atEnd whether the timeline shows the newest message
 */
export function useReading(target: GoToTarget | undefined, atEnd: RefObject<boolean>) {
  const { client, room, draft, me } = useRoomContext();
  const mark = useMemo(() => new ReadMark(room, me), [room, me]);
  /** The last message that was read before the "New messages" divider. */
  const [dividedAt, setDividedAt] = useState<number>();
  const [goal, setGoal] = useState<Goal>();
  const [isOpen, setOpen] = useState(false);
  const left = useRef(leftAt.get(draft));
  const isOpened = useRef(false);
  const listed = () => client.roomList.state.rooms.find(({ id }) => String(id) === room.id);

  useLayoutEffect(() => {
    if (target) setGoal({ id: target.id, align: 'middle' });
  }, [target]);

  useLayoutEffect(() => {
    const goToUnread = () => {
      if (!mark.hasUnread()) return;
      setDividedAt(mark.id);
      if (atEnd.current) setGoal({ id: mark.id + 1, align: 'top' });
    };
    let pages = MAX_UNREAD_PAGES;
    let isLoading = false;
    let isOver = false;
    /** Loads older messages, and then opens. */
    const loadAndOpen = async () => {
      isLoading = true;
      await room.history().catch(() => {
        pages = 0;
      });
      isLoading = false;
      if (!isOver) onState();
    };
    const open = () => {
      if (isLoading) return;
      // If the first unread message is too far back, the mark stays at 0, and nothing counts as read.
      if (!mark.start(listed() ?? { unread: 0, unread_capped: false }) && pages-- > 0) {
        void loadAndOpen();
        return;
      }
      isOpened.current = true;
      const place = left.current;
      if (target || place) {
        if (mark.hasUnread()) setDividedAt(mark.id);
        if (!target && place) setGoal({ id: place.id, align: place.offset });
      } else goToUnread();
      setOpen(true);
    };
    const onState = () => {
      if (room.state === 'live') isOpened.current ? goToUnread() : open();
    };
    const onChange = () => {
      // The page may be closed or reloaded now.
      if (document.visibilityState === 'hidden') mark.stop();
      else if (isInFront()) onState();
    };
    onState();
    const stops = [
      room.on('state', onState),
      room.on('chat_message', ({ message }) => {
        const isShown = atEnd.current && isInFront();
        if (isShown || room.state !== 'live' || entryOf(message).author === me) return;
        // The divider stays where it is while messages below it are unread.
        if (!mark.hasUnread(message.message_id)) setDividedAt(mark.id);
      }),
    ];
    const stopFront = onFront(onChange);
    return () => {
      isOver = true;
      stopFront();
      for (const stop of stops) stop();
      mark.stop();
    };
  }, [room, mark]);

  // A room without unread messages opens at its end, so its first messages can be shown while it catches up.
  const isAtEnd = listed()?.unread === 0 && !target && !left.current;
  const isLost = room.state === 'refused' || room.state === 'offline';
  return { mark, dividedAt, goal, setGoal, isReady: isOpen || isAtEnd || isLost };
}
