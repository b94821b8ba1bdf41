import { describe, expect, test } from 'vitest';
import { readLoginOptions } from '../../functions/gateway/http/login-options.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

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

/** Returns the sign-in options that the `http` function reads. */
function loginOptionsOf(template: Synthesized) {
  const { Variables } = template.function('http').properties['Environment'] as {
    Variables: Record<string, string>;
  };
  return readLoginOptions(Variables['LOGIN']);
}

test('tells the page that users sign in with a password, can reset it, and which rules new passwords follow', () => {
  expect(loginOptionsOf(cognito)).toEqual({
    password: {
      reset: true,
      policy: { min_length: 12, characters: ['lowercase', 'uppercase', 'digit', 'symbol'] },
    },
    oidc: null,
  });
});

test('leaves out the password rules of an existing pool, which the template does not know', () => {
  expect(loginOptionsOf(synthesize({ userPoolId: 'us-east-1_Example' }))).toEqual({
    password: { reset: true, policy: null },
    oidc: null,
  });
});

describe('users of another issuer', () => {
  const issuer = {
    issuer: 'https://issuer.example.com/chat/',
    audience: 'https://chat.example.com',
    jwksUri: 'https://issuer.example.com/.well-known/jwks.json',
  };
  const connectSources = (template: Synthesized) => {
    const [headers] = template.resources('AWS::CloudFront::ResponseHeadersPolicy');
    const policy = JSON.stringify(headers?.properties);
    const [, sources = ''] = /connect-src 'self' https:[^;]*URLSuffix>\/([^;]*)/.exec(policy) ?? [];
    return sources.split(' ').filter((source) => source !== '');
  };

  test('paste a token if the page has no client at the issuer', () => {
    const template = synthesize(issuer);
    expect(loginOptionsOf(template)).toEqual({ password: null, oidc: null });
    expect(connectSources(template)).toEqual([]);
  });

  test('sign in at the issuer with the page’s client, and the page may send requests to no other site', () => {
    const template = synthesize({ ...issuer, clientId: 'page' });
    expect(loginOptionsOf(template)).toEqual({
      password: null,
      oidc: {
        issuer: issuer.issuer,
        client_id: 'page',
        scope: 'openid profile email offline_access',
        audience: issuer.audience,
        token: 'access_token',
      },
    });
    expect(connectSources(template)).toEqual(['https://issuer.example.com']);
  });

  test('use the ID token if the client is the audience, and the page may send requests to all endpoints of the issuer', () => {
    const endpointOrigins = 'https://tokens.example.com, https://issuer.example.com';
    const client = { clientId: issuer.audience, scope: 'openid', endpointOrigins };
    const template = synthesize({ ...issuer, ...client });
    expect(loginOptionsOf(template).oidc).toMatchObject({ token: 'id_token', scope: 'openid' });
    expect(connectSources(template)).toEqual(['https://issuer.example.com', 'https://tokens.example.com']);
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
