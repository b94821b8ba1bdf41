import { resolve, resolveText } from '../intrinsics.ts';
import type { Scope } from '../scope.ts';
import type { Issuer } from './issuer.ts';

/** The template's Cognito user pool and its app client. */
export interface UserPool {
  readonly id: string;
  readonly clientId: string;
  /** The client's ExplicitAuthFlows. */
  readonly flows: readonly string[];
}

/** Reads the user pool; null where the template has none. Throws one clear line for several, or several clients. */
export function readUserPool(scope: Scope): UserPool | null {
  const pools = [...scope.ofType('AWS::Cognito::UserPool').keys()];
  const clients = [...scope.ofType('AWS::Cognito::UserPoolClient')];
  const [pool] = pools;
  if (pool === undefined) return null;
  const [client] = clients;
  if (pools.length > 1 || client === undefined || clients.length > 1) {
    throw new Error(
      `User pool was not read: the template has ${pools.length} with ${clients.length} clients; one with one is run locally`,
    );
  }
  const [clientId, { properties }] = client;
  const flows = resolve(properties['ExplicitAuthFlows'] ?? [], scope, `client ${clientId}`);
  return {
    id: resolveText({ Ref: pool }, scope, `user pool ${pool}`),
    clientId: resolveText({ Ref: clientId }, scope, `client ${clientId}`),
    flows: Array.isArray(flows) ? flows.map(String) : [],
  };
}

/** The issuer as the user pool is one: under its path, with the claims of an ID token. AWS: "Understanding the ID token". */
export function poolIssuer(issuer: Issuer, pool: UserPool): Issuer {
  const url = `${issuer.url}/${pool.id}`;
  return {
    ...issuer,
    url,
    audience: pool.clientId,
    jwksUri: `${url}/.well-known/jwks.json`,
    sign: (user, options = {}) =>
      issuer.sign(user, {
        ...options,
        claims: {
          iss: url,
          aud: pool.clientId,
          token_use: 'id',
          'cognito:username': user.username,
          preferred_username: undefined,
          email_verified: true,
          'custom:user_type': user.userType,
          ...options.claims,
        },
      }),
  };
}
