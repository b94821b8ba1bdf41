const modifiers = ['', '🏻', '🏼', '🏽', '🏾', '🏿'] as const;

/** The number of skin tones, with the yellow one. */
export const TONES = modifiers.length;

const HANDSHAKE = '\u{1F91D}';

/** Returns an emoji of people in a skin tone, from 1 (light) to 5 (dark); 0 is yellow. */
export function withTone(emoji: string, tone: number): string {
  const modifier = modifiers[tone] ?? '';
  const isCouple = emoji.includes(`\u200D${HANDSHAKE}\u200D`);
  return emoji.replace(/(\p{Emoji_Modifier_Base})\uFE0F?/gu, (found, base: string) => {
    if (!modifier || (isCouple && base === HANDSHAKE)) return found;
    return base + modifier;
  });
}
