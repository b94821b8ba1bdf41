import { createRequire } from 'node:module';
import { type Store, type TableCallback, validationError } from 'dynalite/db/index.js';
import { isObject } from '../object.ts';
import { firstOf, type Item, itemSize, prepareItem } from './attribute-values.ts';
import { checkExpressions, checkOperations } from './check-expressions.ts';
import { checkAgainstTable, checkStoredItem, type StoredTable } from './check-table.ts';

type Fields = Readonly<Record<string, unknown>>;

/*
 * dynalite accepts some requests that DynamoDB refuses. This file adds the checks that dynalite does not have.
 * `test/local/dynamodb-requests` lists the requests, and runs them against this database and Amazon's DynamoDB Local.
 */

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw validationError(reason);
}

/** Returns an error that `embedded.ts` handles like those of dynalite. */
function notAnInteger(): Error {
  const Message = 'NUMBER_VALUE cannot be converted to Integer';
  const body = { __type: 'com.amazon.coral.service#SerializationException', Message };
  return Object.assign(new Error(Message), { statusCode: 400, body });
}

const MAX_LIMIT = 2 ** 31 - 1;
const MAX_BATCH_WRITES = 25;

/**
 * Checks a request before dynalite validates it.
 * @throws dynalite's error if DynamoDB refuses the request
 */
export function checkRequest(operation: string, input: Fields): void {
  const { Limit, ReturnValues, RequestItems, Key, Item, ExclusiveStartKey } = input;
  if (typeof Limit === 'number' && Limit > MAX_LIMIT) throw notAnInteger();
  if (operation === 'Query') refuse(checkSelect(input));
  if (operation === 'DeleteItem' && /^(ALL_NEW|UPDATED_OLD|UPDATED_NEW)$/.test(String(ReturnValues))) {
    refuse('ReturnValues can only be ALL_OLD or NONE');
  }
  if (isObject(RequestItems)) refuse(checkBatch(operation, RequestItems));
  for (const item of [Key, Item, ExclusiveStartKey]) if (isObject(item)) refuse(prepareItem(item));
  refuse(checkExpressions(input));
}

function checkSelect({
  Select,
  ProjectionExpression,
  AttributesToGet,
  IndexName,
}: Fields): string | undefined {
  const isProjected = ProjectionExpression !== undefined;
  const chosen = 'Cannot specify the ProjectionExpression when choosing to get';
  if (Select === 'COUNT' && isProjected) return `${chosen} only the Count`;
  if (Select === 'ALL_ATTRIBUTES' && isProjected) return `${chosen} ALL_ATTRIBUTES`;
  if (Select === 'SPECIFIC_ATTRIBUTES' && !isProjected && AttributesToGet === undefined) {
    return `Must specify the AttributesToGet or ProjectionExpression when choosing to get ${Select}`;
  }
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && IndexName === undefined) {
    return `${Select} can be used only when Querying using an IndexName`;
  }
  return undefined;
}

function checkBatch(operation: string, requests: Fields): string | undefined {
  const tables = Object.values(requests);
  if (operation === 'BatchGetItem') {
    return firstOf(tables, (request) => {
      if (!isObject(request)) return 'The list of keys in RequestItems for BatchGetItem is required';
      const keys = Array.isArray(request['Keys']) ? request['Keys'] : [];
      return firstOf(keys, prepareItem) ?? checkExpressions(request);
    });
  }
  const writes = tables.flatMap((table) => (Array.isArray(table) ? table : []));
  // dynalite limits the requests of each table, and DynamoDB those of all tables together.
  if (tables.length > 1 && writes.length > MAX_BATCH_WRITES) {
    return 'Too many items requested for the BatchWriteItem call';
  }
  return firstOf(writes, ({ PutRequest, DeleteRequest }) => {
    if (PutRequest && DeleteRequest) {
      const kinds = 'more than one datatypes set, must contain exactly one of the supported datatypes';
      return `Supplied AttributeValue has ${kinds}`;
    }
    const item: unknown = PutRequest?.Item ?? DeleteRequest?.Key;
    return isObject(item) ? prepareItem(item) : undefined;
  });
}

/** An assignment, removal, addition or deletion of an update expression. */
interface Section {
  readonly type: string;
  readonly path: readonly (string | number)[];
}

/**
 * Checks a request whose expressions dynalite has parsed. Sorts removals of list elements, which DynamoDB numbers as
 * they were before the update, and dynalite as they are after the earlier removals.
 * @throws dynalite's error if DynamoDB refuses the request
 */
export function checkParsedRequest(input: Fields): void {
  refuse(checkOperations(input));
  const updates = input['_updates'];
  if (!isObject(updates) || !Array.isArray(updates['sections'])) return;
  const sections: Section[] = updates['sections'];
  refuse(firstOf(sections, ({ path }) => checkIndexes(path)));
  const isElement = ({ type, path }: Section) => type === 'remove' && typeof path.at(-1) === 'number';
  if (!sections.some(isElement)) return;
  const last = ({ path }: Section) => Number(path.at(-1));
  const elements = sections.filter(isElement).sort((a, b) => last(b) - last(a));
  sections.splice(0, sections.length, ...sections.filter((each) => !isElement(each)), ...elements);
}

function checkIndexes(path: readonly (string | number)[]): string | undefined {
  const large = path.find((part) => typeof part === 'number' && part > MAX_LIMIT);
  if (large === undefined) return undefined;
  const reason = 'List index is not within the allowable range';
  return `Invalid UpdateExpression: ${reason}; index: [${large}]`;
}

/** Returns a store that checks the request as soon as dynalite reads the request's table. */
export function checkingStore(store: Store, input: Fields): Store {
  const checked = new Set<string>();
  const getTable = (name: string, ...options: readonly [TableCallback] | readonly [false, TableCallback]) => {
    const done = options.at(-1);
    const check: TableCallback = (error, table) => {
      if (typeof done !== 'function') return;
      if (table === undefined || checked.has(name)) return done(error, table);
      checked.add(name);
      const reason = checkAgainstTable(table, input);
      return reason === undefined ? done(null, table) : done(validationError(reason));
    };
    if (options.length === 1) store.getTable(name, check);
    else store.getTable(name, false, check);
  };
  return Object.assign(Object.create(store), { getTable });
}

type Done = (error?: unknown) => void;
type UpdateIndexes = (store: Store, table: StoredTable, old: unknown, item: unknown, done: Done) => void;

/** The functions of dynalite that its operations call through the module, so that they can be replaced. */
interface Replaceable {
  itemSize: (item: Item) => number;
  updateIndexes: UpdateIndexes;
  /** dynalite's own function, once it is replaced. */
  dynaliteUpdateIndexes?: UpdateIndexes;
}

/** Makes dynalite count sizes in bytes of UTF-8, and check each item before it stores it. Idempotent. */
export function patchDynalite(): void {
  const dynalite: Replaceable = createRequire(import.meta.url)('dynalite/db');
  const updateIndexes = dynalite.dynaliteUpdateIndexes ?? dynalite.updateIndexes;
  dynalite.dynaliteUpdateIndexes = updateIndexes;
  dynalite.itemSize = itemSize;
  dynalite.updateIndexes = (store, table, old, item, done) => {
    const reason = isObject(item) ? checkStoredItem(table, item as Item) : undefined;
    if (reason === undefined) updateIndexes(store, table, old, item, done);
    else done(validationError(reason));
  };
}
