import { key, listOf, N, query, repeat, S, update, when } from './inputs.ts';
import { accepts, type Fields, invalid, type RequestCase, refuses } from './request-case.ts';

const one = { ':v': N(1) };
const nowhere = { ':v': S('nowhere') };
const get = (projection: string, names?: Readonly<Record<string, string>>) => ({
  TableName: 'items',
  Key: key,
  ProjectionExpression: projection,
  ...(names && { ExpressionAttributeNames: names }),
});

/** An expression of each kind in a request. */
const kinds: readonly (readonly [string, string, string, (expression: string) => Fields])[] = [
  ['UpdateExpression', 'UpdateItem', 'SET v = :v', (expression) => update(expression, { values: one })],
  ['ConditionExpression', 'DeleteItem', 'v <> :v', (expression) => when(expression, { values: one })],
  ['KeyConditionExpression', 'Query', 'room = :v', (expression) => query(expression, { values: nowhere })],
  [
    'FilterExpression',
    'Query',
    'v = :v',
    (expression) => query('room = :v', { values: nowhere, FilterExpression: expression }),
  ],
  ['ProjectionExpression', 'GetItem', 'v', (expression) => get(expression)],
  [
    'ProjectionExpression',
    'BatchGetItem',
    'v',
    (expression) => ({ RequestItems: { items: { Keys: [key], ProjectionExpression: expression } } }),
  ],
];

const lengthCases = kinds.flatMap(([name, operation, expression, input]) => [
  accepts(`a ${name} of 4,096 bytes`, operation, input(expression.padEnd(4096))),
  refuses(
    `a ${name} of 4,097 bytes`,
    operation,
    input(expression.padEnd(4097)),
    invalid(new RegExp(`^Invalid ${name}: Expression size has exceeded the maximum allowed size;`)),
  ),
  refuses(
    `an empty ${name}`,
    operation,
    input(''),
    invalid(`Invalid ${name}: The expression can not be empty;`),
  ),
]);

const operators = (count: number) =>
  invalid(/: The expression contains too many operators; operator count: 301$/, String(count));
const operands = (name: string) =>
  invalid(`Invalid ${name}: The IN operator is provided with too many operands; number of operands: 101`);
const inList = (count: number) => `v IN (${listOf(count, () => ':v').join()})`;
const comparisons = (count: number) => listOf(count, () => 'v<:v').join(' OR ');
const sums = (count: number) => `SET ${listOf(count, (index) => `a${index}=#n+:v`).join()}`;
const scoreNames = { '#n': 'score' };
const operandValues = (count: number, bytes: number) => {
  const condition = listOf(count, (index) => `v <> :v${index}`).join(' AND ');
  return when(condition, {
    values: Object.fromEntries(listOf(count, (index) => [`:v${index}`, S(repeat(bytes))])),
  });
};
const largeNames = Object.fromEntries(listOf(33, (index) => [`#n${index}`, repeat(65_000) + index]));

