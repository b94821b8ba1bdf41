import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { loadDialogs } from '../deferred.tsx';
import { useFormattingReady } from '../format/use-formatted-text.ts';
import { useRoomContext } from '../room/room-context.ts';
import { useNames } from '../rooms/names.ts';
import type { GoToTarget } from '../rooms/navigation.ts';
import { texts } from '../texts/texts.ts';
import { Icon } from '../ui/icons.tsx';
import { useToday } from '../ui/use-today.ts';
import type { Entry } from './entry.ts';
import { MessageRow } from './message-row.tsx';
import { countUnread, firstUnread, type Item, timelineItems } from './timeline-items.ts';
import { moveFocus, useActiveRow } from './use-active-row.ts';
import { type Goal, useGoTo, useLoaded } from './use-go-to.ts';
import { useQuotes } from './use-quotes.ts';
import { keepPlace, useReading } from './use-reading.ts';
import { useScrollWindow } from './use-scroll-window.ts';

/** How many messages stay loaded at the end of a room, once there are more than `MAX_LOADED`. */
const KEPT = 500;
const MAX_LOADED = 1_000;

const none: readonly Entry[] = [];

interface TimelineProps {
  readonly entries: readonly Entry[];
  /** The message that the user goes to. */
  readonly target: GoToTarget | undefined;
  /** The other member of a direct room, if the user has blocked them. */
  readonly blocked: string | undefined;
}

/** Keeps the focus in the timeline when the focused button or message disappears. */
function useKeptFocus(scroller: RefObject<HTMLElement | null>, hasFocus: boolean): void {
  useEffect(() => {
    if (!hasFocus) return;
    let stop = () => {};
    let isOver = false;
    loadDialogs().then(
      ({ keepFocus }) => {
        if (!isOver && scroller.current) stop = keepFocus(scroller.current);
      },
      () => {},
    );
    return () => {
      isOver = true;
      stop();
    };
  }, [hasFocus]);
}

interface StartProps extends Pick<TimelineProps, 'blocked'> {
  readonly isEmpty: boolean;
}

/** The line above the oldest loaded message. */
function TimelineStart({ isEmpty, blocked }: StartProps) {
  const { room } = useRoomContext();
  const nameOf = useNames();
  const words = texts().timeline;
  if (isEmpty && blocked !== undefined) return <p class="empty">{words.hidden(nameOf(blocked))}</p>;
  if (!isEmpty && room.hasMore) return <p class="older">{words.loadingEarlier}</p>;
  if (room.state !== 'live' || room.hasMore) return null;
  return isEmpty ? <p class="empty">{texts().rooms.noMessages}</p> : <p class="older">{words.start}</p>;
}

function Divider({ item }: { readonly item: Exclude<Item, { kind: 'entry' }> }) {
  const isDay = item.kind === 'day';
  return (
    <p class={isDay ? 'day' : 'unread-mark'}>
      <span>{isDay ? item.name : texts().timeline.newMessages}</span>
    </p>
  );
}

/** Shows how many unread messages are below, and goes to them, or to the newest message. */
function EndButton({ count, onClick }: { readonly count: number; readonly onClick: () => void }) {
  const { newBelow, toLatest } = texts().timeline;
  return (
    <button type="button" class="to-end" onClick={onClick}>
      <Icon name="down" /> {count > 0 ? newBelow(count) : toLatest}
    </button>
  );
}

