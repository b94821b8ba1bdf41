import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../object.ts';
import type { Database } from './database.ts';
import type { TableDefinition } from './table.ts';

/**
 * Creates the tables that the database does not have. Throws one clear line for a table that it has with
 * other keys or indexes.
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
    ...(table.indexes.length === 0 ? {} : { GlobalSecondaryIndexes: table.indexes.map(essence) }),
  });
  if (!isObject(created['TableDescription'])) {
    const why = created['message'] ?? created['Message'] ?? created['__type'];
    throw new Error(`Table ${table.name} was not created: ${String(why)}; mend the template`);
  }
  await untilActive(database, table.name);
}

/** A table takes items once it is active. */
async function untilActive(database: Database, name: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const { Table: table } = await call(database, 'DescribeTable', { TableName: name });
    if (isObject(table) && table['TableStatus'] === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, tries < 20 ? 1 : 20));
  }
  throw new Error(`Table ${name} was not created: it does not become active; look at the database`);
}

function compare(table: TableDefinition, existing: Readonly<Record<string, unknown>>): void {
  const indexes = existing['GlobalSecondaryIndexes'];
  const before = byName(Array.isArray(indexes) ? indexes.filter(isObject).map(essence) : []);
  const now = byName(table.indexes.map(essence));
  if (isDeepStrictEqual(existing['KeySchema'], table.keySchema) && isDeepStrictEqual(before, now)) return;
  throw new Error(
    `Table ${table.name} was not opened: its keys or indexes are not those of the template; ` +
      'delete .local/ (or the --data directory) to start anew',
  );
}

/** An index without what a database adds to its description. */
function essence(index: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    IndexName: index['IndexName'],
    KeySchema: index['KeySchema'],
    Projection: index['Projection'] ?? { ProjectionType: 'ALL' },
  };
}

function byName(indexes: readonly Readonly<Record<string, unknown>>[]): ReadonlyMap<unknown, unknown> {
  return new Map(indexes.map((index) => [index['IndexName'], index]));
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