const limitCases = [
  ...lengthCases,
  accepts(
    'a placeholder of a name of 255 bytes',
    'UpdateItem',
    update(`REMOVE #${repeat(254)}`, { names: { [`#${repeat(254)}`]: 'v' } }),
  ),
  refuses(
    'a placeholder of a name of 256 bytes',
    'UpdateItem',
    update(`REMOVE #${repeat(255)}`, { names: { [`#${repeat(255)}`]: 'v' } }),
    invalid(
      /^ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too long;/,
    ),
  ),
  accepts(
    'a placeholder of a value of 255 bytes',
    'UpdateItem',
    update(`SET v = :${repeat(254)}`, { values: { [`:${repeat(254)}`]: N(1) } }),
  ),
  refuses(
    'a placeholder of a value of 256 bytes',
    'UpdateItem',
    update(`SET v = :${repeat(255)}`, { values: { [`:${repeat(255)}`]: N(1) } }),
    invalid(
      /^ExpressionAttributeValues contains invalid key: The expression attribute map contains a key that is too long;/,
    ),
  ),
  accepts('300 sums', 'UpdateItem', update(sums(300), { values: one, names: scoreNames })),
  refuses('301 sums', 'UpdateItem', update(sums(301), { values: one, names: scoreNames }), operators(301)),
  accepts(
    '301 assignments, which are not operators',
    'UpdateItem',
    update(`SET ${listOf(301, (index) => `a${index}=:v`).join()}`, { values: one }),
  ),
  accepts(
    '150 comparisons with 149 ORs',
    'Query',
    query('room = :r', { values: { ':r': S('nowhere'), ...one }, FilterExpression: comparisons(150) }),
  ),
  refuses(
    '151 comparisons with 150 ORs',
    'Query',
    query('room = :r', { values: { ':r': S('nowhere'), ...one }, FilterExpression: comparisons(151) }),
    operators(301),
  ),
  refuses(
    '151 comparisons with 150 ORs',
    'DeleteItem',
    when(comparisons(151), { values: one }),
    operators(301),
  ),
  accepts(
    'IN with 100 operands',
    'Query',
    query('room = :r', { values: { ':r': S('nowhere'), ...one }, FilterExpression: inList(100) }),
  ),
  refuses(
    'IN with 101 operands',
    'Query',
    query('room = :r', { values: { ':r': S('nowhere'), ...one }, FilterExpression: inList(101) }),
    operands('FilterExpression'),
  ),
  refuses(
    'IN with 101 operands',
    'DeleteItem',
    when(inList(101), { values: one }),
    operands('ConditionExpression'),
  ),
  accepts('values of 1,000,000 bytes', 'DeleteItem', operandValues(2, 500_000)),
  refuses(
    'values of 2 MB',
    'DeleteItem',
    operandValues(6, 349_526),
    invalid('ExpressionAttributeValues exceeds max size'),
  ),
  refuses(
    'names of more than 2 MB',
    'GetItem',
    get(Object.keys(largeNames).join(), largeNames),
    invalid('ExpressionAttributeNames exceeds max size'),
  ),
];

const syntaxError = (name: string) => invalid(new RegExp(`^Invalid ${name}: Syntax error; `));

const wrongUpdates = [
  ' ',
  'SET',
  'SET v',
  'SET v =',
  'SET v = :v,',
  'v = :v',
  'SET v = :v REMOVE',
  'SET v = :v + :v + :v',
  'SET v = :v * :v',
  'SET v == :v',
  'SET v = 1',
  "SET v = 'x'",
  'SET v = :v;',
  'SET v, w = :v',
  'SET :v = v',
  'ADD v',
  'ADD v w',
  'DELETE v w',
  'REMOVE v,',
  'REMOVE v w',
  'REMOVE 1v',
  'REMOVE _v',
  'REMOVE v-w',
  'REMOVE v$w',
  'REMOVE é',
  'REMOVE v..w',
  'REMOVE v.',
  'REMOVE v[-1]',
  'REMOVE v[w]',
  'UPDATE v',
];
const wrongConditions = [
  'v',
  'v = :v AND',
  'AND v = :v',
  'v = :v v = :v',
  'v == :v',
  'v != :v',
  'v = v + :v',
  'v = 5',
  "v = 'a'",
  'v LIKE :v',
  '(v = :v',
  'v = :v)',
  'v IN ()',
  'v IN :v',
  '1v = :v',
  '_v = :v',
  'attribute_exists()',
];
const valuesIn = (expression: string) => (expression.includes(':v') ? one : undefined);
const undefinedName =
  'An expression attribute name used in the document path is not defined; attribute name: #w';
const undefinedValue = 'An expression attribute value used in expression is not defined; attribute value: :w';

