import { resolve } from '../intrinsics.ts';
import { isObject } from '../object.ts';
import type { Scope } from '../scope.ts';

/** A table of the template, as DynamoDB's CreateTable takes it. */
export interface TableDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly attributeDefinitions: readonly unknown[];
  readonly keySchema: readonly unknown[];
  readonly indexes: readonly Readonly<Record<string, unknown>>[];
}

/** The template's tables; throws one clear line for one that has no key. */
export function readTables(scope: Scope): readonly TableDefinition[] {
  const tables = scope.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable');
  return [...tables].map(([logicalId, { properties }]) => {
    const name = scope.physicalName(logicalId);
    const list = (property: string): readonly unknown[] => {
      const value = resolve(properties[property] ?? [], scope, `table ${name}, ${property}`);
      if (Array.isArray(value)) return value;
      throw new Error(`Table was not read: ${property} of ${name} is not a list; mend the template`);
    };
    if (list('LocalSecondaryIndexes').length > 0) {
      throw new Error(
        `Table was not read: ${name} has a local index, which is not run here; use a global one`,
      );
    }
    if (list('KeySchema').length === 0) {
      throw new Error(`Table was not read: ${name} has no KeySchema; mend the template`);
    }
    return {
      logicalId,
      name,
      arn: String(scope.attribute(logicalId, 'Arn')),
      attributeDefinitions: list('AttributeDefinitions'),
      keySchema: list('KeySchema'),
      indexes: list('GlobalSecondaryIndexes').filter(isObject),
    };
  });
}
