import { useEffect, useMemo } from 'preact/hooks';
import { useMessages } from '../../client/react/index.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useNames } from '../rooms/names.ts';
import { Icon } from '../ui/icons.tsx';
import type { Entry } from './entry.ts';
import type { Quote } from './message-content.tsx';
import { MessageRow } from './message-row.tsx';
import { type Item, timelineItems } from './timeline-items.ts';
import { moveFocus, useActiveRow } from './use-active-row.ts';
import { useGoTo } from './use-go-to.ts';
import { type ScrollWindow, useScrollWindow } from './use-scroll-window.ts';

interface TimelineProps {
  readonly entries: readonly Entry[];
  /** The last message that the user had read before; undefined if nothing is unread. */
  readonly unreadAfter: number | undefined;
  /** Called with whether the newest message is in view. */
  readonly onView: (newest: boolean) => void;
}

const quoteText = (entry: Entry | undefined): string => {
  if (!entry) return 'Earlier message';
  if (entry.state === 'deleted') return 'Message deleted';
  return entry.text || (entry.message?.file ?? 'File');
};

/** Scrolls to the user's own new message, and reports whether the newest message is in view. */
function useNewest(
  entries: readonly Entry[],
  { atEnd, toEnd }: ScrollWindow,
  onView: TimelineProps['onView'],
) {
  // Failed messages stay below all others.
  const last = entries.findLast(({ state }) => state !== 'failed');
  const newest = last?.key;
  const sent = last?.state === 'pending' ? newest : undefined;
  useEffect(() => {
    if (sent !== undefined) toEnd();
  }, [sent]);
  useEffect(() => onView(atEnd), [atEnd, newest, onView]);
}

/** The line above the oldest loaded message. */
function TimelineStart({ isEmpty }: { readonly isEmpty: boolean }) {
  const { room } = useRoomContext();
  if (!isEmpty && room.hasMore) return <p class="older">Loading earlier messages…</p>;
  if (room.state !== 'live' || room.hasMore) return null;
  return isEmpty ? <p class="empty">No messages yet</p> : <p class="older">This is the start of the room.</p>;
}

function Divider({ item }: { readonly item: Exclude<Item, { kind: 'entry' }> }) {
  const isDay = item.kind === 'day';
  return (
    <p class={isDay ? 'day' : 'unread-mark'}>
      <span>{isDay ? item.name : 'New messages'}</span>
    </p>
  );
}

/** The room's messages. Only a part of the messages is in the document; scrolling up loads older ones. */
export function Timeline({ entries, unreadAfter, onView }: TimelineProps) {
  const { room, me } = useRoomContext();
  const nameOf = useNames();
  const items = useMemo(() => timelineItems(entries, unreadAfter, me), [entries, unreadAfter, me]);
  const byId = useMemo(() => new Map(entries.map((entry) => [entry.id, entry])), [entries]);
  const { hasOlder, loadOlder } = useMessages(room.id);
  const shown = useScrollWindow(items, () => void (hasOlder && room.state === 'live' && loadOlder()));
  const { marked, goTo } = useGoTo(room, byId, shown.scrollTo);
  const { focused, isActive, handlers } = useActiveRow(shown.scroller);
  useNewest(entries, shown, onView);

  const quoteOf = ({ replyTo }: Entry): Quote | undefined => {
    if (replyTo === undefined) return undefined;
    const target = byId.get(replyTo);
    return { id: replyTo, name: target ? nameOf(target.author, target.name) : '', text: quoteText(target) };
  };
  const last = shown.items.findLast((item) => item.kind === 'entry')?.key;
  const tabStop = shown.items.some(({ key }) => key === focused) ? focused : last;

  return (
    <div class="timeline">
      <div
        class="scroller"
        ref={shown.scroller}
        role="log"
        // Off, because older messages appear here too. MessageAnnouncer announces the new messages.
        aria-live="off"
        aria-label="Messages"
        onScroll={shown.onScroll}
        onKeyDown={moveFocus}
        {...handlers}
      >
        <div class="messages">
          <TimelineStart isEmpty={entries.length === 0} />
          {shown.items.map((item) =>
            item.kind === 'entry' ? (
              <MessageRow
                key={item.key}
                entry={item.entry}
                name={item.entry.author === me ? 'You' : nameOf(item.entry.author, item.entry.name)}
                first={item.first}
                quote={quoteOf(item.entry)}
                active={isActive(item.key)}
                tabStop={item.key === tabStop}
                marked={marked !== undefined && item.entry.id === marked}
                onGoTo={goTo}
              />
            ) : (
              <Divider key={item.key} item={item} />
            ),
          )}
        </div>
      </div>
      {shown.atEnd ? null : (
        <button type="button" class="to-end" onClick={shown.toEnd}>
          <Icon name="down" /> Jump to latest
        </button>
      )}
    </div>
  );
}
