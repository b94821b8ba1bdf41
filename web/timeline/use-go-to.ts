import { useLayoutEffect, useState } from 'preact/hooks';
import type { Room } from '../../client/index.ts';
import { useRoomContext } from '../room/room-context.ts';
import { texts } from '../texts/texts.ts';
import { type Entry, entryWith, indexOf } from './entry.ts';
import type { Align } from './use-scroll-window.ts';

/** How many pages of the history are loaded to find the message of a link or a reply. */
const MAX_PAGES = 100;
/** How many pages are loaded to find the first unread message, or the place where the user left the room. */
export const MAX_UNREAD_PAGES = 20;

/** A message to scroll to. If it is gone, the next message takes its place, unless `align` is `middle`. */
export interface Goal {
  readonly id: number;
  readonly align: Align;
}

/** Whether the room's messages are loaded down to a message. */
export function isLoaded(room: Room, id: number): boolean {
  const [oldest] = room.messages;
  if (oldest && (oldest.message_id ?? Number.POSITIVE_INFINITY) <= id) return true;
  return room.state === 'live' && !room.hasMore;
}

/** Loads the history until it contains the message, or an older one. */
async function loadUntil(room: Room, { id, align }: Goal, isCanceled: () => boolean): Promise<void> {
  await room.ready();
  let pages = align === 'middle' ? MAX_PAGES : MAX_UNREAD_PAGES;
  while (pages-- > 0 && !isCanceled() && !isLoaded(room, id)) await room.history();
}

/** Loads the history down to the message of a goal. Returns whether that has ended, with or without success. */
export function useLoaded(room: Room, goal: Goal | undefined): boolean {
  const [failed, setFailed] = useState<Goal>();
  const isHere = goal !== undefined && (goal === failed || isLoaded(room, goal.id));
  useLayoutEffect(() => {
    if (!goal || isHere) return;
    let isCanceled = false;
    const onEnd = () => {
      if (!isCanceled && !isLoaded(room, goal.id)) setFailed(goal);
    };
    loadUntil(room, goal, () => isCanceled).then(onEnd, onEnd);
    return () => {
      isCanceled = true;
    };
  }, [room, goal, isHere]);
  return isHere;
}

/** Scrolls to a message once it is loaded. Returns the id of the message that the user went to last. */
export function useGoTo(
  entries: readonly Entry[],
  scrollTo: (index: number, align: Align) => void,
  goal: Goal | undefined,
  onDone: (goal: Goal) => void,
): number | undefined {
  const { room, draft } = useRoomContext();
  const [marked, setMarked] = useState<number>();
  useLayoutEffect(() => {
    if (!goal) return;
    const { id, align } = goal;
    onDone(goal);
    if (align !== 'middle') scrollTo(indexOf(entries, id), align);
    else if (entryWith(entries, id)) {
      setMarked(id);
      scrollTo(indexOf(entries, id), align);
    } else if (room.state !== 'refused') {
      const { gone, tooFar } = texts().timeline;
      draft.showError(isLoaded(room, id) ? gone : tooFar);
    }
  }, [goal]);
  return marked;
}
