import { trimmed } from './text.ts';

/** Who can be found by name: each user of the chat, only people who share a room with the caller, or nobody. */
export const directories = ['sharedRooms', 'everyone', 'off'] as const;

export type Directory = (typeof directories)[number];

/** A user that a search found. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

/** Longer names are cut for the search. In code points, as all lengths in this file. */
const MAX_NAME = 100;

/** A user is found by the beginnings of the first words of their name. */
const MAX_WORDS = 4;

const MAX_TERM = 30;

const cut = (text: string, length: number): string => Array.from(text).slice(0, length).join('');

/**
 * Returns a user name as a search shows it. Some issuers use e-mail addresses as user names: the search shows the part
 * before the `@`.
 */
export const publicName = (username: string): string =>
  cut(username.replace(/([^\s@])@\S+/gu, '$1').toWellFormed(), MAX_NAME);

/** Letters that Unicode does not decompose into another letter and its mark. */
const plainLetters: Readonly<Record<string, string>> = {
  æ: 'ae',
  ð: 'd',
  ø: 'o',
  þ: 'th',
  đ: 'd',
  ı: 'i',
  ł: 'l',
  œ: 'oe',
  ς: 'σ',
};

/** Returns the words of a text without case, accents and punctuation, separated by blanks. */
function foldWords(text: string): string {
  const folded = text
    .normalize('NFKD')
    // "ß" becomes "SS" in capitals.
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[æðøþđıłœς]/gu, (letter) => plainLetters[letter] ?? letter)
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ');
  return trimmed(folded, (character) => character === ' ');
}

/** A Chinese name has two or three characters, and the first one is the family's. */
const bucketLength = (term: string): number => (/^\p{Script=Han}/u.test(term) ? 1 : 2);

/** Returns the first characters of a term. The directory keeps the terms of each bucket together. */
export const bucketOf = (term: string): string => cut(term, bucketLength(term));

const isTerm = (text: string): boolean => Array.from(text).length >= bucketLength(text);

/**
 * Returns the terms by which a name is found: for "Ana María Cruz", these are "ana maria cruz", "maria cruz" and
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
