const formatted = /(?<![\w*])[*_]+[^\s*_]|`[^`]|~~\S|^[ \t]*(?:[>*-]|\d+[.)])[ \t]+\S/mu;

/** Returns whether a text may have formatting. Only such a text waits for the parser. */
export const mayBeFormatted = (text: string): boolean => formatted.test(text);

/** Returns whether a text may have web or mail addresses, which become links when the parser is loaded. */
export const mayHaveLinks = (text: string): boolean => /\/\/|www\.|\S@/i.test(text);

const emoji =
  /^\s*(?:(?:\p{RI}{2}|[#*\d]\uFE0F?\u20E3|(?:\p{Emoji_Presentation}|\p{Extended_Pictographic})(?:\uFE0F|\p{Emoji_Modifier}|[\u{E0020}-\u{E007F}]|\u200D\p{Emoji})*)\s*){1,6}$/u;

/** Returns whether a text is nothing but one to six emoji. The page shows them large. */
export const isOnlyEmoji = (text: string): boolean => emoji.test(text);

/** How much of a text a preview shows, at most. */
const PREVIEW_LENGTH = 500;

const asterisks =
  /(?<![\p{L}\p{N}\\])(\*{1,3})(?=[^\p{L}\p{N}\s]*[\p{L}\p{N}])([^*]*[^*\s])\1(?![\p{L}\p{N}])/gu;

const removals: readonly (readonly [RegExp, string])[] = [
  [/^[ \t]*```[\w+#.-]*$/gmu, ''],
  [/(`+)([^`]+)\1/gu, '$2'],
  [/^[ \t]*>[ \t]+/gmu, ''],
  // Twice, for `**a *b* c**`.
  [asterisks, '$2'],
  [asterisks, '$2'],
  [
    /(?<![\p{L}\p{N}\\_])(_(?!_)|__(?=[^_]*\s))(?=[^\p{L}\p{N}\s]*[\p{L}\p{N}])([^_]*[^_\s])\1(?![\p{L}\p{N}_])/gu,
    '$2',
  ],
  [/~~([^~]+)~~/gu, '$1'],
];

/**
 * Returns the start of a text without the markers of its formatting, for places that show it in one line or read it
 * aloud. It needs no parser, so it can differ from the formatted text where markers are nested in unusual ways.
 */
export const previewText = (text: string): string =>
  removals
    .reduce(
      (result, [pattern, replacement]) => result.replace(pattern, replacement),
      text.slice(0, PREVIEW_LENGTH),
    )
    .trim();
