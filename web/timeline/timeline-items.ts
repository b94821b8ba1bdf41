import { dayKey, dayName } from '../ui/format.ts';
import type { Entry } from './entry.ts';

/** What stands in the timeline, from top to bottom. */
export type Item = DayItem | DividerItem | EntryItem;

interface DayItem {
  readonly kind: 'day';
  readonly key: string;
  readonly name: string;
}

interface DividerItem {
  readonly kind: 'unread';
  readonly key: string;
}

export interface EntryItem {
  readonly kind: 'entry';
  readonly key: string;
  readonly entry: Entry;
  /** The first in a row of messages of one author: it shows who that is. */
  readonly first: boolean;
}

/** After so long somebody's next message shows its author again. */
const GROUP_MS = 5 * 60 * 1000;

const together = (one: Entry | undefined, next: Entry): boolean =>
  one !== undefined &&
  one.author === next.author &&
  one.state !== 'deleted' &&
  Date.parse(next.at) - Date.parse(one.at) < GROUP_MS;

/** Puts days and the mark of what is unread between entries. `unreadAfter` is the last message that was read. */
export function itemsOf(
  entries: readonly Entry[],
  unreadAfter: number | undefined,
  me: string,
): readonly Item[] {
  const items: Item[] = [];
  let before: Entry | undefined;
  let day = '';
  let marked = unreadAfter === undefined;
  for (const entry of entries) {
    const today = dayKey(entry.at);
    if (today !== day) {
      items.push({ kind: 'day', key: `day-${today}`, name: dayName(entry.at) });
      day = today;
      before = undefined;
    }
    if (!marked && entry.author !== me && (entry.id ?? 0) > (unreadAfter ?? 0)) {
      items.push({ kind: 'unread', key: 'unread' });
      marked = true;
      before = undefined;
    }
    items.push({ kind: 'entry', key: entry.key, entry, first: !together(before, entry) });
    before = entry;
  }
  return items;
}
