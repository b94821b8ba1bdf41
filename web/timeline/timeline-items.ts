import { dayKey, dayName } from '../ui/format.ts';
import { type Entry, indexOf } from './entry.ts';

/** An element of the timeline, from top to bottom. */
export type Item =
  | { readonly kind: 'day'; readonly key: string; readonly name: string }
  | { readonly kind: 'unread'; readonly key: string }
  // `first` starts a group of one author's messages, and shows the author.
  | { readonly kind: 'entry'; readonly key: string; readonly entry: Entry; readonly first: boolean };

/** A message starts a new group if it was sent more than this many milliseconds after the message above it. */
const GROUP_MS = 5 * 60 * 1000;

const isSameGroup = (before: Entry | undefined, entry: Entry): boolean =>
  before !== undefined &&
  before.author === entry.author &&
  before.state !== 'deleted' &&
  Date.parse(entry.at) - Date.parse(before.at) < GROUP_MS;

const isUnread = (entry: Entry, me: string): boolean => entry.state === 'stored' && entry.author !== me;

/**
 * Returns the first message of another member after the read mark.
 * @param hasMore whether messages before the loaded ones exist. The first unread message may be one of them, and the
 *   result is then undefined.
 */
export function firstUnread(
  entries: readonly Entry[],
  mark: number | undefined,
  me: string,
  hasMore = false,
): Entry | undefined {
  if (mark === undefined || (hasMore && (entries[0]?.id ?? 0) > mark + 1)) return undefined;
  for (let index = indexOf(entries, mark + 1); ; index++) {
    const entry = entries[index];
    if (!entry || isUnread(entry, me)) return entry;
  }
}

/** Counts the loaded messages of other members after the read mark. */
export function countUnread(entries: readonly Entry[], mark: number, me: string): number {
  let count = 0;
  for (let index = indexOf(entries, mark + 1); index < entries.length; index++) {
    const entry = entries[index];
    if (entry && isUnread(entry, me)) count++;
  }
  return count;
}

interface ItemOptions {
  /** The message above the first one. Defaults to none. */
  readonly before?: Entry | undefined;
  /** The key of the message below the "New messages" divider. */
  readonly divided?: string | undefined;
  /** The current time, for "Today" and "Yesterday". */
  readonly now?: Date;
}

/** Inserts the days and the "New messages" divider among the messages that are in the document. */
export function timelineItems(
  entries: readonly Entry[],
  { before: above, divided, now }: ItemOptions = {},
): readonly Item[] {
  const items: Item[] = [];
  let before = above;
  let lastDay = before && dayKey(before.at);
  for (const entry of entries) {
    const day = dayKey(entry.at);
    if (day !== lastDay) {
      items.push({ kind: 'day', key: `day-${day}`, name: dayName(entry.at, now) });
      lastDay = day;
      before = undefined;
    }
    if (entry.key === divided) {
      items.push({ kind: 'unread', key: 'unread' });
      before = undefined;
    }
    items.push({ kind: 'entry', key: entry.key, entry, first: !isSameGroup(before, entry) });
    before = entry;
  }
  return items;
}
