import { isDeepStrictEqual } from 'node:util';
import { resolve } from '../intrinsics.ts';
import { isObject } from '../object.ts';
import type { Scope } from '../scope.ts';
import type { Database } from './database.ts';

/** A table of the template, with the properties that CreateTable needs. */
export interface TableDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly attributeDefinitions: readonly unknown[];
  readonly keySchema: readonly unknown[];
  readonly indexes: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Reads the template's tables.
 * @throws if a table has no key, or a local secondary index
 */
export function readTables(scope: Scope): readonly TableDefinition[] {
  const tables = scope.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable');
  return [...tables].map(([logicalId, { properties }]) => {
    const name = scope.physicalName(logicalId);
    const list = (property: string): readonly unknown[] => {
      const value = resolve(properties[property] ?? [], scope, `table ${name}, ${property}`);
      if (Array.isArray(value)) return value;
      throw new Error(`Could not read table ${name}: ${property} is not a list. Correct the template.`);
    };
    if (list('LocalSecondaryIndexes').length > 0) {
      throw new Error(`Could not read table ${name}: it has a local index. Use a global one.`);
    }
    if (list('KeySchema').length === 0) {
      throw new Error(`Could not read table ${name}: it has no KeySchema. Correct the template.`);
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

/**
 * Creates the tables that do not exist yet.
 * @throws if a table exists with other keys or indexes
 */
export async function createTables(database: Database, tables: readonly TableDefinition[]): Promise<void> {
  await Promise.all(tables.map((table) => createTable(database, table)));
}

async function createTable(database: Database, table: TableDefinition): Promise<void> {
  const described = await call(database, 'DescribeTable', { TableName: table.name });
  const existing = described['Table'];
  if (isObject(existing)) return compare(table, existing);
  const created = await call(database, 'CreateTable', {
    TableName: table.name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: table.attributeDefinitions,
    KeySchema: table.keySchema,
    ...(table.indexes.length > 0 && { GlobalSecondaryIndexes: table.indexes.map(indexDefinition) }),
  });
  if (!isObject(created['TableDescription'])) {
    const reason = created['message'] ?? created['Message'] ?? created['__type'];
    throw new Error(`Could not create table ${table.name}: ${String(reason)}. Correct the template.`);
  }
  await waitUntilActive(database, table.name);
}

/** A new table accepts items only after it becomes active. */
async function waitUntilActive(database: Database, name: string): Promise<void> {
  for (let attempts = 0; attempts < 500; attempts += 1) {
    const { Table: table } = await call(database, 'DescribeTable', { TableName: name });
    if (isObject(table) && table['TableStatus'] === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, attempts < 20 ? 1 : 20));
  }
  throw new Error(`Could not create table ${name}: it does not become active. Check the database.`);
}

function compare(table: TableDefinition, existing: Readonly<Record<string, unknown>>): void {
  const indexes = existing['GlobalSecondaryIndexes'];
  const before = byName(Array.isArray(indexes) ? indexes.filter(isObject) : []);
  const sameIndexes = isDeepStrictEqual(before, byName(table.indexes));
  if (sameIndexes && isDeepStrictEqual(existing['KeySchema'], table.keySchema)) return;
  throw new Error(
    `Could not open table ${table.name}: its keys or indexes differ from the template's. ` +
      'Delete .local/ (or the --data directory) to start with new tables.',
  );
}

function byName(indexes: readonly Readonly<Record<string, unknown>>[]): ReadonlyMap<unknown, unknown> {
  return new Map(indexes.map((index) => [index['IndexName'], indexDefinition(index)]));
}

/** Returns an index without the status properties that DescribeTable adds. */
function indexDefinition(index: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    IndexName: index['IndexName'],
    KeySchema: index['KeySchema'],
    Projection: index['Projection'] ?? { ProjectionType: 'ALL' },
  };
}

async function call(
  database: Database,
  operation: string,
  input: Record<string, unknown>,
): Promise<Readonly<Record<string, unknown>>> {
  const body = Buffer.from(JSON.stringify(input));
  const reply = await database.send({ operation, input, body });
  const output: unknown = JSON.parse(reply.body.toString());
  return isObject(output) ? output : {};
}
