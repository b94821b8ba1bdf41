import { isObject, property } from '../object.ts';
import { type AttributeValue, checkUpdated, firstOf, type Item } from './attribute-values.ts';

type Fields = Readonly<Record<string, unknown>>;

interface KeyPart {
  readonly AttributeName: string;
}

interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyPart[];
  readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: readonly string[] };
}

/** A table as dynalite stores it. */
export interface StoredTable {
  readonly TableName: string;
  readonly KeySchema: readonly KeyPart[];
  readonly GlobalSecondaryIndexes?: readonly Index[];
}

/** DynamoDB's limits. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_PARTITION_KEY_BYTES = 2_048;
const MAX_SORT_KEY_BYTES = 1_024;

const notValid = 'One or more parameter values are not valid.';
const invalid = 'One or more parameter values were invalid:';

/**
 * Checks a request against the keys and indexes of its table, where dynalite does not. Returns why DynamoDB refuses the
 * request, or undefined.
 * @param input a request that dynalite has parsed
 */
export function checkAgainstTable(table: StoredTable, input: Fields): string | undefined {
  const { Key, Item, RequestItems, IndexName } = input;
  const requests = property(RequestItems, table.TableName);
  if (requests !== undefined) return checkBatch(table, requests);
  if (isObject(Key)) return checkKey(table, Key as Item) ?? checkPaths(table, input);
  if (isObject(Item)) return checkItem(table, Item as Item) ?? checkPaths(table, input);
  if (!isObject(input['KeyConditions'])) return undefined;
  const index = table.GlobalSecondaryIndexes?.find((each) => each.IndexName === IndexName);
  const refused = checkConditions(index?.KeySchema ?? table.KeySchema, input['KeyConditions'], index);
  return refused ?? (index && checkProjected(table, index, input));
}

function checkBatch(table: StoredTable, requests: unknown): string | undefined {
  const keys = property(requests, 'Keys');
  if (Array.isArray(keys)) return firstOf(keys, (key) => checkKey(table, key));
  return firstOf(Array.isArray(requests) ? requests : [], (request) => {
    const item = property(request, 'PutRequest', 'Item');
    const key = property(request, 'DeleteRequest', 'Key');
    if (isObject(item)) return checkItem(table, item as Item);
    return isObject(key) ? checkKey(table, key as Item) : undefined;
  });
}

/** A condition must not read a part of a key. dynalite checks this for all other expressions. */
function checkPaths({ KeySchema }: StoredTable, input: Fields): string | undefined {
  const nested = property(input['_condition'], 'nestedPaths');
  if (!isObject(nested)) return undefined;
  return firstOf(KeySchema, ({ AttributeName: name }) => {
    if (!nested[name]) return undefined;
    const paths = "list random access '[]' and map lookup '.' are not allowed";
    return `Key attributes must be scalars; ${paths}: Key: ${name}`;
  });
}

/** Returns the bytes of a key value, or undefined if it is neither text nor binary. */
function sizeOf({ S, B }: AttributeValue): number | undefined {
  if (typeof S === 'string') return Buffer.byteLength(S);
  return typeof B === 'string' ? Buffer.byteLength(B, 'base64') : undefined;
}

const emptyKey = ({ B }: AttributeValue): string =>
  `The AttributeValue for a key attribute cannot contain an empty ${B === undefined ? 'string' : 'binary'} value.`;

function checkKey({ KeySchema }: StoredTable, key: Item): string | undefined {
  return firstOf([...KeySchema.entries()], ([position, { AttributeName: name }]) => {
    const value = key[name];
    const size = value && sizeOf(value);
    if (value === undefined || size === undefined) return undefined;
    if (size === 0) return `${notValid} ${emptyKey(value)} Key: ${name}`;
    if (position === 0 && size > MAX_PARTITION_KEY_BYTES) {
      // The missing space is DynamoDB's.
      return `${invalid} Size of hashkey has exceeded the maximum size limit of2048 bytes`;
    }
    if (position > 0 && size > MAX_SORT_KEY_BYTES) {
      return `${invalid} Aggregated size of all range keys has exceeded the size limit of 1024 bytes`;
    }
    return undefined;
  });
}

const checkItem = (table: StoredTable, item: Item): string | undefined =>
  checkKey(table, item) ?? checkIndexKeys(table.GlobalSecondaryIndexes ?? [], item, emptyIndexKey);

function emptyIndexKey(name: string, value: AttributeValue, { IndexName }: Index): string {
  const reason = 'A value specified for a secondary index key is not supported.';
  return `${notValid} ${reason} ${emptyKey(value)} IndexName: ${IndexName}, IndexKey: ${name}`;
}

function checkIndexKeys(
  indexes: readonly Index[],
  item: Item,
  emptyMessage: (name: string, value: AttributeValue, index: Index) => string,
): string | undefined {
  return firstOf(indexes, (index) =>
    firstOf([...index.KeySchema.entries()], ([position, { AttributeName: name }]) => {
      const value = item[name];
      const size = value && sizeOf(value);
      if (value === undefined || size === undefined) return undefined;
      if (size === 0) return emptyMessage(name, value, index);
      const limit = position === 0 ? MAX_PARTITION_KEY_BYTES : MAX_SORT_KEY_BYTES;
      return size > limit ? `${invalid} Size limit exceeded` : undefined;
    }),
  );
}

/** Returns why DynamoDB refuses to store an item, or undefined. Finds faults of items that an update has changed. */
export function checkStoredItem(table: StoredTable, item: Item): string | undefined {
  return (
    checkUpdated(item) ??
    checkIndexKeys(table.GlobalSecondaryIndexes ?? [], item, (_, value) => {
      const reason =
        'The update expression attempted to update a secondary index key to a value that is not supported.';
      return `${notValid} ${reason} ${emptyKey(value)}`;
    })
  );
}

function checkConditions(
  keySchema: readonly KeyPart[],
  conditions: Fields,
  index: Index | undefined,
): string | undefined {
  return firstOf(keySchema, ({ AttributeName: name }) => {
    const values = property(conditions[name], 'AttributeValueList');
    return firstOf(Array.isArray(values) ? values : [], (value) => {
      if (sizeOf(value) !== 0) return undefined;
      return index ? emptyIndexKey(name, value, index) : `${notValid} ${emptyKey(value)} Key: ${name}`;
    });
  });
}

/** dynalite returns items without the attributes that an index does not have. DynamoDB refuses such a request. */
function checkProjected(table: StoredTable, index: Index, input: Fields): string | undefined {
  const { ProjectionType, NonKeyAttributes = [] } = index.Projection;
  if (ProjectionType === 'ALL') return undefined;
  const keys = [...table.KeySchema, ...index.KeySchema].map(({ AttributeName }) => AttributeName);
  const projected = new Set([...keys, ...NonKeyAttributes]);
  const others = (names: readonly string[]) => names.filter((name) => !projected.has(name)).join(', ');
  const paths = property(input['_projection'], 'paths');
  const selected = others(Array.isArray(paths) ? paths.map((path) => String(path[0])) : []);
  if (selected !== '') {
    return `${invalid} Global secondary index ${index.IndexName} does not project [${selected}]`;
  }
  const filtered = others(Object.keys(Object(property(input['_filter'], 'pathHeads'))));
  if (filtered === '') return undefined;
  const missing = `does not project one or more filter attributes: [${filtered}]`;
  return `${invalid} Secondary index ${index.IndexName} ${missing}`;
}
