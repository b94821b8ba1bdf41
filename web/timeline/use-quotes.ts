import { useEffect, useRef, useState } from 'preact/hooks';
import { loadDialogs } from '../deferred.tsx';
import { useRoomContext } from '../room/room-context.ts';
import type { NameOf } from '../rooms/names.ts';
import { texts } from '../texts/texts.ts';
import { type Entry, entryOf, entryWith } from './entry.ts';
import type { Quote } from './message-content.tsx';
import { isLoaded } from './use-go-to.ts';

const quoteText = (entry: Entry): string => {
  if (entry.state === 'deleted') return texts().common.messageDeleted;
  return entry.text || (entry.message?.file ?? texts().common.file);
};

/** How many quoted messages that are further back than the loaded ones are loaded alone, while a room is open. */
const MAX_EARLIER = 30;

/** Returns a function that returns an earlier message: undefined until it is loaded, null if it is gone. */
function useEarlier(): (id: number) => Entry | null | undefined {
  const { client, room } = useRoomContext();
  const wanted = useRef(new Set<number>());
  const asked = useRef(new Set<number>());
  const [found, setFound] = useState<ReadonlyMap<number, Entry | null>>(new Map());
  useEffect(() => {
    if (room.state !== 'live') return;
    for (const id of wanted.current) {
      if (asked.current.has(id) || asked.current.size >= MAX_EARLIER) continue;
      asked.current.add(id);
      const load = async () => {
        const { loadMessage } = await loadDialogs();
        const message = await loadMessage(client, room.id, id);
        setFound((before) => new Map([...before, [id, message ? entryOf(message) : null]]));
      };
      load().catch(() => {});
    }
  });
  return (id) => {
    wanted.current.add(id);
    return found.get(id);
  };
}

/** Returns a function that returns the quote of a reply, the same object while the quote stays the same. */
export function useQuotes(entries: readonly Entry[], nameOf: NameOf) {
  const { room } = useRoomContext();
  const known = useRef(new Map<string, Quote>());
  const earlier = useEarlier();
  return ({ key, replyTo }: Entry): Quote | undefined => {
    if (replyTo === undefined) return undefined;
    const isHere = isLoaded(room, replyTo);
    const quoted = entryWith(entries, replyTo) ?? (isHere ? undefined : earlier(replyTo));
    const isGone = quoted ? quoted.state === 'deleted' : isHere || quoted === null;
    const quote = {
      id: replyTo,
      isGone,
      name: quoted && !isGone ? nameOf(quoted.author, quoted.name) : '',
      text: quoted
        ? quoteText(quoted)
        : isGone
          ? texts().timeline.notAvailable
          : texts().timeline.earlierMessage,
    };
    const before = known.current.get(key);
    if (before && before.isGone === isGone && before.name === quote.name && before.text === quote.text)
      return before;
    known.current.set(key, quote);
    return quote;
  };
}
