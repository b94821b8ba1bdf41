import { pageStorage } from './storage.ts';

/** The key of the user's recent emoji and their skin tone. */
export const EMOJI_KEY = 'parley:emoji';

export const notificationSettingsKey = (user: string): string => `parley:notifications:${user}`;

/**
 * Removes a user's preferences from the browser after they have signed out, because another person may use it next.
 * Drafts and unsent messages are removed by `RoomDrafts` and by the client.
 */
export function forgetUser(user: string | undefined): void {
  const storage = pageStorage('localStorage');
  storage.remove(EMOJI_KEY);
  if (user) storage.remove(notificationSettingsKey(user));
}
