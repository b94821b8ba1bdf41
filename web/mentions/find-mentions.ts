import type { TextRange } from '../composer/message-box.ts';

/** A user whom a message can mention. */
export interface Mentionable {
  readonly id: string;
  readonly name: string;
}

/** An `@` and a name in a text. Several users can have the name. */
export interface Mention extends TextRange {
  readonly people: readonly Mentionable[];
}

const isWordPart = (text: string): boolean => /^[\p{L}\p{N}\p{M}_]/u.test(text);

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Finds each `@` that is followed by the whole name of one of the people. The longest name counts. */
export function findMentions(text: string, people: readonly Mentionable[]): readonly Mention[] {
  const byLength = people.toSorted((one, other) => other.name.length - one.name.length);
  const found: Mention[] = [];
  for (let start = text.indexOf('@'); start >= 0; start = text.indexOf('@', start + 1)) {
    // An `@` inside a word belongs to a mail address.
    if (/[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, start - 2), start))) continue;
    const isHere = ({ name }: Mentionable) => {
      const end = start + 1 + name.length;
      return isSame(text.slice(start + 1, end), name) && !isWordPart(text.slice(end, end + 2));
    };
    const named = byLength.find(isHere);
    if (!named) continue;
    const same = byLength.filter(({ name }) => isSame(name, named.name));
    found.push({ start, end: start + 1 + named.name.length, people: same });
  }
  return found;
}
