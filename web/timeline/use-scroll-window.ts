import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

/** How many items are in the document at most. */
const MAX_ITEMS = 120;
/** How many items are added and removed when the user scrolls to an end of the items in the document. */
const STEP = 40;
/** The distance from an end at which more items are added, in pixels. */
const NEAR_PX = 300;
/** The distance from the newest item at which the timeline starts to follow it, in pixels. */
const AT_END_PX = 40;

const rowsOf = (element: Element): readonly HTMLElement[] => [
  ...element.querySelectorAll<HTMLElement>('[data-key]'),
];

const rowOf = (element: Element, key: string | undefined): HTMLElement | undefined =>
  rowsOf(element).find((row) => row.dataset['key'] === key);

/** Returns how many pixels of the content are below the visible part. */
const pixelsBelow = (element: HTMLElement): number =>
  element.scrollHeight - element.scrollTop - element.clientHeight;

const isAtBottom = (element: HTMLElement): boolean => pixelsBelow(element) < 2;

/**
 * Returns the distance in pixels from the scroller's top to the row's bubble. The bubble is what must not move: the
 * author above it disappears when an older message of the same author loads, and more can appear below it.
 */
function offsetOf(element: HTMLElement, row: HTMLElement): number {
  const bubble = row.querySelector('.bubble') ?? row;
  return bubble.getBoundingClientRect().top - element.getBoundingClientRect().top;
}

/** A row, and its distance from the scroller's top in pixels. */
interface Anchor {
  readonly key: string | undefined;
  readonly offset: number;
}

/** Where to show a row: in the middle, near the top, or at a distance in pixels from the top. */
export type Align = 'middle' | 'top' | number;

/** How far below the top a row is shown, as a share of the visible height, so that earlier messages stay in view. */
const TOP_SHARE = 0.25;

function showRow(element: HTMLElement, row: HTMLElement, align: Align): void {
  const { clientHeight: height } = element;
  const offset =
    align === 'middle'
      ? Math.max(0, (height - row.offsetHeight) / 2)
      : align === 'top'
        ? height * TOP_SHARE
        : align;
  element.scrollTop += offsetOf(element, row) - offset;
}

/** Returns the id of the last visible message. For a very long message, the visible first part is enough. */
function lastVisibleId(element: HTMLElement): number {
  const bottom = element.scrollTop + element.clientHeight + 2;
  const isVisible = ({ dataset, offsetTop, offsetHeight }: HTMLElement) =>
    dataset['id'] !== undefined && offsetTop + Math.min(offsetHeight, element.clientHeight / 2) <= bottom;
  return Number(rowsOf(element).findLast(isVisible)?.dataset['id'] ?? 0);
}

function middleRow(element: HTMLElement): Anchor {
  const middle = element.scrollTop + element.clientHeight / 2;
  const row = rowsOf(element).find(({ offsetTop, offsetHeight }) => offsetTop + offsetHeight > middle);
  return { key: row?.dataset['key'], offset: row ? offsetOf(element, row) : 0 };
}

/**
 * Keeps a limited part of many items in the document, around the visible ones. The row in the middle keeps its place on
 * the screen when items are added or removed above or below it, and when something changes its size. Browsers' own
 * scroll anchoring is not enough: not every browser has it, and none anchors at the very top.
 */
