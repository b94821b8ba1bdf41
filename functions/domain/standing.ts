import { ChatError } from './errors.ts';

/** What the team has decided about a user through the admin API. Times are in milliseconds since the epoch. */
export interface Standing {
  /** Set while the user is banned. */
  readonly bannedAt?: number;
  /** Tokens that were issued before this time, or in the same second, are not valid any more. */
  readonly signedOutAt?: number;
}

/**
 * Checks that a user may use the chat.
 * @param issuedAt when the token was issued, in milliseconds since the epoch. Undefined for a credential that the
 *   team's own function verifies: it decides what is valid.
 * @throws ChatError BANNED, or UNAUTHENTICATED for a token from before the user was signed out
 */
export function checkStanding({ bannedAt, signedOutAt }: Standing, issuedAt: number | undefined): void {
  if (bannedAt !== undefined) throw new ChatError('BANNED');
  if (signedOutAt === undefined || issuedAt === undefined) return;
  // Tokens have whole seconds.
  if (issuedAt <= signedOutAt) {
    const reason = 'Not signed in: this user was signed out everywhere. Sign in again.';
    throw new ChatError('UNAUTHENTICATED', reason);
  }
}
