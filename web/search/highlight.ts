// A copy of the server's rules, so that the page marks the words that the server found: the page imports no code of
// functions/. A test compares it with `foldLetters` in functions/domain/text.ts.

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

/** Returns a text without case and accents. */
export const foldLetters = (text: string): string =>
  text
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[æðøþđıłœς]/gu, (letter) => plainLetters[letter] ?? letter);

/** Returns the words of a search. */
export const searchedWords = (query: string): readonly string[] => [
  ...new Set(foldLetters(query).split(/\s/).filter(Boolean)),
];

/** A part of a text: either a searched word, or the text between two of them. */
export interface TextPart {
  readonly text: string;
  readonly isFound: boolean;
}

/** Returns for each character of a text whether it belongs to one of the words. */
function foundCharacters(text: string, words: readonly string[]): { characters: string[]; found: boolean[] } {
  const characters = Array.from(text);
  let folded = '';
  /** The character of each position in `folded`. */
  const places: number[] = [];
  for (const [index, character] of characters.entries()) {
    const letters = foldLetters(character);
    folded += letters;
    places.push(...Array<number>(letters.length).fill(index));
  }
  const found = characters.map(() => false);
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
      const after = places[at + word.length] ?? characters.length;
      found.fill(true, places[at], Math.max(after, (places[at + word.length - 1] ?? 0) + 1));
    }
  }
  return { characters, found };
}

/** How many characters of a long text are shown before the first word that was found. */
const BEFORE = 40;

/** How many characters of a text are shown at most. The list cuts it after three lines anyway. */
const SHOWN = 400;

/**
 * Splits a text into the searched words and what is between them. Starts near the first word that was found, and cuts
 * off the end of a long text.
 */
export function markedParts(text: string, words: readonly string[]): readonly TextPart[] {
  const { characters, found } = foundCharacters(text, words);
  const first = found.indexOf(true);
  const start = first > 2 * BEFORE ? first - BEFORE : 0;
  const parts: { text: string; isFound: boolean }[] = start > 0 ? [{ text: '…', isFound: false }] : [];
  for (let index = start; index < Math.min(characters.length, start + SHOWN); index++) {
    const last = parts.at(-1);
    const isFound = found[index] === true;
    if (last?.isFound === isFound) last.text += characters[index];
    else parts.push({ text: characters[index] ?? '', isFound });
  }
  return parts;
}
