import { resolve } from '../intrinsics.ts';
import { isObject } from '../object.ts';
import type { Scope } from '../scope.ts';
import { readStatements, type Statement } from './statement.ts';

/** A role of the template with all that its policies say. */
export interface Role {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** AWS's own managed policies that may be attached; what they allow beyond logs has to be written here. */
const awsPolicies: Readonly<Record<string, readonly Statement[]>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': [
    {
      effect: 'Allow',
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: ['*'],
    },
  ],
};

/**
 * The role with this ARN: inline policies, AWS::IAM::Policy and AWS::IAM::ManagedPolicy alike.
 * Throws one clear line for a role that the template does not have, or a policy that cannot be evaluated.
 */
export function readRole(roleArn: string, scope: Scope): Role {
  for (const [id, role] of scope.ofType('AWS::IAM::Role')) {
    if (scope.attribute(id, 'Arn') !== roleArn) continue;
    if (role.properties['PermissionsBoundary'] !== undefined) {
      throw new Error(
        `Role was not read: ${id} has a permissions boundary, which the local stack does not evaluate; do without it`,
      );
    }
    const name = scope.physicalName(id);
    const statements = [
      ...inlineStatements(role.properties['Policies'], id, scope),
      ...attachedStatements(name, scope),
      ...managedStatements(role.properties['ManagedPolicyArns'], id, scope),
    ];
    return { name, statements };
  }
  throw new Error(`Role was not read: the template has no role ${roleArn}; let the app create it`);
}

function inlineStatements(policies: unknown, roleId: string, scope: Scope): readonly Statement[] {
  const resolved = resolve(policies ?? [], scope, `role ${roleId}, Policies`);
  if (!Array.isArray(resolved)) throw new Error(`Role was not read: Policies of ${roleId} is not a list`);
  return resolved.flatMap((policy: unknown) =>
    readStatements(isObject(policy) ? policy['PolicyDocument'] : undefined, `role ${roleId}`),
  );
}

/** Policies that name the role, rather than being named by it. */
function attachedStatements(roleName: string, scope: Scope): readonly Statement[] {
  const policies = scope.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy');
  return [...policies].flatMap(([id, policy]) => {
    const roles = resolve(policy.properties['Roles'] ?? [], scope, `policy ${id}, Roles`);
    if (!Array.isArray(roles) || !roles.includes(roleName)) return [];
    return documentOf(id, policy.properties['PolicyDocument'], scope);
  });
}

function managedStatements(arns: unknown, roleId: string, scope: Scope): readonly Statement[] {
  const resolved = resolve(arns ?? [], scope, `role ${roleId}, ManagedPolicyArns`);
  if (!Array.isArray(resolved))
    throw new Error(`Role was not read: ManagedPolicyArns of ${roleId} is not a list`);
  return resolved.flatMap((arn: unknown) => {
    const own = [...scope.ofType('AWS::IAM::ManagedPolicy')].find(([id]) => scope.ref(id) === arn);
    if (own !== undefined) return documentOf(own[0], own[1].properties['PolicyDocument'], scope);
    const statements = awsPolicies[String(arn)];
    if (statements !== undefined) return statements;
    throw new Error(
      `Role was not read: ${roleId} has the managed policy ${String(arn)}, which the local stack does not know; ` +
        'grant what is needed in an own statement',
    );
  });
}

function documentOf(policyId: string, document: unknown, scope: Scope): readonly Statement[] {
  return readStatements(resolve(document, scope, `policy ${policyId}`), `policy ${policyId}`);
}
