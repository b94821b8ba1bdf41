import type { CustomData } from './custom-data.ts';
import { foldLetters, trimmed } from './text.ts';

/** Which users a search by name finds: those who share a room with the caller, all users, or none. */
export const directories = ['sharedRooms', 'everyone', 'off'] as const;

export type Directory = (typeof directories)[number];

/** A user that a search found. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** The https address of the user's picture. */
  readonly avatarUrl?: string | undefined;
  /** The team's own JSON about the user. */
  readonly data?: CustomData;
}

/** Longer names are cut for the search. In code points, as all lengths in this file. */
const MAX_NAME = 100;

/** A search finds a name by the beginning of each of its first words, up to this many. */
const MAX_WORDS = 4;

const MAX_TERM = 30;

const cut = (text: string, length: number): string => Array.from(text).slice(0, length).join('');

/** Returns a name with only the parts before the `@` of email addresses: some issuers use addresses as user names. */
export const withoutAddresses = (name: string): string => name.replace(/([^\s@])@\S+/gu, '$1');

/** Returns a name as a search shows it. */
export const publicName = (name: string): string => cut(withoutAddresses(name).toWellFormed(), MAX_NAME);

/** Returns the words of a text without case, accents and punctuation, separated by blanks. */
const foldWords = (text: string): string =>
  trimmed(foldLetters(text).replace(/[^\p{L}\p{N}\p{M}]+/gu, ' '), (character) => character === ' ');

/** Returns how many characters name the bucket of a term. For Chinese names it is one: the family name. */
const bucketLength = (term: string): number => (/^\p{Script=Han}/u.test(term) ? 1 : 2);

/** Returns the first characters of a term. The directory keeps the terms of each bucket together. */
export const bucketOf = (term: string): string => cut(term, bucketLength(term));

const isTerm = (text: string): boolean => Array.from(text).length >= bucketLength(text);

/**
 * Returns the search terms that find a name: for "Ana María Cruz", these are "ana maria cruz", "maria cruz" and
 * "cruz". A search finds the name if one of them begins with the searched term.
 */
export function termsOf(name: string): readonly string[] {
  const words = foldWords(name).split(' ');
  const terms = words.slice(0, MAX_WORDS).map((_, index) => cut(words.slice(index).join(' '), MAX_TERM));
  return [...new Set(terms)].filter(isTerm);
}

/** Returns the term that a text searches, or undefined if it is shorter than the shortest term. */
export function searchedTerm(text: string): string | undefined {
  const term = cut(foldWords(publicName(text)), MAX_TERM);
  return isTerm(term) ? term : undefined;
}

/** Returns the first term of a name that begins with the searched one. */
export const matchingTerm = (name: string, searched: string): string | undefined =>
  termsOf(name).find((term) => term.startsWith(searched));
