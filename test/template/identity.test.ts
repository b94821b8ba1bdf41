import { expect, test } from 'vitest';
import { synthesize } from './synthesize.ts';

const cognito = synthesize();

test('creates a retained user pool without self sign-up by default', () => {
  const [pool, ...others] = cognito.resources('AWS::Cognito::UserPool');
  expect(others).toEqual([]);
  expect(pool).toMatchObject({
    deletionPolicy: 'RetainExceptOnCreate',
    properties: {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      AutoVerifiedAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      DeletionProtection: 'INACTIVE',
      UsernameConfiguration: { CaseSensitive: false },
      Schema: [
        { Name: 'email', Required: true, Mutable: true },
        { Name: 'user_type', AttributeDataType: 'String', Mutable: true },
      ],
      Policies: {
        PasswordPolicy: {
          MinimumLength: 12,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          TemporaryPasswordValidityDays: 3,
        },
      },
    },
  });
  expect(pool?.properties).not.toHaveProperty('UsernameAttributes');
});

test('the app client has no secret, allows password and SRP, and hides which users exist', () => {
  const clients = cognito.resources('AWS::Cognito::UserPoolClient').map(({ properties }) => properties);
  expect(clients).toEqual([
    {
      UserPoolId: '<IdentityUserPool>',
      GenerateSecret: false,
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      AllowedOAuthFlowsUserPoolClient: false,
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
      SupportedIdentityProviders: ['COGNITO'],
      // Users must not choose their own type, or mark an address as verified.
      WriteAttributes: ['email'],
    },
  ]);
});

test('passes the user pool as issuer and its client as audience to the authorizer', () => {
  const issuer = 'https://cognito-idp.<AWS::Region>.<AWS::URLSuffix>/<IdentityUserPool>';
  expect(cognito.function('authorize').properties['Environment']).toMatchObject({
    Variables: {
      ISSUER: issuer,
      AUDIENCE: '<IdentityUserPoolClient>',
      JWKS_URI: `${issuer}/.well-known/jwks.json`,
    },
  });
  expect(cognito.outputs).toMatchObject({
    UserPoolId: '<IdentityUserPool>',
    UserPoolClientId: '<IdentityUserPoolClient>',
  });
});

test('passes the team’s own issuer to the authorizer and creates no user pool', () => {
  const oidc = synthesize({
    issuer: 'https://issuer.example.com/',
    audience: 'https://chat.example.com',
    jwksUri: 'https://issuer.example.com/.well-known/jwks.json',
  });
  expect(oidc.function('authorize').properties['Environment']).toMatchObject({
    Variables: {
      ISSUER: 'https://issuer.example.com/',
      AUDIENCE: 'https://chat.example.com',
      JWKS_URI: 'https://issuer.example.com/.well-known/jwks.json',
    },
  });
  expect(oidc.resources().filter(({ type }) => type.startsWith('AWS::Cognito::'))).toEqual([]);
  expect(Object.keys(oidc.outputs).sort()).toEqual([
    'AdminUrl',
    'ChatTableName',
    'ConnectionsTableName',
    'FailuresQueueUrl',
    'FilesBucketName',
    'Url',
  ]);
});
