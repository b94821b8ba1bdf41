import { Duration } from 'aws-cdk-lib';
import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { checkTimeout, invalid } from './validation.ts';

/** An OpenID Connect issuer whose tokens are accepted. */
export interface Oidc {
  /** The exact value of the tokens' `iss` claim. */
  readonly issuer: string;
  /** The value of the tokens' `aud` claim, or of `client_id` in Cognito's access tokens. */
  readonly audience: string;
  /** The https URL of the issuer's public keys. */
  readonly jwksUri: string;
  /**
   * The id of a public client at the issuer, with the chat's address followed by `/` as its redirect URI. Users then
   * sign in at the issuer from the page. Default: none, and the page asks for a token.
   */
  readonly clientId?: string;
  /**
   * What the page asks the issuer for. Default: `openid profile email offline_access`, which also asks for a refresh
   * token.
   */
  readonly scope?: string;
  /**
   * The origins of the issuer's endpoints for tokens and their revocation, for the page's content security policy.
   * Default: the issuer's origin only.
   */
  readonly endpointOrigins?: readonly string[];
}

/** How users of a Cognito user pool sign in. */
export interface UserPoolAuth {
  /**
   * The app client whose tokens are accepted. To sign in on the page, it needs the flow `USER_PASSWORD_AUTH` and no
   * secret. Default: a new client, created with the chat.
   */
  readonly client?: IUserPoolClient;
  /**
   * Whether the page offers to send a code to users who forgot their password. Default: what the pool's account recovery
   * allows, or true for a pool that is not created in the same app.
   */
  readonly passwordReset?: boolean;
}

/** How a function of the team verifies credentials. */
export interface LambdaAuthOptions {
  /** The name of the session cookie. Default: `sessionid`. */
  readonly cookieName?: string;
  /** How long the chat waits for the function's answer, from 1 to 10 seconds. Default: 3 seconds. */
  readonly timeout?: Duration;
}

/** The options with their defaults, and the function. */
export interface LambdaAuth extends Required<LambdaAuthOptions> {
  readonly function: IFunction;
}

/** Where the chat's users come from. */
type AuthSource =
  | { readonly kind: 'lambda'; readonly lambda: LambdaAuth }
  | { readonly kind: 'oidc'; readonly oidc: Oidc }
  | { readonly kind: 'userPool'; readonly pool: IUserPool; readonly options: UserPoolAuth };

/** Whose tokens a chat accepts. */
export class ChatAuth {
  /** @internal */
  readonly source: AuthSource;

  private constructor(source: AuthSource) {
    this.source = source;
  }

  /** Accepts ID tokens of a Cognito user pool. */
  static userPool(pool: IUserPool, options: UserPoolAuth = {}): ChatAuth {
    return new ChatAuth({ kind: 'userPool', pool, options });
  }

  /**
   * Accepts tokens of any OpenID Connect issuer. With a `clientId`, users sign in there from the page. Otherwise, the
   * page asks them for a token.
   */
  static oidc(oidc: Oidc): ChatAuth {
    return new ChatAuth({ kind: 'oidc', oidc });
  }

  /**
   * Verifies credentials by a function of the team: a session cookie, or a token of any form. The function gets an
   * `AuthRequest` and answers with an `AuthAnswer`, or with null to refuse the credential. If it fails or answers too
   * late, nobody gets in. The chat keeps an answer in memory for at most a minute.
   * @example
   * new Chat(this, 'Chat', { auth: ChatAuth.lambda(readSession, { cookieName: 'shop_session' }) });
   * @throws Error for an invalid option
   */
  static lambda(
    fn: IFunction,
    { cookieName = 'sessionid', timeout = Duration.seconds(3) }: LambdaAuthOptions = {},
  ): ChatAuth {
    // The characters of a token (RFC 6265, 4.1.1).
    if (!/^[\w!#$%&'*+.^`|~-]{1,128}$/.test(cookieName)) {
      throw invalid(
        'auth.cookieName',
        'it is not a valid name of a cookie',
        'Use letters, digits, hyphens and underscores',
      );
    }
    checkTimeout('auth.timeout', timeout, 1);
    return new ChatAuth({ kind: 'lambda', lambda: { function: fn, cookieName, timeout } });
  }
}
