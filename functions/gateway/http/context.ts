import type { LambdaContext, LambdaEvent } from 'hono/aws-lambda';
import type { Context, TokenContext } from '../../delivery/context.ts';
import type { User } from '../../domain/member.ts';
import { commandContext, verifier } from '../context.ts';
import { once, required } from '../runtime.ts';
import { cognitoSignIn } from './sign-in.ts';

/** Trades a name and a password for a token. @throws HttpError WRONG_PASSWORD and what else the issuer says */
export type SignIn = (username: string, password: string) => Promise<string>;

/** What the HTTP API works with. */
export interface HttpContext extends Context, TokenContext {
  /** Whose pages may ask for changes with the session cookie. */
  readonly origins: readonly string[];
  /** Null where the team's own issuer signs in. */
  readonly signIn: SignIn | null;
}

/** What a route finds in its context. */
export interface HttpEnv {
  readonly Variables: { caller: User };
  readonly Bindings: { readonly lambdaContext?: LambdaContext; readonly event?: LambdaEvent };
}

export const httpContext = once((): HttpContext => {
  const client = process.env['USER_POOL_CLIENT'];
  return {
    ...commandContext(),
    verify: verifier(),
    origins: required('ALLOWED_ORIGINS').split(','),
    signIn: client ? cognitoSignIn(client) : null,
  };
});
