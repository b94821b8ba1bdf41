import { dayKey, dayName } from '../ui/format.ts';
import type { Entry } from './entry.ts';

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

/** Inserts the days and the "New messages" divider. `unreadAfter` is the id of the last message that was read. */
export function timelineItems(
  entries: readonly Entry[],
  unreadAfter: number | undefined,
  me: string,
): readonly Item[] {
  const items: Item[] = [];
  let before: Entry | undefined;
  let lastDay = '';
  let hasDivider = unreadAfter === undefined;
  for (const entry of entries) {
    const day = dayKey(entry.at);
    if (day !== lastDay) {
      items.push({ kind: 'day', key: `day-${day}`, name: dayName(entry.at) });
      lastDay = day;
      before = undefined;
    }
    if (!hasDivider && entry.author !== me && (entry.id ?? 0) > (unreadAfter ?? 0)) {
      items.push({ kind: 'unread', key: 'unread' });
      hasDivider = true;
      before = undefined;
    }
    items.push({ kind: 'entry', key: entry.key, entry, first: !isSameGroup(before, entry) });
    before = entry;
  }
  return items;
}
