import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  ClientAttributes,
  type IUserPool,
  type IUserPoolClient,
  StringAttribute,
  UserPool,
  UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { ChatAuth, LambdaAuth, Oidc } from './chat-auth.ts';
import { type LoginOptions, oidcLogin, passwordLogin } from './login-options.ts';

export interface ChatIdentityProps {
  /** Null to create a Cognito user pool. */
  readonly auth: ChatAuth | null;
  readonly deletionProtection: boolean;
}

/** How credentials are verified: by the team's issuer, by a function of the team, or by a Cognito user pool. */
export class ChatIdentity extends Construct {
  /** Null if a function of the team verifies credentials. */
  readonly oidc: Oidc | null = null;
  /** Null if tokens of an issuer are accepted. */
  readonly lambda: LambdaAuth | null = null;
  /** Null if users sign in elsewhere. */
  readonly userPool: IUserPool | null = null;
  readonly userPoolClient: IUserPoolClient | null = null;
  /** How users sign in. */
  readonly loginOptions: LoginOptions;

  constructor(scope: Construct, id: string, { auth, deletionProtection }: ChatIdentityProps) {
    super(scope, id);
    const source = auth?.source;
    if (source?.kind === 'lambda') {
      this.lambda = source.lambda;
      this.loginOptions = { password: null, oidc: null, session: true };
      return;
    }
    if (source?.kind === 'oidc') {
      this.oidc = source.oidc;
      this.loginOptions = { password: null, oidc: oidcLogin(source.oidc) };
      return;
    }
    const pool = source?.pool ?? makeUserPool(this, deletionProtection);
    // A client of any pool has the logical id of the own pool's client, so that a stack can adopt a pool.
    const clientScope = () => (source ? new Construct(this, 'UserPool') : pool);
    this.userPool = pool;
    this.userPoolClient = source?.options.client ?? makeClient(clientScope(), pool);
    this.loginOptions = { password: passwordLogin(pool, source?.options.passwordReset), oidc: null };
    const issuer = issuerOf(this, pool);
    this.oidc = {
      issuer,
      audience: this.userPoolClient.userPoolClientId,
      jwksUri: `${issuer}/.well-known/jwks.json`,
    };
  }
}

function issuerOf(scope: Construct, { userPoolId, env }: IUserPool): string {
  return `https://cognito-idp.${env.region}.${Stack.of(scope).urlSuffix}/${userPoolId}`;
}

function makeClient(scope: Construct, userPool: IUserPool): UserPoolClient {
  return new UserPoolClient(scope, 'Client', {
    userPool,
    authFlows: { userPassword: true, userSrp: true },
    generateSecret: false,
    disableOAuth: true,
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
    // Nothing else is writable: users could otherwise choose their own `custom:user_type` or mark an address as
    // verified.
    writeAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
  });
}

function makeUserPool(scope: Construct, deletionProtection: boolean): UserPool {
  const pool = new UserPool(scope, 'UserPool', {
    signInAliases: { username: true },
    signInCaseSensitive: false,
    selfSignUpEnabled: false,
    standardAttributes: { email: { required: true, mutable: true } },
    customAttributes: { user_type: new StringAttribute({ mutable: true, maxLen: 64 }) },
    autoVerify: { email: true },
    // A new address counts once its owner has entered the code that Cognito sends there.
    keepOriginal: { email: true },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(3),
    },
    deletionProtection,
    // A first deploy that fails deletes the pool again.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  Validations.of(pool).acknowledge(
    {
      id: 'AwsSolutions-COG2',
      reason:
        'Chat clients sign in with a name and a password and cannot answer an MFA challenge. A team that wants MFA uses its own issuer.',
    },
    {
      id: 'AwsSolutions-COG8',
      reason:
        "Threat protection needs the Plus plan, which is billed by active user. It is the team's choice.",
    },
  );
  return pool;
}
