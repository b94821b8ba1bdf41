import type { TextRange } from '../composer/message-box.ts';
import type { Mentionable } from './find-mentions.ts';

/** Returns a text without case and accents. */
const bare = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** What the user has typed of a mention: the text after the `@`. */
export interface MentionQuery extends TextRange {
  readonly text: string;
}

/** Returns the mention that the user is typing at the cursor. It may contain blanks, because names do. */
export function queryAt(text: string, cursor: number): MentionQuery | undefined {
  const [, query] = /(?:^|[^\p{L}\p{N}])@([^@\n]{0,60})$/u.exec(text.slice(0, cursor)) ?? [];
  if (query === undefined || /^\s/.test(query)) return undefined;
  return { start: cursor - query.length - 1, end: cursor, text: query };
}

/**
 * Returns the people with a word in their name that starts with a text, those whose whole name starts with it first.
 * A whole name with a blank after it is complete, and matches nobody.
 */
export function matching(query: string, people: readonly Mentionable[]): readonly Mentionable[] {
  const typed = bare(query);
  if (/\s$/.test(query) && people.some(({ name }) => bare(name) === typed.trimEnd())) return [];
  const starts = people.filter(({ name }) => bare(name).startsWith(typed));
  const inWords = people.filter(
    (each) => !starts.includes(each) && typed !== '' && bare(each.name).includes(` ${typed}`),
  );
  return [...starts, ...inWords];
}
