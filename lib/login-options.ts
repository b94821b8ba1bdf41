import { CfnResource, Token } from 'aws-cdk-lib';
import type { CfnUserPool, IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { ChatAuth, Oidc } from './chat-auth.ts';

/** How users sign in, as `GET /api/login/` answers. Both are null if users bring a token from elsewhere. */
export interface LoginOptions {
  readonly password: {
    /** Whether users who forgot their password get a code. */
    readonly reset: boolean;
    /** Null if the rules are unknown. */
    readonly policy: { readonly min_length: number; readonly characters: readonly string[] } | null;
  } | null;
  readonly oidc: {
    readonly issuer: string;
    readonly client_id: string;
    readonly scope: string;
    readonly audience: string;
    readonly token: 'id_token' | 'access_token';
  } | null;
  /** Set if a function of the team verifies credentials, including those of a session cookie. */
  readonly session?: true;
}

/** Returns how users sign in at an issuer from the page, or null if it has no client for the page. */
export function oidcLogin({ issuer, audience, clientId, scope }: Oidc): LoginOptions['oidc'] {
  if (clientId === undefined) return null;
  return {
    issuer,
    client_id: clientId,
    scope: scope ?? 'openid profile email offline_access',
    audience,
    // The audience of an ID token is the client (OpenID Connect Core, 2).
    token: audience === clientId ? 'id_token' : 'access_token',
  };
}

/** Returns the origins of an OIDC issuer that the page calls to sign users in. */
export function signInOrigins(auth: ChatAuth | null): readonly string[] {
  if (auth?.source.kind !== 'oidc' || auth.source.oidc.clientId === undefined) return [];
  const { issuer, endpointOrigins = [] } = auth.source.oidc;
  const own = Token.isUnresolved(issuer) ? `${issuer}/` : new URL(issuer).origin;
  return [...new Set([own, ...endpointOrigins])];
}

/** Returns the resource of a pool of the same app. The settings of other pools are unknown. */
function resourceOf({ node }: IUserPool): CfnUserPool | undefined {
  const child = node.defaultChild;
  const isPool =
    child && CfnResource.isCfnResource(child) && child.cfnResourceType === 'AWS::Cognito::UserPool';
  return isPool ? (child as CfnUserPool) : undefined;
}

const isKnown = <T>(value: T | undefined): value is Exclude<T, { resolve: unknown }> =>
  value !== undefined && !Token.isUnresolved(value);

function policyOf(pool: CfnUserPool | undefined) {
  const policies = pool?.policies;
  const policy = isKnown(policies) ? policies.passwordPolicy : undefined;
  if (!isKnown(policy) || !isKnown(policy.minimumLength)) return null;
  const characters = {
    lowercase: policy.requireLowercase,
    uppercase: policy.requireUppercase,
    digit: policy.requireNumbers,
    symbol: policy.requireSymbols,
  };
  return {
    min_length: policy.minimumLength,
    characters: Object.entries(characters).flatMap(([kind, required]) => (required === true ? [kind] : [])),
  };
}

/** Whether the account recovery of a pool sends codes. AWS: "admin_only" prevents it. */
function sendsCodes(pool: CfnUserPool | undefined): boolean {
  const recovery = pool?.accountRecoverySetting;
  const mechanisms = isKnown(recovery) ? recovery.recoveryMechanisms : undefined;
  if (!isKnown(mechanisms)) return true;
  return !mechanisms.some((each) => isKnown(each) && each.name === 'admin_only');
}

/** Returns how users of a pool sign in. `reset` replaces what the pool's settings say. */
export function passwordLogin(pool: IUserPool, reset: boolean | undefined): LoginOptions['password'] {
  const resource = resourceOf(pool);
  return { reset: reset ?? sendsCodes(resource), policy: policyOf(resource) };
}
