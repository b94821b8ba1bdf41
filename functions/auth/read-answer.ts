import * as v from 'valibot';
import type { AuthAnswer } from '../domain/hooks.ts';
import { isUserId } from '../domain/id.ts';
import { isAvatarUrl, MAX_PROFILE_NAME } from '../domain/profile.ts';

/** A smaller number of milliseconds is before 1973, so it is probably in seconds. */
const EARLIEST_EXPIRY = 100_000_000_000;
/** The last time that a date can have. */
const LATEST_EXPIRY = 8.64e15;

const text = (max: number) =>
  v.pipe(
    v.string(),
    v.maxLength(max),
    v.check((value) => value.isWellFormed() && !/\p{Cc}/u.test(value)),
  );

/** Strict, because a misspelt `expiresAt` would otherwise give a session the default lifetime. */
const answerShape = v.nullable(
  v.strictObject({
    userId: v.pipe(v.string(), v.check(isUserId)),
    username: v.pipe(text(256), v.nonEmpty()),
    name: v.optional(v.pipe(text(MAX_PROFILE_NAME), v.nonEmpty())),
    avatarUrl: v.optional(
      v.pipe(
        v.string(),
        v.check((url) => isAvatarUrl(url)),
      ),
    ),
    email: v.optional(text(254)),
    attributes: v.optional(v.record(v.string(), text(256))),
    expiresAt: v.optional(
      v.pipe(v.number(), v.safeInteger(), v.minValue(EARLIEST_EXPIRY), v.maxValue(LATEST_EXPIRY)),
    ),
  }),
);

/**
 * Checks the answer of the team's function. Returns it, or the name of the malformed field. This module throws nothing,
 * because it is bundled apart and would have error classes of its own.
 */
export function readAnswer(
  given: unknown,
):
  | { readonly answer: AuthAnswer | null; readonly malformed?: never }
  | { readonly answer?: never; readonly malformed: string } {
  const result = v.safeParse(answerShape, given);
  if (result.success) return { answer: result.output as AuthAnswer | null };
  const path = v.getDotPath(result.issues[0]) ?? '';
  return { malformed: /^\w{1,40}/.exec(path)?.[0] ?? 'its type' };
}
