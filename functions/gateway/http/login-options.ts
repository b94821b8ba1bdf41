import * as v from 'valibot';

/** The kinds of characters that a new password may have to contain. */
const characters = ['lowercase', 'uppercase', 'digit', 'symbol'] as const;

/** The rules of a user pool for new passwords. */
const policyShape = v.object({ min_length: v.number(), characters: v.array(v.picklist(characters)) });

/** How users of a chat sign in, for clients. Both are null if users bring a token from elsewhere. */
export const loginOptionsShape = v.object({
  /** Sign-in by password at `/api/login/`. */
  password: v.nullable(
    v.object({
      /** Whether `/api/password/code/` sends codes to users who forgot their password. */
      reset: v.boolean(),
      /** Null if the rules are unknown. */
      policy: v.nullable(policyShape),
    }),
  ),
  /** Sign-in at an OpenID Connect issuer, with an authorization code and PKCE. */
  oidc: v.nullable(
    v.object({
      issuer: v.string(),
      client_id: v.string(),
      scope: v.string(),
      audience: v.string(),
      /** Which of the issuer's tokens the chat accepts. */
      token: v.picklist(['id_token', 'access_token']),
    }),
  ),
  /** Set if a function of the team verifies credentials. A user of the team's site is then signed in by its cookie. */
  session: v.optional(v.literal(true)),
});

export type LoginOptions = v.InferOutput<typeof loginOptionsShape>;
export type PasswordPolicy = v.InferOutput<typeof policyShape>;

/** Reads the options that the stack wrote into the variable LOGIN. */
export const readLoginOptions = (variable: string | undefined): LoginOptions =>
  variable === undefined ? { password: null, oidc: null } : v.parse(loginOptionsShape, JSON.parse(variable));

const patterns: Readonly<Record<(typeof characters)[number], RegExp>> = {
  lowercase: /\p{Ll}/u,
  uppercase: /\p{Lu}/u,
  digit: /\p{Nd}/u,
  symbol: /[^\p{L}\p{N}]/u,
};

/**
 * Whether a password is certainly against the rules. It accepts some passwords that Cognito refuses, such as one whose
 * only symbol is not among Cognito's.
 */
export const breaksPolicy = (password: string, policy: PasswordPolicy | null | undefined): boolean =>
  policy
    ? password.length < policy.min_length || policy.characters.some((kind) => !patterns[kind].test(password))
    : false;