export function useScrollWindow<T extends { readonly key: string }>(
  all: readonly T[],
  loadOlder: () => void,
) {
  const scroller = useRef<HTMLDivElement>(null);
  /** The last item in the document; undefined while the timeline follows the newest item. */
  const [last, setLast] = useState<string>();
  /** The row that keeps its place. */
  const anchor = useRef<Anchor>({ key: undefined, offset: 0 });
  /** The scroll position of the last scroll event, or of this hook's last change. */
  const top = useRef(0);
  /** The scroll position at which `anchor` was measured. */
  const measuredAt = useRef(0);
  /** Whether the user has scrolled away from the end, and the scroll event has not fired yet. */
  const leftEnd = useRef(false);
  /** The item to scroll to once it is in the document. */
  const target = useRef<{ readonly key: string; readonly align: Align } | undefined>(undefined);
  const lastIndex = last === undefined ? -1 : all.findLastIndex(({ key }) => key === last);
  const start = Math.max(0, (lastIndex < 0 ? all.length : lastIndex + 1) - MAX_ITEMS);
  const end = Math.min(all.length, start + MAX_ITEMS);

  const measure = (element: HTMLElement) => {
    anchor.current = middleRow(element);
    measuredAt.current = element.scrollTop;
  };

  // Measure before the document changes. Afterwards, the user's scrolling and the effect of the change look the same.
  if (scroller.current && scroller.current.scrollTop !== measuredAt.current) {
    measure(scroller.current);
    leftEnd.current = scroller.current.scrollTop < top.current && !isAtBottom(scroller.current);
  }

  /** Scrolls to the target, to the end, or so that the anchor is where it was. */
  const adjust = () => {
    const element = scroller.current;
    if (!element) return;
    const before = element.scrollTop;
    const { key, align = 'middle' } = target.current ?? {};
    const targetRow = key === undefined ? undefined : rowOf(element, key);
    const anchorRow = rowOf(element, anchor.current.key);
    if (targetRow) {
      target.current = undefined;
      showRow(element, targetRow, align);
      if (align === 'middle') targetRow.focus({ preventScroll: true });
      measure(element);
    } else if ((last === undefined && !leftEnd.current) || !anchorRow) {
      if (last === undefined) element.scrollTop = element.scrollHeight;
      measure(element);
    } else {
      // At the very top, the anchor may only get back to its place when older items load, so do not measure it again.
      element.scrollTop += offsetOf(element, anchorRow) - anchor.current.offset;
      // Keeps the difference between `top` and the position: the user scrolled that far, and the event has not fired
      // yet.
      top.current += element.scrollTop - before;
      measuredAt.current = element.scrollTop;
      return;
    }
    top.current = element.scrollTop;
  };

  const showUpTo = (index: number) => {
    const bounded = Math.min(Math.max(index, Math.min(MAX_ITEMS, all.length)), all.length);
    setLast(all[bounded - 1]?.key);
  };

  useLayoutEffect(() => {
    adjust();
    const element = scroller.current;
    if (!element) return;
    // At an end, no scroll event can follow, so load more items here.
    if (last !== undefined && isAtBottom(element)) {
      if (end === all.length) setLast(undefined);
      else showUpTo(end + STEP);
    } else if (element.scrollTop < NEAR_PX) {
      if (start === 0) loadOlder();
      else if (last !== undefined) showUpTo(end - STEP);
    }
  });

  const onResize = useRef(adjust);
  onResize.current = () => {
    const element = scroller.current;
    const isUnmoved = element && (element.scrollTop >= top.current || isAtBottom(element));
    if (isUnmoved && (last === undefined || element.scrollTop === top.current)) adjust();
  };
  // Adjust the position when a picture loads or the composer grows.
  useEffect(() => {
    const element = scroller.current;
    const list = element?.firstElementChild;
    if (!element || !list) return;
    const observer = new ResizeObserver(() => onResize.current());
    observer.observe(element);
    observer.observe(list);
    return () => observer.disconnect();
  }, []);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const moved = element.scrollTop - top.current;
    const below = pixelsBelow(element);
    top.current = element.scrollTop;
    leftEnd.current = false;
    measure(element);
    if (isAtBottom(element) && end === all.length) setLast(undefined);
    else if (moved > 0) {
      if (end < all.length && below < NEAR_PX) showUpTo(end + STEP);
      else if (end === all.length && below < AT_END_PX) setLast(undefined);
    } else if (moved < 0) {
      if (start > 0 && element.scrollTop < NEAR_PX) showUpTo(end - STEP);
      else if (last === undefined) showUpTo(end);
      if (start === 0 && element.scrollTop < NEAR_PX) loadOlder();
    }
  };

  return {
    scroller,
    /** The items that are in the document. */
    items: useMemo(() => all.slice(start, end), [all, start, end]),
    /** Whether the timeline shows the newest item, and follows it. */
    atEnd: last === undefined,
    onScroll,
    /** The item above the ones in the document. */
    before: all[start - 1],
    /** Returns the row that stays in place while others change, and its distance from the top. */
    place: () => anchor.current,
    /** Returns the id of the last visible item that has one; 0 if none has. */
    lastVisible: () => (scroller.current ? lastVisibleId(scroller.current) : 0),
    /** Scrolls to the newest item. */
    toEnd: () => {
      target.current = undefined;
      setLast(undefined);
    },
    /** Scrolls to an item. Focuses it if `align` is `middle`. */
    scrollTo: (index: number, align: Align) => {
      const key = all[index]?.key;
      if (key === undefined) return;
      target.current = { key, align };
      showUpTo(index + MAX_ITEMS / 2);
      adjust();
    },
  };
}
