import { dateFormat, isolate, joinList, unitFormat } from '../texts/intl.ts';
import { texts } from '../texts/texts.ts';

const clock = dateFormat({ hour: '2-digit', minute: '2-digit' });
const day = dateFormat({ weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = dateFormat({ day: 'numeric', month: 'long', year: 'numeric' });
const short = dateFormat({ day: 'numeric', month: 'short' });
const units = { second: unitFormat('second'), minute: unitFormat('minute'), hour: unitFormat('hour') };
const bytes = unitFormat('byte');
const kilobytes = unitFormat('kilobyte', 'short');
const megabytes = unitFormat('megabyte', 'short', 1);

const DAY_MS = 24 * 60 * 60 * 1000;

const midnight = (time: Date): number => new Date(time).setHours(0, 0, 0, 0);

/** Counts the midnights between a time and now. */
const daysAgo = (time: Date, now: Date): number => Math.round((midnight(now) - midnight(time)) / DAY_MS);

export const clockTime = (iso: string): string => clock(new Date(iso));

/** Returns a key that is the same for all times of one local day. */
export const dayKey = (iso: string): string => String(midnight(new Date(iso)));

/** Returns "Today", "Yesterday" or the date. */
export function dayName(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const ago = daysAgo(time, now);
  if (ago === 0) return texts().dates.today;
  if (ago === 1) return texts().dates.yesterday;
  return time.getFullYear() === now.getFullYear() ? day(time) : dayOfYear(time);
}

/** Returns the time for today, "Yesterday", or a short date. */
export function shortTime(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const ago = daysAgo(time, now);
  if (ago === 0) return clock(time);
  return ago === 1 ? texts().dates.yesterday : short(time);
}

/** Returns a date with its year, such as "3 March 2026". */
export const longDate = (iso: string): string => dayOfYear(new Date(iso));

/** Returns "Last seen at 14:05", "Last seen yesterday" or "Last seen on 3 Mar". */
export function lastSeen(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const ago = daysAgo(time, now);
  const { dates } = texts();
  if (ago === 0) return dates.lastSeenAt(clock(time));
  return ago === 1 ? dates.lastSeenYesterday : dates.lastSeenOn(short(time));
}

/** Returns "5 seconds", "2 minutes" or "1 hour", rounded up. */
export function duration(seconds: number): string {
  if (seconds < 120 && seconds !== 60) return units.second(Math.ceil(seconds));
  if (seconds < 7_200 && seconds !== 3_600) return units.minute(Math.ceil(seconds / 60));
  return units.hour(Math.ceil(seconds / 3_600));
}

/** Formats a number of bytes; 1 kB is 1,000 bytes. */
export function fileSize(size: number): string {
  if (size < 1_000) return bytes(size);
  return size < 1_000_000 ? kilobytes(size / 1_000) : megabytes(size / 1_000_000);
}

/**
 * Returns "Bob", "Bob and Carol" or "Bob, Carol, and 2 others".
 * @param count the number of people, if some of them have no name in the list
 */
export function joinNames(names: readonly string[], count = names.length): string {
  const shown = names.slice(0, 2);
  const others = count - shown.length;
  return others === 0 ? joinList(shown.map(isolate)) : texts().names.andOthers(shown, others);
}