/** The room's messages. Only a part of the messages is in the document; scrolling up loads older ones. */
export function Timeline({ entries: loaded, target, blocked }: TimelineProps) {
  const { room, draft, me } = useRoomContext();
  const nameOf = useNames();
  const today = useToday();
  const words = texts().timeline;
  const atEnd = useRef(true);
  const { mark, dividedAt, goal, setGoal, isReady } = useReading(target, atEnd);
  /** The last goal that was reached. */
  const [done, setDone] = useState<Goal>();
  const isPending = goal !== undefined && goal !== done;
  const isHere = useLoaded(room, isPending && isReady ? goal : undefined);
  /** Whether messages have been shown. The timeline stays empty until it can open at the right place. */
  const isShown = useRef(false);
  const isHidden = !isReady || (!isShown.current && isPending && !isHere);
  const entries = isHidden ? none : loaded;
  const shown = useScrollWindow(entries, () => {
    if (!isHidden && room.hasMore && room.state === 'live') room.history().catch(() => {});
  });
  const isFormatted = useFormattingReady(shown.items);
  const marked = useGoTo(entries, shown.scrollTo, isHere ? goal : undefined, setDone);
  const { focused, isActive, handlers } = useActiveRow(shown.scroller);
  useKeptFocus(shown.scroller, focused !== undefined);
  const quoteOf = useQuotes(entries, nameOf);
  atEnd.current = shown.atEnd;

  const toEnd = () => {
    setGoal(undefined);
    shown.toEnd();
  };
  // Failed messages stay below all others.
  const newest = entries.findLast(({ state }) => state !== 'failed');
  const sent = newest?.state === 'pending' ? newest.key : undefined;
  useEffect(() => {
    if (sent !== undefined) toEnd();
  }, [sent]);

  const [, setReadUpTo] = useState(0);
  const showRead = () => {
    const id = isHidden || isPending || !isFormatted ? 0 : shown.lastVisible();
    // The button below counts the messages after this one.
    if (mark.show(id, shown.atEnd) && !shown.atEnd) setReadUpTo(id);
  };
  useEffect(showRead);

  const leave = useRef(() => {});
  leave.current = () => {
    if (isHidden || isPending) return;
    const { key, offset } = shown.place();
    keepPlace(draft, shown.atEnd ? undefined : entries.find((entry) => entry.key === key)?.id, offset);
  };
  useLayoutEffect(() => {
    if (entries.length > 0) isShown.current = true;
  });
  useLayoutEffect(() => () => leave.current(), []);
  useEffect(() => {
    if (shown.atEnd && !isPending && entries.length > MAX_LOADED) room.trim(KEPT);
  }, [shown.atEnd, isPending, entries]);

  const divided = firstUnread(entries, dividedAt, me, room.hasMore);
  const items = useMemo(
    () => timelineItems(shown.items, { before: shown.before, divided: divided?.key }),
    [shown.items, shown.before, divided?.key, today],
  );
  const unread = shown.atEnd ? 0 : countUnread(entries, mark.id, me);
  const toUnread = () => {
    const isBelow = unread > 0 && divided?.id !== undefined && divided.id > mark.id;
    if (isBelow) setGoal({ id: divided.id, align: 'top' });
    else toEnd();
  };
  const isCatchingUp = entries.length === 0 && room.state === 'catching-up';
  const last = shown.items.at(-1)?.key;
  const tabStop = shown.items.some(({ key }) => key === focused) ? focused : last;

  return (
    <div class="timeline">
      <div
        class="scroller"
        ref={shown.scroller}
        role="log"
        // Off, because older messages appear here too. MessageAnnouncer announces the new messages.
        aria-live="off"
        aria-label={words.messages}
        onScroll={() => {
          shown.onScroll();
          showRead();
        }}
        onKeyDown={moveFocus}
        {...handlers}
      >
        <div class={isFormatted ? 'messages' : 'messages waiting'}>
          {isHidden ? null : <TimelineStart isEmpty={entries.length === 0} blocked={blocked} />}
          {items.map((item) =>
            item.kind === 'entry' ? (
              <MessageRow
                key={item.key}
                entry={item.entry}
                name={
                  item.entry.author === me ? texts().common.you : nameOf(item.entry.author, item.entry.name)
                }
                first={item.first}
                quote={quoteOf(item.entry)}
                active={isActive(item.key)}
                tabStop={item.key === tabStop}
                marked={marked !== undefined && item.entry.id === marked}
              />
            ) : (
              <Divider key={item.key} item={item} />
            ),
          )}
        </div>
      </div>
      <p class="loading-place" role="status">
        {isHidden || (isPending && !isHere) || isCatchingUp ? <span>{words.loading}</span> : null}
      </p>
      {shown.atEnd ? null : <EndButton count={unread} onClick={toUnread} />}
    </div>
  );
}