export const expressionCases: readonly RequestCase[] = [
  ...limitCases,
  ...wrongUpdates.map((expression) =>
    refuses(
      `the update "${expression}"`,
      'UpdateItem',
      update(expression, { values: valuesIn(expression) }),
      syntaxError('UpdateExpression'),
    ),
  ),
  ...wrongConditions.map((expression) =>
    refuses(
      `the condition "${expression}"`,
      'DeleteItem',
      when(expression, { values: valuesIn(expression) }),
      syntaxError('ConditionExpression'),
    ),
  ),
  ...['v,,w', ':v', 'v w', ','].map((expression) =>
    refuses(
      `the projection "${expression}"`,
      'GetItem',
      get(expression),
      syntaxError('ProjectionExpression'),
    ),
  ),

  refuses(
    'an unused name',
    'UpdateItem',
    update('SET v = :v', { values: one, names: { '#w': 'w' } }),
    invalid('Value provided in ExpressionAttributeNames unused in expressions: keys: {#w}'),
  ),
  refuses(
    'an unused value',
    'UpdateItem',
    update('SET v = :v', { values: { ...one, ':w': N(1) } }),
    invalid('Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}'),
  ),
  refuses(
    'an unused value',
    'Query',
    query('room = :v', { values: { ...nowhere, ':w': N(1) } }),
    invalid('Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}'),
  ),
  refuses(
    'an unused name',
    'GetItem',
    get('v', { '#w': 'w' }),
    invalid('Value provided in ExpressionAttributeNames unused in expressions: keys: {#w}'),
  ),
  refuses(
    'an undefined name',
    'UpdateItem',
    update('SET #w = :v', { values: one }),
    invalid(`Invalid UpdateExpression: ${undefinedName}`),
  ),
  refuses(
    'an undefined value',
    'UpdateItem',
    update('SET v = :w'),
    invalid(`Invalid UpdateExpression: ${undefinedValue}`),
  ),
  refuses(
    'an undefined value',
    'DeleteItem',
    when('v = :w'),
    invalid(`Invalid ConditionExpression: ${undefinedValue}`),
  ),
  refuses(
    'names without an expression',
    'GetItem',
    { TableName: 'items', Key: key, ExpressionAttributeNames: { '#v': 'v' } },
    invalid('ExpressionAttributeNames can only be specified when using expressions'),
  ),
  refuses(
    'values without an expression',
    'DeleteItem',
    { TableName: 'items', Key: key, ExpressionAttributeValues: one },
    invalid(
      'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
    ),
  ),
  refuses(
    'no names at all',
    'UpdateItem',
    update('REMOVE v', { names: {} }),
    invalid('ExpressionAttributeNames must not be empty'),
  ),
  refuses(
    'no values at all',
    'UpdateItem',
    update('REMOVE v', { values: {} }),
    invalid('ExpressionAttributeValues must not be empty'),
  ),
  ...['v', '#', '#v-w', '#v.w'].map((name) =>
    refuses(
      `the placeholder "${name}"`,
      'UpdateItem',
      update('SET v = :v', { values: one, names: { [name]: 'v' } }),
      invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${name}"`),
    ),
  ),
  refuses(
    'a value whose placeholder has no colon',
    'UpdateItem',
    update('SET v = :v', { values: { v: N(1) } }),
    invalid('ExpressionAttributeValues contains invalid key: Syntax error; key: "v"'),
  ),
  ...['status', 'Status', 'name', 'item', 'user', 'count', 'v.name'].map((path) =>
    refuses(
      `the reserved word in "${path}"`,
      'UpdateItem',
      update(`REMOVE ${path}`),
      invalid(
        `Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: ${path.replace('v.', '')}`,
      ),
    ),
  ),
  refuses(
    'a reserved word',
    'GetItem',
    get('name'),
    invalid('Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: name'),
  ),
  refuses(
    'a reserved word',
    'DeleteItem',
    when('name = :v', { values: one }),
    invalid('Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: name'),
  ),
  refuses(
    'old and new conditions together',
    'DeleteItem',
    { ...when('attribute_exists(room)'), Expected: { v: { Exists: false } } },
    invalid(
      'Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}',
    ),
  ),
];
