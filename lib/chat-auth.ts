import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito';

/** An OpenID Connect issuer whose tokens are accepted. */
export interface Oidc {
  /** The exact value of the tokens' `iss` claim. */
  readonly issuer: string;
  /** The value of the tokens' `aud` claim, or of `client_id` in Cognito's access tokens. */
  readonly audience: string;
  /** The https URL of the issuer's public keys. */
  readonly jwksUri: string;
}

/** Where the chat's users come from. */
type AuthSource =
  | { readonly kind: 'oidc'; readonly oidc: Oidc }
  | { readonly kind: 'userPool'; readonly pool: IUserPool; readonly client: IUserPoolClient | undefined };

/** Whose tokens a chat accepts. */
export class ChatAuth {
  /** @internal */
  readonly source: AuthSource;

  private constructor(source: AuthSource) {
    this.source = source;
  }

  /**
   * Accepts ID tokens of a Cognito user pool.
   * @param client the app client whose tokens are accepted. To sign in on the page, it needs the flow
   *   `USER_PASSWORD_AUTH` and no secret. Default: a new client, created with the chat.
   */
  static userPool(pool: IUserPool, { client }: { readonly client?: IUserPoolClient } = {}): ChatAuth {
    return new ChatAuth({ kind: 'userPool', pool, client });
  }

  /** Accepts tokens of any OpenID Connect issuer. Users then sign in there; the page asks them for a token. */
  static oidc(oidc: Oidc): ChatAuth {
    return new ChatAuth({ kind: 'oidc', oidc });
  }
}
