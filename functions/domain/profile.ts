/** The parts of a profile that a team can set. */
export const profileFields = ['name', 'avatarUrl'] as const;

export type ProfileField = (typeof profileFields)[number];

/** What others see of a user besides the user name: from the token, or from the team, which comes first. */
export interface ShownProfile {
  /** The name to show in place of the user name. */
  readonly name?: string;
  /** The https address of the user's picture. */
  readonly avatarUrl?: string;
}

/** In code points. */
export const MAX_PROFILE_NAME = 200;

/** Returns the name of a token's claim as others see it, or undefined if it shows nothing. Cuts long names. */
function profileName(claim: unknown): string | undefined {
  if (typeof claim !== 'string') return undefined;
  const clean = claim
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return Array.from(clean).slice(0, MAX_PROFILE_NAME).join('') || undefined;
}

export const MAX_AVATAR_URL = 2_048;

/** Printable ASCII without the characters that a URL has only in encoded form, and those that end an attribute of HTML. */
const urlText = /^https:\/\/[\w!#$%&()*+,./:;=?@[\]~-]+$/;

/** Whether a value is the address of a picture that clients may load: https, without a user name or password. */
export function isAvatarUrl(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_AVATAR_URL) return false;
  if (!urlText.test(value) || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === '' && password === '';
}

/** Returns a profile with the name and the picture. Leaves out either of them if it cannot be shown. */
export function shownProfile(name: unknown, avatarUrl: unknown): ShownProfile {
  const shown = profileName(name);
  return { ...(shown !== undefined && { name: shown }), ...(isAvatarUrl(avatarUrl) && { avatarUrl }) };
}
