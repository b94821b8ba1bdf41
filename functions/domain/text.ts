/** A character that readers can see: no space, no control character, and none that fonts draw as nothing. */
const visible = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\u{1d159}]/u;

/** Whether a text shows nothing: it is empty, or has only spaces and invisible characters. */
export const isBlank = (text: string): boolean => !visible.test(text);

/**
 * Characters that readers of a line cannot see, such as the Hangul fillers, or that change its direction. The joiners
 * and the tags are not among them, because emoji and some scripts need them.
 */
export const hidden =
  /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]--[\u200c\u200d\u{e0020}-\u{e007f}]]/v;

/** Removes all characters at both ends for which `isTrimmed` holds, in one pass. */
export function trimmed(text: string, isTrimmed: (character: string) => boolean): string {
  let start = 0;
  let end = text.length;
  while (start < end && isTrimmed(text.charAt(start))) start++;
  while (end > start && isTrimmed(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

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

/** Returns a text without case and accents, for comparisons. Texts that differ only in these become the same. */
export function foldLetters(text: string): string {
  // Most texts have only ASCII letters, for which this is many times faster.
  if (/^\p{ASCII}*$/u.test(text)) return text.toLowerCase();
  return (
    text
      .normalize('NFKD')
      // "ß" becomes "SS" in capitals.
      .toUpperCase()
      .toLowerCase()
      .normalize('NFKD')
      .replace(/\p{Mn}/gu, '')
      .replace(/[æðøþđıłœς]/gu, (letter) => plainLetters[letter] ?? letter)
  );
}

/** Returns the words of a search. A text matches if it contains each of them, even inside a longer word. */
export const searchedWords = (query: string): readonly string[] => [
  ...new Set(foldLetters(query).split(/\s/).filter(Boolean)),
];
