import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Room } from '../../client/index.ts';
import type { Entry } from './entry.ts';

/** How many pages of the history are loaded at most to find a message. */
const MAX_PAGES = 100;

/** Loads the history until it contains the message, or an older one. */
async function loadUntil(room: Room, id: number): Promise<void> {
  const isLoaded = () => room.messages.some(({ message_id = Number.POSITIVE_INFINITY }) => message_id <= id);
  for (let page = 0; page < MAX_PAGES && !isLoaded() && room.hasMore; page++) await room.history();
}

/**
 * Returns a function that scrolls to a message and marks it, and the id of the marked message. A message that is not
 * loaded yet is loaded first. The function stays the same, so that rows don't render again.
 */
export function useGoTo(
  room: Room,
  byId: ReadonlyMap<number | undefined, Entry>,
  scrollTo: (key: string) => void,
) {
  const [marked, setMarked] = useState<number>();
  const [target, setTarget] = useState<{ readonly id: number }>();
  const goTo = useCallback((id: number) => setTarget({ id }), []);
  useEffect(() => {
    if (target) loadUntil(room, target.id).catch(() => {});
  }, [room, target]);
  const entry = target && byId.get(target.id);
  useEffect(() => {
    if (!entry) return;
    setTarget(undefined);
    setMarked(entry.id);
    scrollTo(entry.key);
  }, [entry]);
  return { marked, goTo };
}
