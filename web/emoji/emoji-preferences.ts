import type { ChatClient } from '../../client/index.ts';
import { EMOJI_KEY } from '../session/forget-user.ts';
import { pageStorage } from '../session/storage.ts';

/** How many emoji are remembered: two rows. */
const MAX_RECENT = 16;

interface EmojiPreferences {
  /** The emoji that the user has chosen last, the latest first. */
  readonly recent: readonly string[];
  /** The skin tone, from 1 to 5; 0 is yellow. */
  readonly tone: number;
}

/** The preferences while the browser blocks the storage. They end with the client, when its user signs out. */
const unsaved = new WeakMap<ChatClient, EmojiPreferences>();

export function emojiPreferences(client: ChatClient): EmojiPreferences {
  const kept = unsaved.get(client);
  if (kept) return kept;
  const { recent, tone } = Object(pageStorage('localStorage').get(EMOJI_KEY)) as Record<string, unknown>;
  const isEmoji = (each: unknown) => typeof each === 'string' && each.length > 0 && each.length <= 64;
  return {
    recent: Array.isArray(recent) ? recent.filter(isEmoji).slice(0, MAX_RECENT) : [],
    tone: typeof tone === 'number' && tone >= 0 && tone <= 5 ? Math.floor(tone) : 0,
  };
}

function save(client: ChatClient, change: Partial<EmojiPreferences>): void {
  const preferences = { ...emojiPreferences(client), ...change };
  if (pageStorage('localStorage').set(EMOJI_KEY, preferences)) unsaved.delete(client);
  else unsaved.set(client, preferences);
}

export const setTone = (client: ChatClient, tone: number): void => save(client, { tone });

/** Remembers an emoji that the user has chosen. */
export function rememberEmoji(client: ChatClient, emoji: string): void {
  const others = emojiPreferences(client).recent.filter((each) => each !== emoji);
  save(client, { recent: [emoji, ...others].slice(0, MAX_RECENT) });
}
