import { expect, test } from 'vitest';
import { tables as countedTables } from '../../bench/counting-database.ts';
import { synthesize } from './synthesize.ts';

const tables = synthesize().resources('AWS::DynamoDB::Table');

/** Returns the attribute names, partition key first. Throws for an attribute that is not a string. */
function keys(schema: unknown, definitions: unknown): readonly string[] {
  const types = new Map(
    (definitions as { AttributeName: string; AttributeType: string }[]).map((each) => [
      each.AttributeName,
      each.AttributeType,
    ]),
  );
  return (schema as { AttributeName: string; KeyType: string }[]).map(({ AttributeName, KeyType }) => {
    return `${AttributeName} ${types.get(AttributeName)} ${KeyType}`;
  });
}

function table(id: string) {
  const found = tables.find((each) => each.id === id);
  if (found === undefined) throw new Error(`Template has no table ${id}`);
  const { properties, deletionPolicy } = found;
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, ...rest } = properties;
  const indexes = (
    GlobalSecondaryIndexes as { IndexName: string; KeySchema: unknown; Projection: unknown }[]
  ).map((index) => ({
    name: index.IndexName,
    keys: keys(index.KeySchema, AttributeDefinitions),
    projection: index.Projection,
  }));
  return { keys: keys(KeySchema, AttributeDefinitions), indexes, rest, deletionPolicy };
}

test('creates two tables', () => {
  expect(tables.map(({ id }) => id)).toEqual(['TablesConnections', 'TablesChat']);
});

test('connections is keyed by room and by user, expires, and is deleted with the stack', () => {
  expect(table('TablesConnections')).toEqual({
    keys: ['room S HASH', 'connection S RANGE'],
    indexes: [
      {
        name: 'by-user',
        keys: ['user S HASH', 'connection S RANGE'],
        projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    rest: {
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    },
    deletionPolicy: 'Delete',
  });
});

test('chat has point-in-time recovery, and is retained once the stack exists', () => {
  expect(table('TablesChat')).toEqual({
    keys: ['room S HASH', 'item S RANGE'],
    indexes: [
      { name: 'by-user', keys: ['user S HASH', 'room S RANGE'], projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
    rest: {
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
    deletionPolicy: 'RetainExceptOnCreate',
  });
});

test('the tables of the counting bench have the same keys', () => {
  const own = { TablesConnections: 'connections', TablesChat: 'chat' };
  for (const [id, name] of Object.entries(own)) {
    const counted = countedTables.find((each) => each.name === name);
    const { indexes = [] } = counted ?? {};
    expect(keys(counted?.keySchema, counted?.attributeDefinitions)).toEqual(table(id).keys);
    expect(
      indexes.map((index) => ({
        name: index.IndexName,
        keys: keys(index.KeySchema, counted?.attributeDefinitions),
        projection: index.Projection,
      })),
    ).toEqual(table(id).indexes);
  }
});
