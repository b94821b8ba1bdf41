import { randomInt, randomUUID } from 'node:crypto';
import type { LocalUser } from './issuer.ts';
import type { PasswordPolicy } from './user-pool.ts';

/** A user of the local user pool. */
export interface PoolUser extends LocalUser {
  /** The verified address. Empty if there is none. */
  readonly email: string;
  password: string;
  /** Cognito's UserStatus. */
  status: 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD';
  /** The attributes that the administrator set when creating the user, or that the user entered. */
  readonly attributes: Map<string, string>;
  /** The last code that was sent. Absent once the user has used it. */
  code?: { readonly value: string; readonly expiresAt: number; failures: number };
}

/** On AWS, a code for a new password is valid for an hour. */
const CODE_MS = 60 * 60 * 1000;
const MAX_CODE_FAILURES = 5;

/** The users of the local user pool, in memory. The demo users' passwords are their names. */
export class PoolUsers {
  readonly #users: Map<string, PoolUser>;
  /** The ids of revoked refresh tokens and of sessions that were used. */
  readonly revoked = new Set<string>();

  constructor(users: readonly LocalUser[]) {
    this.#users = new Map(
      users.map((user) => [
        user.username,
        { ...user, password: user.username, status: 'CONFIRMED', attributes: new Map() },
      ]),
    );
  }

  /** Finds a user by name. Ignores case, as the user pool of the template does. */
  find(username: unknown): PoolUser | undefined {
    return this.#users.get(String(username).toLowerCase());
  }

  /** Creates a user with a temporary password. Returns undefined if the name is taken. */
  create(username: string, password: string, attributes: ReadonlyMap<string, string>): PoolUser | undefined {
    const name = username.toLowerCase();
    if (this.#users.has(name)) return undefined;
    // On AWS, an address is verified only if the administrator marks it so, or its owner enters a code.
    const email = (attributes.get('email_verified') === 'true' && attributes.get('email')) || '';
    const user: PoolUser = {
      ...{ id: randomUUID(), username: name, email, password, status: 'FORCE_CHANGE_PASSWORD' },
      attributes: new Map(attributes),
    };
    this.#users.set(name, user);
    return user;
  }

  /** Creates the code with which the user sets a new password. */
  makeCode(user: PoolUser, now: number): string {
    const value = String(randomInt(1_000_000)).padStart(6, '0');
    user.code = { value, expiresAt: now + CODE_MS, failures: 0 };
    return value;
  }

  /** Uses a code, which is possible once. Returns the name of Cognito's error if the code is not valid. */
  useCode(user: PoolUser, value: unknown, now: number): string | undefined {
    const { code } = user;
    if (!code || code.expiresAt < now) return 'ExpiredCodeException';
    if (code.failures >= MAX_CODE_FAILURES) return 'LimitExceededException';
    if (code.value !== value) {
      code.failures++;
      return 'CodeMismatchException';
    }
    delete user.code;
    return undefined;
  }
}

/** The symbols that count for Cognito (AWS: "Adding user pool password requirements"). */
const symbol = /[\^$*.[\]{}()?\-"!@#%&/\\,><':;|_~`+= ]/;

/** Returns why Cognito refuses a password, or undefined. */
export function refusalOf(password: string, policy: PasswordPolicy): string | undefined {
  const rules: readonly [boolean, string][] = [
    [password.length >= policy.minLength, 'Password not long enough'],
    [!policy.lowercase || /[a-z]/.test(password), 'Password must have lowercase characters'],
    [!policy.uppercase || /[A-Z]/.test(password), 'Password must have uppercase characters'],
    [!policy.numbers || /\d/.test(password), 'Password must have numeric characters'],
    [!policy.symbols || symbol.test(password), 'Password must have symbol characters'],
  ];
  const [broken] = rules.filter(([followed]) => !followed);
  return broken && `Password did not conform with policy: ${broken[1]}`;
}
