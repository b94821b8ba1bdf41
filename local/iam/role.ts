import { resolve } from '../intrinsics.ts';
import { property } from '../object.ts';
import type { Scope } from '../scope.ts';
import { readStatements, type Statement } from './statement.ts';

/** A role of the template with the statements of all its policies. */
export interface Role {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** AWS managed policies that only grant logging. In the local stack, functions need no grant to log. */
const loggingPolicies = ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'];

/**
 * Reads the role with this ARN: its inline policies and every policy that is attached to it.
 * @throws if the template has no such role, or a policy uses something that is not supported
 */
export function readRole(roleArn: string, scope: Scope): Role {
  for (const [id, { properties }] of scope.ofType('AWS::IAM::Role')) {
    if (scope.attribute(id, 'Arn') !== roleArn) continue;
    if (properties['PermissionsBoundary'] !== undefined) {
      throw unreadableRole(`${id} has a permissions boundary, which is not supported`, 'Remove it.');
    }
    const name = scope.physicalName(id);
    const statements = [
      ...inlineStatements(properties['Policies'], id, scope),
      ...attachedStatements(name, scope),
      ...managedStatements(properties['ManagedPolicyArns'], id, scope),
    ];
    return { name, statements };
  }
  throw unreadableRole(`the template has no role ${roleArn}`, 'Let the app create it.');
}

function inlineStatements(policies: unknown, roleId: string, scope: Scope): readonly Statement[] {
  const resolved = resolve(policies ?? [], scope, `role ${roleId}, Policies`);
  if (!Array.isArray(resolved)) throw unreadableRole(`the Policies of ${roleId} are not a list`);
  return resolved.flatMap((policy: unknown) =>
    readStatements(property(policy, 'PolicyDocument'), `role ${roleId}`),
  );
}

/** Returns the statements of policies that list the role in their own `Roles` property. */
function attachedStatements(roleName: string, scope: Scope): readonly Statement[] {
  const policies = scope.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy');
  return [...policies].flatMap(([id, { properties }]) => {
    const roles = resolve(properties['Roles'] ?? [], scope, `policy ${id}, Roles`);
    if (!Array.isArray(roles) || !roles.includes(roleName)) return [];
    return policyStatements(id, properties['PolicyDocument'], scope);
  });
}

function managedStatements(arns: unknown, roleId: string, scope: Scope): readonly Statement[] {
  const resolved = resolve(arns ?? [], scope, `role ${roleId}, ManagedPolicyArns`);
  if (!Array.isArray(resolved)) throw unreadableRole(`the ManagedPolicyArns of ${roleId} are not a list`);
  return resolved.flatMap((arn: unknown) => {
    const own = [...scope.ofType('AWS::IAM::ManagedPolicy')].find(([id]) => scope.ref(id) === arn);
    if (own !== undefined) return policyStatements(own[0], own[1].properties['PolicyDocument'], scope);
    if (loggingPolicies.includes(String(arn))) return [];
    throw unreadableRole(
      `the local stack does not know the managed policy ${String(arn)} of ${roleId}`,
      'Grant the permissions in a statement of your own.',
    );
  });
}

function policyStatements(policyId: string, document: unknown, scope: Scope): readonly Statement[] {
  return readStatements(resolve(document, scope, `policy ${policyId}`), `policy ${policyId}`);
}

function unreadableRole(reason: string, advice = 'Correct the template.'): Error {
  return new Error(`Could not read a role: ${reason}. ${advice}`);
}
