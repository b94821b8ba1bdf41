const VARIATION_SELECTOR = '\uFE0F';

/**
 * Returns the fully qualified form of an emoji: with U+FE0F after each character that is text by default, and nowhere
 * else (Unicode: UTS #51, emoji presentation sequences). So an emoji with and without the selector is one emoji.
 */
export function qualifiedEmoji(text: string): string {
  const characters = Array.from(text.replaceAll(VARIATION_SELECTOR, ''));
  return characters
    .map((character, index) => {
      const isText = /^\p{Emoji}$/u.test(character) && !/^\p{Emoji_Presentation}$/u.test(character);
      const isModified = /^\p{Emoji_Modifier}$/u.test(characters[index + 1] ?? '');
      return isText && !isModified ? character + VARIATION_SELECTOR : character;
    })
    .join('');
}
