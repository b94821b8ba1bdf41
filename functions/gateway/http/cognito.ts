import {
  CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
  GetTokensFromRefreshTokenCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { once } from '../runtime.ts';

const cognito = once(() => new CognitoIdentityProviderClient({}));

/**
 * The calls to the user pool of an app client, with the AWS SDK. They need no IAM rights. This module is loaded on the
 * first sign-in. Each call throws the SDK's errors.
 */
export const cognitoClient = (ClientId: string) => ({
  signIn: (USERNAME: string, PASSWORD: string) =>
    cognito().send(
      new InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId,
        AuthParameters: { USERNAME, PASSWORD },
      }),
    ),

  /** Replaces a temporary password. */
  choosePassword: (
    Session: string,
    USERNAME: string,
    NEW_PASSWORD: string,
    attributes: Readonly<Record<string, string>>,
  ) => {
    const more = Object.entries(attributes).map(([name, value]) => [`userAttributes.${name}`, value]);
    return cognito().send(
      new RespondToAuthChallengeCommand({
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        ClientId,
        Session,
        ChallengeResponses: { USERNAME, NEW_PASSWORD, ...Object.fromEntries(more) },
      }),
    );
  },

  /** Works for app clients with and without the rotation of refresh tokens, unlike REFRESH_TOKEN_AUTH. */
  refresh: (RefreshToken: string) =>
    cognito().send(new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken })),

  revoke: (Token: string) => cognito().send(new RevokeTokenCommand({ ClientId, Token })),

  sendCode: (Username: string) => cognito().send(new ForgotPasswordCommand({ ClientId, Username })),

  resetPassword: (Username: string, ConfirmationCode: string, Password: string) =>
    cognito().send(new ConfirmForgotPasswordCommand({ ClientId, Username, ConfirmationCode, Password })),
});
