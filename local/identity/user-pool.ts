import { resolve, resolveText } from '../intrinsics.ts';
import { isObject, strings } from '../object.ts';
import type { Scope } from '../scope.ts';
import type { Issuer } from './issuer.ts';

/** The template's Cognito user pool and its app client. */
export interface UserPool {
  readonly id: string;
  readonly clientId: string;
  /** The client's ExplicitAuthFlows. */
  readonly flows: readonly string[];
  readonly policy: PasswordPolicy;
  /** Whether users who forgot their password get a code. */
  readonly sendsCodes: boolean;
  /** The attributes that each user must have. */
  readonly requiredAttributes: readonly string[];
}

/** The rules for new passwords. */
export interface PasswordPolicy {
  readonly minLength: number;
  readonly lowercase: boolean;
  readonly uppercase: boolean;
  readonly numbers: boolean;
  readonly symbols: boolean;
}

/**
 * Reads the user pool, or returns null if the template has none. The pool may belong to an earlier stack: then only its
 * client is in the template.
 * @throws if there are several pools, or not exactly one client
 */
export function readUserPool(scope: Scope): UserPool | null {
  const pools = [...scope.ofType('AWS::Cognito::UserPool')];
  const clients = [...scope.ofType('AWS::Cognito::UserPoolClient')];
  const [client] = clients;
  if (pools.length === 0 && client === undefined) return null;
  if (pools.length > 1 || client === undefined || clients.length > 1) {
    const reason = `the template has ${pools.length} user pools and ${clients.length} clients`;
    throw new Error(
      `Could not read the user pool: ${reason}. The local stack runs one pool with one client.`,
    );
  }
  const [clientId, { properties }] = client;
  const [poolName = '', pool] = pools[0] ?? [];
  return {
    id: resolveText(properties['UserPoolId'], scope, `client ${clientId}`),
    clientId: resolveText({ Ref: clientId }, scope, `client ${clientId}`),
    flows: strings(resolve(properties['ExplicitAuthFlows'], scope, `client ${clientId}`)),
    ...readPoolRules((name) => resolve(pool?.properties[name] ?? {}, scope, `user pool ${poolName}`)),
  };
}

const objectOf = (value: unknown) => (isObject(value) ? value : {});
const listOf = (value: unknown) => (Array.isArray(value) ? value.map(objectOf) : []);

type PoolRules = Pick<UserPool, 'policy' | 'sendsCodes' | 'requiredAttributes'>;

/** Reads the rules of a pool from its properties. A pool of another stack gets lenient rules. */
function readPoolRules(property: (name: string) => unknown): PoolRules {
  const policy = objectOf(objectOf(property('Policies'))['PasswordPolicy']);
  const mechanisms = listOf(objectOf(property('AccountRecoverySetting'))['RecoveryMechanisms']);
  return {
    policy: {
      minLength: Number(policy['MinimumLength'] ?? 8),
      lowercase: policy['RequireLowercase'] === true,
      uppercase: policy['RequireUppercase'] === true,
      numbers: policy['RequireNumbers'] === true,
      symbols: policy['RequireSymbols'] === true,
    },
    sendsCodes: !mechanisms.some(({ Name }) => Name === 'admin_only'),
    requiredAttributes: listOf(property('Schema')).flatMap(({ Name, Required }) =>
      Required === true ? [String(Name)] : [],
    ),
  };
}

/** Returns the issuer with the user pool's URL and Cognito's claims (AWS: "Understanding the ID token"). */
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
          'custom:user_type': user.userType,
          ...options.claims,
        },
      }),
  };
}
