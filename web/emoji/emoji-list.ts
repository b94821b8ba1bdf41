/** An emoji with its name in the language of the page. */
export interface Emoji {
  readonly emoji: string;
  readonly name: string;
  /** Whether it has skin tones. */
  readonly hasTones: boolean;
  /** The version of Unicode's emoji; 0 for those that every browser has. */
  readonly version: number;
  /** The words of its name and its keywords, each after a blank. */
  readonly words: string;
}

/** Returns the words of a text, without case, accents and punctuation, each after a blank. */
const wordsOf = (text: string): string =>
  ` ${text
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^\p{L}\p{N}+]+/gu, ' ')
    .trim()}`;

/**
 * Parses the data in `data/`, and returns the emoji by group.
 * @param translated the data of another language. English words find these emoji too
 */
export function parseEmoji(english: string, translated = ''): readonly (readonly Emoji[])[] {
  const names = new Map(
    translated.split('\n').map((line) => {
      const [emoji = '', name = '', keywords = ''] = line.split('|');
      return [emoji, { name, keywords }] as const;
    }),
  );
  return english
    .trim()
    .split('\n\n')
    .map((group) =>
      group.split('\n').map((line) => {
        const [emoji = '', englishName = '', englishWords = '', version = '', tones] = line.split('|');
        const { name, keywords } = names.get(emoji) ?? { name: englishName, keywords: '' };
        return {
          ...{ emoji, name, hasTones: tones === 't', version: Number(version) },
          words: wordsOf(`${name} ${keywords}${names.size > 1 ? ` ${englishName}` : ''} ${englishWords}`),
        };
      }),
    );
}

/** Returns the emoji with words that start with the words of the query, those with the words in their names first. */
export function searchEmoji(emoji: readonly Emoji[], query: string): readonly Emoji[] {
  const words = wordsOf(query)
    .trim()
    .split(' ')
    .filter(Boolean)
    .map((word) => ` ${word}`);
  if (words.length === 0) return emoji.filter((each) => each.emoji === query.trim());
  const matches = (text: string) => words.every((word) => text.includes(word));
  const found = emoji.filter((each) => matches(each.words));
  const isNamed = new Map(found.map((each) => [each, matches(wordsOf(each.name))]));
  return [...found.filter((each) => isNamed.get(each)), ...found.filter((each) => !isNamed.get(each))];
}

type Groups = readonly (readonly Emoji[])[];

/** Loads the data of languages other than English. */
const translations: Readonly<Record<string, () => Promise<string>>> = {
  ar: async () => (await import('./data/arabic-emoji.ts')).arabicEmoji,
};

const loaded = new Map<string, Promise<Groups>>();

/** Loads the emoji once for a language. A failed load is repeated at the next call. */
export function loadEmoji(language: string): Promise<Groups> {
  const load = async (): Promise<Groups> => {
    const [{ englishEmoji }, translated] = await Promise.all([
      import('./data/english-emoji.ts'),
      translations[language]?.(),
    ]);
    return parseEmoji(englishEmoji, translated);
  };
  const emoji = loaded.get(language) ?? load();
  loaded.set(language, emoji);
  emoji.catch(() => loaded.delete(language));
  return emoji;
}
