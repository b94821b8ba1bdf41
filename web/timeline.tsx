import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ChatClient, Room } from '../client/index.ts';
import { useDirectory } from './directory.ts';
import type { Entry } from './entry.ts';
import { Icon } from './icons.tsx';
import { MessageRow, type Quote, type RowDeeds } from './message-row.tsx';
import { type Item, itemsOf } from './timeline-items.ts';
import { keyAt, moveFocus } from './timeline-keys.ts';
import { useWindow } from './use-window.ts';

interface TimelineProps {
  readonly client: ChatClient;
  readonly room: Room;
  readonly me: string;
  readonly entries: readonly Entry[];
  /** The last message that one had read when one came; undefined where nothing is unread. */
  readonly unreadAfter: number | undefined;
  readonly moderates: boolean;
  readonly deeds: Omit<RowDeeds, 'show'>;
  /** Told whether the newest message is in view. */
  readonly onView: (newest: boolean) => void;
}

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

const wordsOf = (entry: Entry | undefined): string => {
  if (!entry) return 'An earlier message';
  if (entry.state === 'deleted') return 'Message deleted';
  return entry.text || (entry.file?.name ?? 'File');
};

/** What was said, with as little of it in the document as fills the screen. Older messages load as one scrolls up. */
export function Timeline(props: TimelineProps) {
  const { client, room, me, entries, unreadAfter, moderates, deeds, onView } = props;
  const directory = useDirectory();
  const items = useMemo(() => itemsOf(entries, unreadAfter, me), [entries, unreadAfter, me]);
  const byId = useMemo(() => new Map(entries.map((entry) => [entry.id, entry])), [entries]);
  const [focused, setFocused] = useState<string>();
  const [pointed, setPointed] = useState<string>();
  const [marked, setMarked] = useState<number>();
  const sought = useRef<number | undefined>(undefined);

  const older = () => {
    // A room that was refused tells so elsewhere.
    if (room.hasMore && room.state === 'live') room.history().catch(() => {});
  };
  const shown = useWindow<Item>(items, older);
  const { scroller, atEnd } = shown;

  const found = (id: number) => {
    const entry = byId.get(id);
    if (!entry) return false;
    sought.current = undefined;
    setMarked(id);
    shown.show(entry.key);
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

  const newest = entries.at(-1)?.key;
  const written = entries.at(-1)?.state === 'pending' ? newest : undefined;
  useEffect(() => {
    // Who writes wants to see it stand there.
    if (written !== undefined) shown.toEnd();
  }, [written]);
  useEffect(() => onView(atEnd), [atEnd, newest, onView]);

  const resized = useRef(shown.resized);
  resized.current = shown.resized;
  useEffect(() => {
    const element = scroller.current;
    const list = element?.firstElementChild;
    if (!element || !list) return;
    // Pictures come in, and the composer grows.
    const sizes = new ResizeObserver(() => resized.current());
    sizes.observe(element);
    sizes.observe(list);
    return () => sizes.disconnect();
  }, [scroller]);

  const quoteOf = ({ replyTo }: Entry): Quote | undefined => {
    if (replyTo === undefined) return undefined;
    const answered = byId.get(replyTo);
    return {
      id: replyTo,
      name: answered ? directory.name(answered.author) : '',
      text: wordsOf(answered),
    };
  };

  // To what can be done about a message, the focus, or the finger, is on its way: taking that away now would lose it.
  const onFocusOut = ({ relatedTarget }: FocusEvent) => {
    const elsewhere = relatedTarget instanceof Node && !scroller.current?.contains(relatedTarget);
    if (elsewhere) setFocused(undefined);
  };

  const last = shown.items.findLast((item) => item.kind === 'entry')?.key;
  const stop = shown.items.some(({ key }) => key === focused) ? focused : last;

  return (
    <div class="timeline">
      <div
        class="scroller"
        ref={scroller}
        role="log"
        // What is new is read out by a line of its own: here older messages come, too.
        aria-live="off"
        aria-label="Messages"
        onScroll={shown.onScroll}
        onKeyDown={moveFocus}
        onFocusIn={(event) => setFocused(keyAt(event))}
        onFocusOut={onFocusOut}
        // A finger points at nothing once it is gone: a tap gives the focus.
        onPointerOver={(event) => event.pointerType === 'mouse' && setPointed(keyAt(event))}
        onPointerLeave={() => setPointed(undefined)}
      >
        <div class="messages">
          {entries.length > 0 && (room.hasMore || room.state === 'live') ? (
            <p class="older">{room.hasMore ? 'Loading earlier messages…' : 'The room begins here.'}</p>
          ) : null}
          {!room.hasMore && room.state === 'live' && entries.length === 0 ? (
            <p class="empty">Nothing was said here yet. Say the first word.</p>
          ) : null}
          {shown.items.map((item) => {
            if (item.kind === 'day') {
              return (
                <p class="day" key={item.key}>
                  <span>{item.name}</span>
                </p>
              );
            }
            if (item.kind === 'unread') {
              return (
                <p class="unread-mark" key={item.key}>
                  <span>New messages</span>
                </p>
              );
            }
            const { entry, key } = item;
            const mine = entry.author === me;
            return (
              <MessageRow
                key={key}
                client={client}
                entry={entry}
                name={mine ? 'You' : directory.name(entry.author)}
                first={item.first}
                mine={mine}
                me={me}
                quote={quoteOf(entry)}
                active={key === focused || key === pointed}
                stop={key === stop}
                mayChange={mine || moderates}
                marked={marked !== undefined && entry.id === marked}
                deeds={all}
              />
            );
          })}
        </div>
      </div>
      {atEnd ? null : (
        <button type="button" class="to-end" onClick={shown.toEnd}>
          <Icon name="down" /> Newest
        </button>
      )}
    </div>
  );
}
