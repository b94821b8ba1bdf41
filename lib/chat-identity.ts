import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  ClientAttributes,
  StringAttribute,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Oidc } from './settings.ts';

/** Whose tokens are accepted: an issuer that the team has, or a Cognito user pool made here. */
export class ChatIdentity extends Construct {
  readonly oidc: Oidc;
  /** Null where the team has its own issuer. */
  readonly userPool: UserPool | null = null;
  readonly userPoolClient: UserPoolClient | null = null;

  constructor(scope: Construct, id: string, given: Oidc | null) {
    super(scope, id);
    if (given !== null) {
      this.oidc = given;
      return;
    }
    this.userPool = makeUserPool(this);
    this.userPoolClient = this.userPool.addClient('Client', {
      authFlows: { userPassword: true, userSrp: true },
      generateSecret: false,
      disableOAuth: true,
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
      // Not `custom:user_type`: users could call themselves what they like.
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

function makeUserPool(scope: Construct): UserPool {
  const pool = new UserPool(scope, 'UserPool', {
    signInAliases: { username: true },
    signInCaseSensitive: false,
    selfSignUpEnabled: false,
    standardAttributes: { email: { required: true, mutable: true } },
    customAttributes: { user_type: new StringAttribute({ mutable: true, maxLen: 64 }) },
    autoVerify: { email: true },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(3),
    },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(pool).acknowledge(
    {
      id: 'AwsSolutions-COG2',
      reason:
        'The chat clients sign in with a name and a password and cannot answer a challenge; a team that wants MFA brings its own issuer.',
    },
    {
      id: 'AwsSolutions-COG8',
      reason:
        'The Plus plan is billed by active user, and its threat protection is a choice of the team, not of a default.',
    },
  );
  return pool;
}
