import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  ClientAttributes,
  type IUserPool,
  StringAttribute,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Oidc } from './settings.ts';

export interface ChatIdentityProps {
  /** The team's own issuer. Null for a Cognito user pool. */
  readonly oidc: Oidc | null;
  /** The pool of an earlier stack. Null to create one. */
  readonly userPoolId: string | null;
  readonly deletionProtection: boolean;
}

/** The issuer whose tokens are accepted: the team's own, or a Cognito user pool. */
export class ChatIdentity extends Construct {
  readonly oidc: Oidc;
  /** Null if the team uses its own issuer. */
  readonly userPool: IUserPool | null = null;
  readonly userPoolClient: UserPoolClient | null = null;

  constructor(scope: Construct, id: string, { oidc, userPoolId, deletionProtection }: ChatIdentityProps) {
    super(scope, id);
    if (oidc !== null) {
      this.oidc = oidc;
      return;
    }
    this.userPool =
      userPoolId === null
        ? makeUserPool(this, deletionProtection)
        : UserPool.fromUserPoolId(this, 'UserPool', userPoolId);
    this.userPoolClient = this.userPool.addClient('Client', {
      authFlows: { userPassword: true, userSrp: true },
      generateSecret: false,
      disableOAuth: true,
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
      // Nothing else is writable: users could otherwise choose their own `custom:user_type` or mark an address as
      // verified.
      writeAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
    });
    const { region, urlSuffix } = Stack.of(this);
    const issuer = `https://cognito-idp.${region}.${urlSuffix}/${this.userPool.userPoolId}`;
    this.oidc = {
      issuer,
      audience: this.userPoolClient.userPoolClientId,
      jwksUri: `${issuer}/.well-known/jwks.json`,
    };
  }
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
