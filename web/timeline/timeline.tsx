import { useEffect, useMemo } from 'preact/hooks';
import type { ChatClient, Room } from '../../client/index.ts';
import { useDirectory } from '../rooms/directory.ts';
import { Icon } from '../ui/icons.tsx';
import type { Entry } from './entry.ts';
import { MessageRow, type Quote } from './message-row.tsx';
import type { RowDeeds } from './row-deeds.ts';
import { type Item, itemsOf } from './timeline-items.ts';
import { moveFocus } from './timeline-keys.ts';
import { usePointing } from './use-active-row.ts';
import { useSeeking } from './use-go-to.ts';
import { type Shown, useWindow } from './use-scroll-window.ts';
import { useSizes } from './use-sizes.ts';

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

const wordsOf = (entry: Entry | undefined): string => {
  if (!entry) return 'An earlier message';
  if (entry.state === 'deleted') return 'Message deleted';
  return entry.text || (entry.file?.name ?? 'File');
};

/** Follows the newest message: whoever writes wants to see theirs, and what is in view is read. */
function useNewest(
  entries: readonly Entry[],
  { atEnd, toEnd }: Shown<Item>,
  onView: (newest: boolean) => void,
) {
  // Those that were refused stand below whatever comes.
  const last = entries.findLast(({ state }) => state !== 'failed');
  const newest = last?.key;
  const written = last?.state === 'pending' ? newest : undefined;
  useEffect(() => {
    if (written !== undefined) toEnd();
  }, [written]);
  useEffect(() => onView(atEnd), [atEnd, newest, onView]);
}

/** That more is on its way, or that the room begins here. */
function Beginning({ room, isEmpty }: { readonly room: Room; readonly isEmpty: boolean }) {
  const isLive = room.state === 'live';
  if (!isEmpty && room.hasMore) return <p class="older">Loading earlier messages…</p>;
  if (!isLive || room.hasMore) return null;
  return isEmpty ? (
    <p class="empty">Nothing was said here yet. Say the first word.</p>
  ) : (
    <p class="older">The room begins here.</p>
  );
}

/** What stands between messages. */
function Between({ item }: { readonly item: Exclude<Item, { kind: 'entry' }> }) {
  const isDay = item.kind === 'day';
  return (
    <p class={isDay ? 'day' : 'unread-mark'}>
      <span>{isDay ? item.name : 'New messages'}</span>
    </p>
  );
}

/** What was said, with as little of it in the document as fills the screen. Older messages load as one scrolls up. */
export function Timeline(props: TimelineProps) {
  const { client, room, me, entries, unreadAfter, moderates, onView } = props;
  const directory = useDirectory();
  const items = useMemo(() => itemsOf(entries, unreadAfter, me), [entries, unreadAfter, me]);
  const byId = useMemo(() => new Map(entries.map((entry) => [entry.id, entry])), [entries]);
  const older = () => {
    // A room that was refused tells so elsewhere.
    if (room.hasMore && room.state === 'live') room.history().catch(() => {});
  };
  const shown = useWindow<Item>(items, older);
  const { marked, deeds } = useSeeking(room, byId, props.deeds, shown.show);
  const { focused, isActive, handlers } = usePointing(shown.scroller);
  useNewest(entries, shown, onView);
  useSizes(shown);

  const quoteOf = ({ replyTo }: Entry): Quote | undefined => {
    if (replyTo === undefined) return undefined;
    const answered = byId.get(replyTo);
    return { id: replyTo, name: answered ? directory.name(answered.author) : '', text: wordsOf(answered) };
  };
  const last = shown.items.findLast((item) => item.kind === 'entry')?.key;
  const stop = shown.items.some(({ key }) => key === focused) ? focused : last;
  const row = (entry: Entry, first: boolean) => {
    const { key, id, author } = entry;
    const mine = author === me;
    return (
      <MessageRow
        key={key}
        client={client}
        entry={entry}
        name={mine ? 'You' : directory.name(author)}
        first={first}
        mine={mine}
        me={me}
        quote={quoteOf(entry)}
        active={isActive(key)}
        stop={key === stop}
        mayChange={mine || moderates}
        marked={marked !== undefined && id === marked}
        deeds={deeds}
      />
    );
  };

  return (
    <div class="timeline">
      <div
        class="scroller"
        ref={shown.scroller}
        role="log"
        // What is new is read out by a line of its own: here older messages come, too.
        aria-live="off"
        aria-label="Messages"
        onScroll={shown.onScroll}
        onKeyDown={moveFocus}
        {...handlers}
      >
        <div class="messages">
          <Beginning room={room} isEmpty={entries.length === 0} />
          {shown.items.map((item) =>
            item.kind === 'entry' ? row(item.entry, item.first) : <Between key={item.key} item={item} />,
          )}
        </div>
      </div>
      {shown.atEnd ? null : (
        <button type="button" class="to-end" onClick={shown.toEnd}>
          <Icon name="down" /> Newest
        </button>
      )}
    </div>
  );
}
