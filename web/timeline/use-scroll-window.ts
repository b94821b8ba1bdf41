import { type RefObject, useLayoutEffect, useRef, useState } from 'preact/compat';

/** So many items are in the document at most, however many messages there are. */
export const MOST_SHOWN = 120;
/** So many are exchanged at once when one scrolls to an end. */
const STEP = 40;
/** Pixels from an end at which more is shown. */
const NEAR_PX = 300;
/** Pixels from the newest at which one is still said to be there. */
const AT_END_PX = 40;

interface Keyed {
  readonly kind: string;
  readonly key: string;
}

export interface Shown<T> {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The items that are in the document. */
  readonly items: readonly T[];
  /** Whether one looks at the newest, and follows it. */
  readonly atEnd: boolean;
  onScroll(): void;
  /** Goes to the newest. */
  toEnd(): void;
  /** Puts an item into the middle, and the focus on it; without effect where it is not among the items. */
  show(key: string): void;
  /** Something in the document took another size. */
  resized(): void;
}

const childrenOf = (element: Element): readonly HTMLElement[] => [
  ...element.querySelectorAll<HTMLElement>('[data-key]'),
];

const childOf = (element: Element, key: string | undefined): HTMLElement | undefined =>
  childrenOf(element).find((child) => child.dataset['key'] === key);

/** Pixels of the document below what can be seen. */
const belowIn = (element: HTMLElement): number =>
  element.scrollHeight - element.scrollTop - element.clientHeight;

/** Also where nobody scrolled: what can be seen has grown, and the browser has moved it. */
const isAtBottom = (element: HTMLElement): boolean => belowIn(element) < 2;

/**
 * Pixels from the scroller's upper edge to where what a message says begins. Above that its author may go, where older
 * messages of theirs come; below it reactions may come. What one reads stays between the two.
 */
function offsetOf(element: HTMLElement, child: HTMLElement): number {
  const said = child.querySelector('.bubble') ?? child;
  return said.getBoundingClientRect().top - element.getBoundingClientRect().top;
}

/** The message in the middle of what can be seen, and where it is. */
function middle(element: HTMLElement): { key: string | undefined; offset: number } {
  const half = element.scrollTop + element.clientHeight / 2;
  const child = childrenOf(element).find(({ offsetTop, offsetHeight }) => offsetTop + offsetHeight > half);
  return { key: child?.dataset['key'], offset: child ? offsetOf(element, child) : 0 };
}

/**
 * Shows a bounded slice of many items, around what one looks at. What one looks at stays where it is on the screen when
 * items come before or behind it: browsers do that by themselves, but not all of them, and not at the very top.
 */
export function useWindow<T extends Keyed>(all: readonly T[], older: () => void): Shown<T> {
  const scroller = useRef<HTMLDivElement>(null);
  /** The last item that is shown; undefined while one follows the newest. */
  const [last, setLast] = useState<string>();
  /** What one looks at, and how far from the top it is. */
  const place = useRef<{ key: string | undefined; offset: number }>({ key: undefined, offset: 0 });
  /** Where the scroller stood, as far as the browser told or this hook did it; and when it was last looked at. */
  const top = useRef(0);
  const looked = useRef(0);
  /** One has left the end, and the browser has not told yet. */
  const strayed = useRef(false);
  const wanted = useRef<string | undefined>(undefined);
  const found = last === undefined ? -1 : all.findLastIndex(({ key }) => key === last);
  const start = Math.max(0, (found < 0 ? all.length : found + 1) - MOST_SHOWN);
  const end = Math.min(all.length, start + MOST_SHOWN);

  const remember = (element: HTMLElement) => {
    place.current = middle(element);
    looked.current = element.scrollTop;
  };

  // Before anything changes in the document: afterwards nobody can tell what one has scrolled from what has moved.
  if (scroller.current && scroller.current.scrollTop !== looked.current) {
    remember(scroller.current);
    strayed.current = scroller.current.scrollTop < top.current && !isAtBottom(scroller.current);
  }

  const settle = () => {
    const element = scroller.current;
    if (!element) return;
    const before = element.scrollTop;
    const target = wanted.current === undefined ? undefined : childOf(element, wanted.current);
    const anchor = childOf(element, place.current.key);
    if (target) {
      wanted.current = undefined;
      element.scrollTop = target.offsetTop - (element.clientHeight - target.offsetHeight) / 2;
      target.focus({ preventScroll: true });
      remember(element);
    } else if ((last === undefined && !strayed.current) || !anchor) {
      if (last === undefined) element.scrollTop = element.scrollHeight;
      remember(element);
    } else {
      // At the very top there may be no room to put it back. What comes above it makes room, so its place is kept.
      element.scrollTop += offsetOf(element, anchor) - place.current.offset;
      // What one has scrolled and the browser has not told of yet stays as much.
      top.current += element.scrollTop - before;
      looked.current = element.scrollTop;
      return;
    }
    top.current = element.scrollTop;
  };

  const shownUpTo = (index: number) => {
    const bounded = Math.min(Math.max(index, Math.min(MOST_SHOWN, all.length)), all.length);
    setLast(all[bounded - 1]?.key);
  };

  useLayoutEffect(() => {
    settle();
    const element = scroller.current;
    if (!element) return;
    // One is at an end still, and cannot scroll to say so.
    if (last !== undefined && isAtBottom(element)) {
      if (end === all.length) setLast(undefined);
      else shownUpTo(end + STEP);
    } else if (element.scrollTop < NEAR_PX) {
      if (start === 0) older();
      else if (last !== undefined) shownUpTo(end - STEP);
    }
  });

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const moved = element.scrollTop - top.current;
    const below = belowIn(element);
    top.current = element.scrollTop;
    strayed.current = false;
    remember(element);
    if (isAtBottom(element) && end === all.length) setLast(undefined);
    else if (moved > 0) {
      if (end < all.length && below < NEAR_PX) shownUpTo(end + STEP);
      else if (end === all.length && below < AT_END_PX) setLast(undefined);
    } else if (moved < 0) {
      if (start > 0 && element.scrollTop < NEAR_PX) shownUpTo(end - STEP);
      else if (last === undefined) shownUpTo(end);
      if (start === 0 && element.scrollTop < NEAR_PX) older();
    }
  };

  return {
    scroller,
    items: all.slice(start, end),
    atEnd: last === undefined,
    onScroll,
    toEnd: () => setLast(undefined),
    show: (key) => {
      const index = all.findIndex((item) => item.key === key);
      if (index < 0) return;
      wanted.current = key;
      shownUpTo(index + MOST_SHOWN / 2);
      settle();
    },
    resized: () => {
      const element = scroller.current;
      const isUnmoved = element && (element.scrollTop >= top.current || isAtBottom(element));
      if (isUnmoved && (last === undefined || element.scrollTop === top.current)) settle();
    },
  };
}
