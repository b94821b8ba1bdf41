import { matchesWildcard } from '../iam/wildcard.ts';
import { resolve, resolveText } from '../intrinsics.ts';
import type { Scope } from '../scope.ts';

/** An AWS::Lambda::Permission: who may invoke a function, from where. */
export interface Permission {
  /** The function's name or ARN. */
  readonly functionName: string;
  readonly principal: string;
  /** Null: from anywhere. */
  readonly sourceArn: string | null;
}

/** The template's resource policies; throws one clear line for an element that is not evaluated here. */
export function readPermissions(scope: Scope): readonly Permission[] {
  return [...scope.ofType('AWS::Lambda::Permission')].map(([id, { properties }]) => {
    const where = `permission ${id}`;
    const action = resolveText(properties['Action'], scope, where);
    if (action !== 'lambda:InvokeFunction') {
      throw new Error(
        `Permission was not read: ${id} allows ${action}; the local stack knows lambda:InvokeFunction only`,
      );
    }
    const source = resolve(properties['SourceArn'], scope, where);
    return {
      functionName: resolveText(properties['FunctionName'], scope, where),
      principal: resolveText(properties['Principal'], scope, where),
      sourceArn: typeof source === 'string' ? source : null,
    };
  });
}

/** Whether the function's resource policy lets `principal` invoke it on behalf of `sourceArn`. */
export function mayInvoke(
  permissions: readonly Permission[],
  functionName: string,
  principal: string,
  sourceArn: string,
): boolean {
  return permissions.some(
    (permission) =>
      (permission.functionName === functionName ||
        permission.functionName.endsWith(`:function:${functionName}`)) &&
      permission.principal === principal &&
      (permission.sourceArn === null || matchesWildcard(permission.sourceArn, sourceArn)),
  );
}
