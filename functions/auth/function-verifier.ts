import { hash } from 'node:crypto';
import { CLOCK_TOLERANCE_MS } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { AuthAnswer, AuthRequest } from '../domain/hooks.ts';
import { shownProfile } from '../domain/profile.ts';
import { isOpaqueCredential, type Verified, type Verify } from './credential.ts';

/** How long an acceptance is cached, in milliseconds. */
const ACCEPTED_MS = 60_000;
/** How long a refusal is cached, in milliseconds. Short, because a new session may not be readable everywhere yet. */
const REFUSED_MS = 5_000;
/** The maximum number of cached acceptances, and of cached refusals. */
const MAX_KEPT = 1_000;
/** The lifetime of a session if the answer has no `expiresAt`: that of a Cognito token. */
const DEFAULT_LIFETIME_MS = 60 * 60 * 1000;

/** Thrown when the team's function gave no usable answer, so that the credential is neither accepted nor refused. */
export class AuthUnavailableError extends Error {
  override readonly name = 'AuthUnavailableError';
  /** `logFault` logs the messages of errors that have this property. The message of this error quotes no input. */
  readonly $fault = 'server';

  constructor(why: string) {
    super(`Credential not verified: ${why}. See the log of the function.`);
  }
}

/** Invokes the team's function. Resolves to its answer, and rejects if there is none. */
type Ask = (request: AuthRequest) => Promise<unknown>;

/** Checks an answer. @throws AuthUnavailableError */
async function parseAnswer(given: unknown): Promise<AuthAnswer | null> {
  // Loaded only when needed: most chats have no such function.
  const { readAnswer } = await import('./read-answer.ts');
  const { answer, malformed } = readAnswer(given);
  if (answer !== undefined) return answer;
  throw new AuthUnavailableError(`the answer of the function is malformed in ${malformed}`);
}

/** Returns the name of an error. Unlike its message, the name quotes no input. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Error');

/** A cache of at most `MAX_KEPT` values. Each expires at its own time, and the oldest makes room for a new one. */
class TimedMap<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly until: number }>();

  get(key: string, now: number): T | undefined {
    const entry = this.#entries.get(key);
    return entry && now < entry.until ? entry.value : undefined;
  }

  set(key: string, value: T, until: number): void {
    this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= MAX_KEPT) this.#entries.delete(oldest);
    this.#entries.set(key, { value, until });
  }
}

/**
 * Returns a function that verifies credentials by invoking the team's function. It caches answers in memory, so create
 * it once for each execution environment. The cache key is the whole request, because the team's function may compare
 * origin and address with those of the session. The returned function throws ChatError UNAUTHENTICATED for a credential
 * that is malformed or that the team's function refuses, and AuthUnavailableError.
 */
export function functionVerifier(ask: Ask, now: () => number = Date.now): Verify {
  const accepted = new TimedMap<Verified>();
  // A flood of invalid credentials does not displace the valid ones.
  const refused = new TimedMap<true>();
  const asking = new Map<string, Promise<Verified | null>>();

  async function question(request: AuthRequest, key: string): Promise<Verified | null> {
    const askedAt = now();
    const given = await ask(request).catch((error: unknown) => {
      throw new AuthUnavailableError(`invoking the function failed with ${nameOf(error)}`);
    });
    const answer = await parseAnswer(given);
    const expiresAt = answer?.expiresAt ?? askedAt + DEFAULT_LIFETIME_MS;
    if (!answer || expiresAt + CLOCK_TOLERANCE_MS < now()) {
      refused.set(key, true, askedAt + REFUSED_MS);
      return null;
    }
    const { userId: id, username, email = '', attributes, name, avatarUrl } = answer;
    const userType = attributes?.['user_type'] ?? '';
    const verified = { user: { id, username, email, userType, ...shownProfile(name, avatarUrl) }, expiresAt };
    accepted.set(key, verified, Math.min(askedAt + ACCEPTED_MS, expiresAt));
    return verified;
  }

  async function answerTo(request: AuthRequest): Promise<Verified | null> {
    const { credential, kind, origin, sourceIp } = request;
    const key = hash('sha256', JSON.stringify([credential, kind, origin, sourceIp]), 'base64');
    const kept = accepted.get(key, now());
    if (kept) return kept;
    if (refused.get(key, now())) return null;
    const pending = asking.get(key);
    if (pending) return pending;
    const started = question(request, key).finally(() => asking.delete(key));
    asking.set(key, started);
    return started;
  }

  return async (credential, source) => {
    const verified = isOpaqueCredential(credential) ? await answerTo({ credential, ...source }) : null;
    if (verified) return verified;
    throw new ChatError('UNAUTHENTICATED');
  };
}
