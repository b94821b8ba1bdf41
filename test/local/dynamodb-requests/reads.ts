import { key, L, N, query, repeat, S, sample } from './inputs.ts';
import { accepts, type Fields, invalid, type Refusal, type RequestCase, refuses } from './request-case.ts';

const count = (parameters: Fields) => ofSample({ Select: 'COUNT', ...parameters });
const ofSample = ({ values, ...parameters }: { readonly values?: Fields } & Fields) =>
  query('room = :room', { values: { ':room': S('sample'), ...values }, ...parameters });
const one = { Count: 1, ScannedCount: 1 };

const limitTooLow = (value: number) =>
  invalid(
    `1 validation error detected: Value '${value}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    'Limit must be greater than or equal to 1',
  );
/** DynamoDB Local fails with a 500 for a number that is no 32-bit integer. */
const limitTooHigh: Refusal = {
  error: 'SerializationException',
  message: /cannot be converted to Integer$/,
  local: { error: 'InternalFailure', message: /./ },
};

const limitCases = [
  accepts('the Limit 1', 'Query', count({ Limit: 1 }), { output: { ...one, LastEvaluatedKey: key } }),
  accepts('the Limit 2,147,483,647', 'Query', count({ Limit: 2_147_483_647 }), { output: one }),
  ...[0, -1].flatMap((Limit) => [
    refuses(`the Limit ${Limit}`, 'Query', count({ Limit }), limitTooLow(Limit)),
    refuses(`the Limit ${Limit}`, 'Scan', { TableName: 'plain', Limit }, limitTooLow(Limit)),
  ]),
  ...[2_147_483_648, 4_294_967_296, 1e20].flatMap((Limit) => [
    refuses(`the Limit ${Limit}`, 'Query', count({ Limit }), limitTooHigh),
    refuses(`the Limit ${Limit}`, 'Scan', { TableName: 'plain', Limit }, limitTooHigh),
  ]),
];

const v = S('sample');
const w = S('1');
const missedKey = (name: string) =>
  invalid(`Query condition missed key schema element: ${name}`, 'Query condition missed key schema element');
const operator = (name: string) => invalid(`Invalid operator used in KeyConditionExpression: ${name}`);
const notSupported = invalid('Query key condition not supported');
const wrongType = invalid(
  'One or more parameter values were invalid: Condition parameter type does not match schema type',
);

const keyConditions: readonly (readonly [string, readonly Fields[], number])[] = [
  ['room = :v', [v], 1],
  [':v = room', [v], 1],
  ['part = :w AND room = :v', [v, w], 1],
  ['(room = :v) AND (part = :w)', [v, w], 1],
  ['(room = :v AND part = :w)', [v, w], 1],
  ['room = :v AND begins_with(part, :w)', [v, w], 1],
  ['room = :v AND part BETWEEN :w AND :w', [v, w], 1],
  ['room = :v AND part > :w', [v, w], 0],
  ['room = :v AND :w <= part', [v, w], 1],
];

const wrongKeyConditions: readonly (readonly [string, readonly Fields[], Refusal])[] = [
  ['part = :w', [v, w].slice(1), missedKey('room')],
  ['room = :v AND title = :w', [v, w], missedKey('part')],
  ['room <> :v', [v], operator('<>')],
  ['room = :v AND part <> :w', [v, w], operator('<>')],
  ['room = :v OR part = :w', [v, w], operator('OR')],
  ['NOT room = :v', [v], operator('NOT')],
  ['room IN (:v)', [v], operator('IN')],
  ['room = :v AND contains(part, :w)', [v, w], operator('contains')],
  ['room = :v AND attribute_exists(part)', [v], operator('attribute_exists')],
  ['room < :v', [v], notSupported],
  ['begins_with(room, :v)', [v], notSupported],
  [
    'room = :v AND room = :w',
    [v, w],
    invalid('KeyConditionExpressions must only contain one condition per key'),
  ],
  [
    'room = :v AND part > :w AND part < :w',
    [v, w],
    invalid('KeyConditionExpressions must only contain one condition per key'),
  ],
  [
    'room = :v AND size(part) = :w',
    [v, N(1)],
    invalid('KeyConditionExpressions cannot contain nested operations'),
  ],
  [
    'room = :v AND begins_with(:w, part)',
    [v, w],
    invalid(
      'Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand',
    ),
  ],
  [
    'room = :v AND part = room',
    [v],
    invalid('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition'),
  ],
  ['room = :v', [N(1)], wrongType],
  ['room = :v AND part = :w', [v, N(1)], wrongType],
  [
    'room = :v AND part BETWEEN :v AND :w',
    [v, w],
    invalid(
      /^Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound/,
    ),
  ],
];

function keyCondition(expression: string, values: readonly Fields[]) {
  const names = expression.includes(':v') ? [':v', ':w'] : [':w'];
  const entries = values.map((value, index) => [names[index], value]);
  return query(expression, { values: Object.fromEntries(entries), Select: 'COUNT' });
}

const byUser = ({ values, ...parameters }: { readonly values?: Fields } & Fields) =>
  query('#user = :user', {
    values: { ':user': S('alice'), ...values },
    names: { '#user': 'user', ...Object(parameters['names']) },
    IndexName: 'by-user',
    ...Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== 'names')),
  });
const indexed = { ...key, user: S('alice') };

const startKey = (ExclusiveStartKey: Fields) => count({ ExclusiveStartKey });
const wrongStart = (reason: string | RegExp, ...local: readonly string[]) => invalid(reason, ...local);
const startSize = "Exclusive Start Key must have same size as table's key schema";

const indexCases = [
  accepts('an index', 'Query', byUser({}), { output: { Items: [indexed], ...one } }),
  accepts('an index with a Limit', 'Query', byUser({ Limit: 1 }), {
    output: { Items: [indexed], ...one, LastEvaluatedKey: indexed },
  }),
  accepts(
    'a start key of an index',
    'Query',
    byUser({ ExclusiveStartKey: { ...indexed, room: S('a') }, Select: 'COUNT' }),
    { output: one },
  ),
  accepts(
    'a filter on a key of the table in an index',
    'Query',
    byUser({ FilterExpression: 'part = :part', values: { ':part': S('2') } }),
    { output: { Items: [], Count: 0, ScannedCount: 1 } },
  ),
  refuses(
    'a consistent read of an index',
    'Query',
    byUser({ ConsistentRead: true }),
    invalid(
      'Consistent reads are not supported on global secondary indexes',
      'Consistent read cannot be true when querying a GSI',
    ),
  ),
  refuses(
    'an unknown index',
    'Query',
    byUser({ IndexName: 'by-room' }),
    invalid('The table does not have the specified index: by-room'),
  ),
  refuses(
    'all attributes of an index that has only keys',
    'Query',
    byUser({ Select: 'ALL_ATTRIBUTES' }),
    invalid(
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index by-user because its projection type is not ALL',
    ),
  ),
  refuses(
    'a projection that the index does not have',
    'Query',
    byUser({ ProjectionExpression: 'part, #title', names: { '#title': 'title' } }),
    invalid(
      'One or more parameter values were invalid: Global secondary index by-user does not project [title]',
    ),
  ),
  refuses(
    'a filter that the index does not have',
    'Query',
    byUser({ FilterExpression: 'attribute_exists(#title)', names: { '#title': 'title' } }),
    invalid(
      'One or more parameter values were invalid: Secondary index by-user does not project one or more filter attributes: [title]',
    ),
  ),
  refuses(
    'a filter on a key of the index',
    'Query',
    byUser({ FilterExpression: 'attribute_exists(room)' }),
    invalid('Filter Expression can only contain non-primary key attributes: Primary key attribute: room'),
  ),
];

const projected = { title: S('abc'), steps: L(S('two')), place: { M: { b: N(2) } } };
const projection = {
  ProjectionExpression: '#title, #steps[1], #place.b, absent, #place.zz',
  names: { '#title': 'title', '#steps': 'steps', '#place': 'place' },
};
const get = (more: Fields) => ({ TableName: 'items', Key: key, ...more });
const namedGet = ({ names, ...more }: Fields) =>
  get({ ...more, ...(names !== undefined && { ExpressionAttributeNames: names }) });
const overlap = (message: string) => invalid(`Invalid ProjectionExpression: Two document paths ${message}`);
const noTable: Refusal = {
  error: 'ResourceNotFoundException',
  message: 'Requested resource not found',
  local: ['Cannot do operations on a non-existent table'],
};
const tableName =
  "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'";

export const readCases: readonly RequestCase[] = [
  ...limitCases,
  ...keyConditions.map(([expression, values, found]) =>
    accepts(expression, 'Query', keyCondition(expression, values), {
      output: { Count: found, ScannedCount: found },
    }),
  ),
  ...wrongKeyConditions.map(([expression, values, refusal]) =>
    refuses(`${expression} ${JSON.stringify(values)}`, 'Query', keyCondition(expression, values), refusal),
  ),
  refuses(
    'no key condition',
    'Query',
    { TableName: 'items' },
    invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.'),
  ),
  ...indexCases,
  accepts('a start key', 'Query', startKey({ room: S('sample'), part: S('0') }), { output: one }),
  refuses(
    'a start key of another room',
    'Query',
    startKey({ room: S('absent'), part: S('1') }),
    wrongStart(
      'The provided starting key is outside query boundaries based on provided conditions',
      'The provided starting key does not match the range key predicate',
    ),
  ),
  refuses(
    'a start key without a sort key',
    'Query',
    startKey({ room: S('sample') }),
    wrongStart('The provided starting key is invalid', startSize),
  ),
  refuses(
    'a start key with a third attribute',
    'Query',
    startKey({ ...key, v: S('1') }),
    wrongStart('The provided starting key is invalid', startSize),
  ),
  refuses(
    'a start key of another type',
    'Query',
    startKey({ room: S('sample'), part: N(1) }),
    wrongStart(
      /^The provided (starting key is invalid|key element does not match)/,
      'Type mismatch for attribute to update',
    ),
  ),
  refuses(
    'an empty start key',
    'Query',
    startKey({ room: S('sample'), part: S('') }),
    wrongStart(/The AttributeValue for a key attribute cannot contain an empty string value/),
  ),
  accepts('a filter', 'Query', ofSample({ FilterExpression: 'score > :v', values: { ':v': N(9) } }), {
    output: { Items: [], Count: 0, ScannedCount: 1 },
  }),
  refuses(
    'a filter on a key',
    'Query',
    ofSample({ FilterExpression: 'part = :v', values: { ':v': S('1') } }),
    invalid('Filter Expression can only contain non-primary key attributes: Primary key attribute: part'),
  ),
  accepts('a projection', 'Query', ofSample(projection), { output: { Items: [projected], ...one } }),
  refuses(
    'COUNT with a projection',
    'Query',
    count({ ProjectionExpression: 'part' }),
    invalid('Cannot specify the ProjectionExpression when choosing to get only the Count'),
  ),
  refuses(
    'ALL_ATTRIBUTES with a projection',
    'Query',
    ofSample({ Select: 'ALL_ATTRIBUTES', ProjectionExpression: 'part' }),
    invalid('Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES'),
  ),
  refuses(
    'SPECIFIC_ATTRIBUTES without a projection',
    'Query',
    ofSample({ Select: 'SPECIFIC_ATTRIBUTES' }),
    invalid(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    ),
  ),
  refuses(
    'ALL_PROJECTED_ATTRIBUTES without an index',
    'Query',
    ofSample({ Select: 'ALL_PROJECTED_ATTRIBUTES' }),
    invalid('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName'),
  ),

  accepts('a projection', 'GetItem', namedGet(projection), { output: { Item: projected } }),
  accepts(
    'two elements of a list, and returns them in the order of the list',
    'GetItem',
    namedGet({ ProjectionExpression: '#steps[2], #steps[0]', names: { '#steps': 'steps' } }),
    { output: { Item: { steps: L(N(1), N(3)) } } },
  ),
  accepts('a projection of nothing', 'GetItem', get({ ProjectionExpression: 'absent' }), {
    output: { Item: {} },
  }),
  accepts('the key of no item', 'GetItem', get({ Key: { room: S('absent'), part: S('1') } }), { output: {} }),
  accepts('a consistent read', 'GetItem', get({ ConsistentRead: true }), { output: { Item: sample } }),
  refuses(
    'a path and its part',
    'GetItem',
    get({ ProjectionExpression: 'v, v.w' }),
    overlap(
      'overlap with each other; must remove or rewrite one of these paths; path one: [v], path two: [v, w]',
    ),
  ),
  refuses(
    'a repeated path',
    'GetItem',
    get({ ProjectionExpression: 'v, v' }),
    overlap(
      'overlap with each other; must remove or rewrite one of these paths; path one: [v], path two: [v]',
    ),
  ),
  refuses(
    'a list and a map in one path',
    'GetItem',
    get({ ProjectionExpression: 'v[0], v.w' }),
    overlap(
      'conflict with each other; must remove or rewrite one of these paths; path one: [v, [0]], path two: [v, w]',
    ),
  ),
  refuses(
    'a part of a key',
    'GetItem',
    get({ ProjectionExpression: 'room.v' }),
    invalid(/^Key attributes must be scalars; .*: Key: room$/),
  ),
  refuses('an unknown table', 'GetItem', get({ TableName: 'unknown' }), noTable),
  refuses('an unknown table', 'PutItem', { TableName: 'unknown', Item: key }, noTable),
  refuses('an unknown table', 'Query', ofSample({ TableName: 'unknown' }), noTable),
  ...['ab', 'a b c', repeat(256)].map((name) =>
    refuses(
      `the table name "${name.slice(0, 5)}"`,
      'GetItem',
      get({ TableName: name }),
      invalid(/at 'tableName' failed to satisfy constraint/, tableName),
    ),
  ),
  refuses(
    'no key',
    'GetItem',
    { TableName: 'items' },
    invalid(
      /at 'key' failed to satisfy constraint: Member must not be null$/,
      'Cannot have null key for GetItem, DeleteItem, or UpdateItem',
    ),
  ),
  refuses(
    'no item',
    'PutItem',
    { TableName: 'items' },
    invalid(
      /at 'item' failed to satisfy constraint: Member must not be null$/,
      'Item to put in PutItem cannot be null',
    ),
  ),
];
