import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Room } from '../../client/index.ts';
import type { Entry } from './entry.ts';
import type { RowDeeds } from './row-deeds.ts';

/** So many pages are loaded at most to find a message that somebody answered. */
const MOST_PAGES = 100;

/** Loads older messages until one is there. Resolves to whether it is. */
async function reach(room: Room, id: number): Promise<boolean> {
  const isThere = () => room.messages.some(({ message_id }) => message_id === id);
  const isOlder = () => room.messages.some(({ message_id = id }) => message_id < id);
  for (let page = 0; page < MOST_PAGES && !isThere() && !isOlder() && room.hasMore; page++)
    await room.history();
  return isThere();
}

export interface Seeking {
  /** The message that somebody went to last. */
  readonly marked: number | undefined;
  /** What can be done about a message, going to another one included; the same object always. */
  readonly deeds: RowDeeds;
}

/** Goes to a message that another one answers, also where it is not loaded yet. */
export function useSeeking(
  room: Room,
  byId: ReadonlyMap<number | undefined, Entry>,
  deeds: Omit<RowDeeds, 'show'>,
  goTo: (key: string) => void,
): Seeking {
  const [marked, setMarked] = useState<number>();
  const sought = useRef<number | undefined>(undefined);
  const found = (id: number) => {
    const entry = byId.get(id);
    if (!entry) return false;
    sought.current = undefined;
    setMarked(id);
    goTo(entry.key);
    return true;
  };
  const show = (id: number) => {
    if (found(id)) return;
    sought.current = id;
    reach(room, id).catch(() => {});
  };
  const latest = useRef(show);
  latest.current = show;
  const all = useMemo<RowDeeds>(() => ({ ...deeds, show: (id) => latest.current(id) }), [deeds]);
  useEffect(() => {
    if (sought.current !== undefined) found(sought.current);
  });
  return { marked, deeds: all };
}
