const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

const DAY_MS = 24 * 60 * 60 * 1000;

const midnight = (time: Date): number => new Date(time).setHours(0, 0, 0, 0);

/** Counts the midnights between a time and now. */
const daysAgo = (time: Date, now: Date): number => Math.round((midnight(now) - midnight(time)) / DAY_MS);

export const clockTime = (iso: string): string => clock.format(new Date(iso));

/** Returns a key that is the same for all times of one local day. */
export const dayKey = (iso: string): string => String(midnight(new Date(iso)));

/** Returns "Today", "Yesterday" or the date. */
export function dayName(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const ago = daysAgo(time, now);
  if (ago === 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  return time.getFullYear() === now.getFullYear() ? day.format(time) : dayOfYear.format(time);
}

/** Returns the time for today, "Yesterday", or a short date: for the room list. */
export function shortTime(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const ago = daysAgo(time, now);
  if (ago === 0) return clock.format(time);
  return ago === 1 ? 'Yesterday' : short.format(time);
}

/** Formats a number of bytes; 1 KB is 1,000 bytes. */
export function fileSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Returns "1 message" or "3 messages". */
export const pluralize = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/**
 * Returns "Bob", "Bob and Carol" or "Bob, Carol and 2 others".
 * @param count the number of people, if some of them have no name in the list
 */
export function joinNames(names: readonly string[], count = names.length): string {
  const [first = '', second = ''] = names;
  const others = count - Math.min(names.length, 2);
  if (others === 0) return names.length < 2 ? first : `${first} and ${second}`;
  const named = names.length < 2 ? first : `${first}, ${second}`;
  return named === '' ? pluralize(others, 'user') : `${named} and ${pluralize(others, 'other')}`;
}
