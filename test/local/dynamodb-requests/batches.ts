import { key, listOf, N, S, sample } from './inputs.ts';
import { accepts, type Fields, invalid, type Refusal, type RequestCase, refuses } from './request-case.ts';

const keys = (count: number) => listOf(count, (index) => ({ room: S('batch'), part: S(String(index)) }));
const numberKeys = (count: number) => listOf(count, (index) => ({ room: S('batch'), part: N(index) }));
const get = (Keys: readonly Fields[], more: Fields = {}) => ({ RequestItems: { items: { Keys, ...more } } });
const write = (...items: readonly Fields[]) => ({ RequestItems: { items } });
const put = (Item: Fields) => ({ PutRequest: { Item } });
const remove = (Key: Fields) => ({ DeleteRequest: { Key } });

const none = { Responses: { items: [] }, UnprocessedKeys: {} };
const written = { UnprocessedItems: {} };
const duplicates = invalid('Provided list of item keys contains duplicates');
const tooManyGets = 'Too many items requested for the BatchGetItem call';
const tooManyWrites = 'Too many items requested for the BatchWriteItem call';
const constraint = (path: string, rule: RegExp) =>
  new RegExp(`at '${path}' failed to satisfy constraint: ${rule.source}`);
const noTable: Refusal = {
  error: 'ResourceNotFoundException',
  message: 'Requested resource not found',
  local: ['Cannot do operations on a non-existent table'],
};
const kinds = invalid(
  'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
);

export const batchCases: readonly RequestCase[] = [
  accepts('100 keys', 'BatchGetItem', get(keys(100)), { output: none }),
  refuses(
    '101 keys',
    'BatchGetItem',
    get(keys(101)),
    invalid(
      constraint('requestItems.items.member.keys', /Member must have length less than or equal to 100/),
      tooManyGets,
    ),
  ),
  refuses(
    '101 keys of two tables',
    'BatchGetItem',
    { RequestItems: { items: { Keys: keys(51) }, numbers: { Keys: numberKeys(50) } } },
    invalid(tooManyGets),
  ),
  refuses(
    'no keys',
    'BatchGetItem',
    get([]),
    invalid(
      constraint('requestItems.items.member.keys', /Member must have length greater than or equal to 1/),
      'The list of keys in RequestItems for BatchGetItem is required: items has empty list',
    ),
  ),
  refuses(
    'no tables',
    'BatchGetItem',
    { RequestItems: {} },
    invalid(
      constraint('requestItems', /Member must have length greater than or equal to 1/),
      'BatchGetItem must have some requests set',
    ),
  ),
  refuses(
    'null for a table',
    'BatchGetItem',
    { RequestItems: { items: null } },
    invalid(/^The list of keys in RequestItems for BatchGetItem is required/),
  ),
  refuses('a repeated key', 'BatchGetItem', get([key, key]), duplicates),
  refuses('an unknown table', 'BatchGetItem', { RequestItems: { unknown: { Keys: [key] } } }, noTable),
  refuses(
    'an unused name',
    'BatchGetItem',
    get([key], { ProjectionExpression: 'part', ExpressionAttributeNames: { '#v': 'v' } }),
    invalid('Value provided in ExpressionAttributeNames unused in expressions: keys: {#v}'),
  ),
  accepts('a projection', 'BatchGetItem', get([key], { ProjectionExpression: 'part, title' }), {
    output: { Responses: { items: [{ part: key.part, title: sample.title }] }, UnprocessedKeys: {} },
  }),

  accepts('25 puts', 'BatchWriteItem', write(...keys(25).map(put)), { output: written }),
  accepts('25 deletes', 'BatchWriteItem', write(...keys(25).map(remove)), { output: written }),
  refuses(
    '26 puts',
    'BatchWriteItem',
    write(...keys(26).map(put)),
    invalid(/Member must have length less than or equal to 25/, tooManyWrites),
  ),
  refuses(
    '26 puts into two tables',
    'BatchWriteItem',
    { RequestItems: { items: keys(13).map(put), numbers: numberKeys(13).map(put) } },
    invalid(tooManyWrites),
  ),
  refuses(
    'no requests',
    'BatchWriteItem',
    write(),
    invalid(
      /Member must have length greater than or equal to 1/,
      'The batch write request list for a table cannot be null or empty: items',
    ),
  ),
  refuses(
    'no tables',
    'BatchWriteItem',
    { RequestItems: {} },
    invalid(
      constraint('requestItems', /Member must have length greater than or equal to 1/),
      'BatchWriteItem cannot have a null or no requests set',
    ),
  ),
  refuses('two puts of one item', 'BatchWriteItem', write(put(key), put(key)), duplicates),
  refuses('a put and a delete of one item', 'BatchWriteItem', write(put(key), remove(key)), duplicates),
  refuses('a request that is neither put nor delete', 'BatchWriteItem', write({}), kinds),
  refuses(
    'a request that is put and delete',
    'BatchWriteItem',
    write({ ...put(key), ...remove({ room: S('batch'), part: S('1') }) }),
    kinds,
  ),
  refuses('an unknown table', 'BatchWriteItem', { RequestItems: { unknown: [put(key)] } }, noTable),
  refuses(
    'an empty set',
    'BatchWriteItem',
    write(put({ ...key, v: { SS: [] } })),
    invalid('One or more parameter values were invalid: An string set  may not be empty'),
  ),
  refuses(
    'a put without an item',
    'BatchWriteItem',
    write({ PutRequest: {} }),
    invalid(
      /putRequest.item' failed to satisfy constraint: Member must not be null$/,
      'The supplied Item contains a null AttributeValue',
    ),
  ),
];
