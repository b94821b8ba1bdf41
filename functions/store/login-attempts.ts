import type { Database } from './database.ts';
import { loginKey } from './keys.ts';

/** One counted window of login attempts. Its item expires with the window. */
export interface LoginWindow {
  /** The address, or the pair of name and address, that the attempts have in common. */
  readonly subject: string;
  /** The window's start and length, in milliseconds. */
  readonly start: number;
  readonly ms: number;
}

/** Counts an attempt. Returns false, and changes nothing, if the window has `max` attempts. */
export async function countLogin(db: Database, window: LoginWindow, max: number): Promise<boolean> {
  const counted = await db.chat.update(loginKey(window.subject, window.start), {
    update: 'SET expiresAt = :expires ADD attempts :one',
    condition: 'attribute_not_exists(attempts) OR attempts < :max',
    values: { ':one': 1, ':max': max, ':expires': Math.ceil((window.start + window.ms) / 1000) },
  });
  return counted !== undefined;
}

/** Subtracts an attempt from the count, because it succeeded. */
export async function uncountLogin(db: Database, { subject, start }: LoginWindow): Promise<void> {
  await db.chat.update(loginKey(subject, start), {
    update: 'ADD attempts :minus',
    condition: 'attempts > :zero',
    values: { ':minus': -1, ':zero': 0 },
  });
}
