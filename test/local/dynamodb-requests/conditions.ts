import { key, L, N, put, S, sample, update, when } from './inputs.ts';
import { accepts, type Fields, invalid, type Refusal, type RequestCase, refuses } from './request-case.ts';

const failed: Refusal = {
  error: 'ConditionalCheckFailedException',
  message: 'The conditional request failed',
};

const aliases = {
  '#title': 'title',
  '#score': 'score',
  '#open': 'open',
  '#none': 'none',
  '#steps': 'steps',
  '#place': 'place',
  '#letters': 'letters',
  '#digits': 'digits',
  '#raw': 'raw',
};

function condition(expression: string, [v, w]: readonly (Fields | undefined)[] = []) {
  const names = Object.fromEntries(Object.entries(aliases).filter(([alias]) => expression.includes(alias)));
  const values = { ...(v && { ':v': v }), ...(w && { ':w': w }) };
  return when(expression, {
    ...(Object.keys(names).length > 0 && { names }),
    ...(Object.keys(values).length > 0 && { values }),
  });
}

type Condition = readonly [string, ...(readonly Fields[])];

/** Conditions that the sample meets. */
const met: readonly Condition[] = [
  ['attribute_exists(room)'],
  ['attribute_not_exists(#place.zz)'],
  ['attribute_exists(#steps[2])'],
  ['attribute_type(#title, :v)', S('S')],
  ['begins_with(#title, :v)', S('ab')],
  ['begins_with(#title, :v)', S('')],
  ['begins_with(#raw, :v)', { B: 'AAE=' }],
  ['contains(#title, :v)', S('b')],
  ['contains(#letters, :v)', S('a')],
  ['contains(#digits, :v)', N('1.0')],
  ['contains(#steps, :v)', S('two')],
  ['size(#title) = :v', N(3)],
  ['size(#letters) = :v', N(2)],
  ['size(#place) = :v', N(2)],
  ['size(#steps) = :v', N(3)],
  ['size(#raw) = :v', N(3)],
  ['size(#title) = size(#steps)'],
  ['#score = :v', N('5.0')],
  ['#score <> :v', S('5')],
  ['absent <> :v', S('5')],
  ['NOT absent = :v', S('5')],
  ['#score < :v', N(10)],
  ['#score > :v', N(-10)],
  ['#title < :v', S('abd')],
  ['#title > :v', S('Z')],
  ['#open = :v', { BOOL: true }],
  ['#none = :v', { NULL: true }],
  ['#letters = :v', { SS: ['b', 'a'] }],
  ['#digits = :v', { NS: ['2.0', '1.00'] }],
  ['#steps[1] = :v', S('two')],
  ['#place.b >= :v', N(2)],
  ['#score BETWEEN :v AND :w', N(5), N(5)],
  ['#score IN (:v, :w)', N('5.0'), S('6')],
  ['attribute_exists(absent) AND attribute_exists(absent) OR attribute_exists(room)'],
  ['attribute_exists(room) OR attribute_exists(room) AND attribute_exists(absent)'],
  ['(attribute_exists(room) AND (attribute_exists(part)))'],
  ['(#score = :v) AND (#score = :v)', N(5)],
];

const unmet: readonly Condition[] = [
  ['attribute_not_exists(room)'],
  ['attribute_exists(absent)'],
  ['attribute_exists(#steps[3])'],
  ['attribute_type(#title, :v)', S('N')],
  ['begins_with(#score, :v)', S('5')],
  ['contains(#title, :v)', N(1)],
  ['contains(#place, :v)', S('a')],
  ['size(absent) = :v', N(0)],
  ['size(#score) = :v', N(1)],
  ['#score = :v', S('5')],
  ['absent = :v', S('5')],
  ['#score < :v', S('6')],
  ['#title < :v', S('ab')],
  ['#letters = :v', { SS: ['a'] }],
  ['#letters = :v', { SS: ['a', 'b', 'c'] }],
  ['#score BETWEEN :v AND :w', S('1'), S('9')],
  ['#score IN (:v)', S('5')],
  ['NOT attribute_exists(room)'],
  ['NOT attribute_exists(absent) AND attribute_exists(absent)'],
];

const invalidCondition = (message: string) => invalid(`Invalid ConditionExpression: ${message}`);
const operandType = (operator: string, type: string) =>
  invalidCondition(
    `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
  );
const parentheses = invalidCondition('The expression has redundant parentheses;');
const notDistinct = (operator: string, operand: string) =>
  invalidCondition(
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: [${operand}]`,
  );
const misused = (name: string) =>
  invalidCondition(`The function is not allowed to be used this way in an expression; function: ${name}`);
const operands = (name: string, count: number) =>
  invalidCondition(
    `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${count}`,
  );
const keyPath = invalid(
  "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: room",
);

const wrong: readonly (readonly [Condition, Refusal])[] = [
  [
    ['attribute_not_exists(:v)', S('a')],
    invalidCondition(
      'Operator or function requires a document path; operator or function: attribute_not_exists',
    ),
  ],
  [['attribute_exists(room, part)'], operands('attribute_exists', 2)],
  [['contains(#title, :v, :v)', S('a')], operands('contains', 3)],
  [['attribute_exist(room)'], invalidCondition('Invalid function name; function: attribute_exist')],
  [['ATTRIBUTE_EXISTS(room)'], invalidCondition('Invalid function name; function: ATTRIBUTE_EXISTS')],
  [['attribute_type(#title, :v)', N(1)], operandType('attribute_type', 'N')],
  [['begins_with(#title, :v)', N(1)], operandType('begins_with', 'N')],
  [['size(:v) = :w', N(5), N(1)], operandType('size', 'N')],
  [['#open < :v', { BOOL: true }], operandType('<', 'BOOL')],
  [['#score < :v', { NULL: true }], operandType('<', 'NULL')],
  [['#letters >= :v', { SS: ['a'] }], operandType('>=', 'SS')],
  [['#steps < :v', L()], operandType('<', 'L')],
  [['#place > :v', { M: {} }], operandType('>', 'M')],
  [['#title BETWEEN :v AND :w', { BOOL: true }, { BOOL: true }], operandType('BETWEEN', 'BOOL')],
  [
    ['#score BETWEEN :v AND :w', N(9), N(1)],
    invalidCondition(
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:9}, upper bound operand: AttributeValue: {N:1}',
    ),
  ],
  [
    ['#score BETWEEN :v AND :w', N(1), S('a')],
    invalidCondition(
      'The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}',
    ),
  ],
  [['#score = #score'], notDistinct('=', 'score')],
  [['contains(#title, #title)'], notDistinct('contains', 'title')],
  [['#score BETWEEN :v AND #score', N(1)], notDistinct('BETWEEN', 'score')],
  [['#title IN (#title)'], notDistinct('IN', 'title')],
  [['size(size(#title)) = :v', N(1)], operandType('size', 'N')],
  [['size(#title)'], misused('size')],
  [['begins_with(#title, :v) = :w', S('a'), { BOOL: true }], misused('begins_with')],
  [['((attribute_exists(room)))'], parentheses],
  [['((#score)) = :v', N(5)], parentheses],
  [['room.a = :v', S('x')], keyPath],
  [['attribute_exists(room.a)'], keyPath],
];

const nameOf = ([expression, ...values]: Condition) =>
  [expression, ...values.map((value) => JSON.stringify(value))].join(' ');
const notExists = 'attribute_not_exists(room)';

export const conditionCases: readonly RequestCase[] = [
  ...met.map(([expression, ...values]) =>
    accepts(nameOf([expression, ...values]), 'DeleteItem', condition(expression, values)),
  ),
  ...unmet.map(([expression, ...values]) =>
    refuses(nameOf([expression, ...values]), 'DeleteItem', condition(expression, values), failed),
  ),
  ...wrong.map(([each, refusal]) =>
    refuses(nameOf(each), 'DeleteItem', condition(each[0], each.slice(1) as readonly Fields[]), refusal),
  ),
  refuses(
    'an item that exists',
    'PutItem',
    { TableName: 'items', Item: sample, ConditionExpression: notExists },
    failed,
  ),
  refuses(
    'an item that exists',
    'UpdateItem',
    update('REMOVE v', { ConditionExpression: notExists }),
    failed,
  ),
  refuses(
    'an unmet condition before a wrong path',
    'UpdateItem',
    update('SET v = absent', { ConditionExpression: notExists }),
    failed,
  ),
  refuses(
    'an unmet condition on an item that does not exist',
    'DeleteItem',
    { ...when('attribute_exists(room)'), Key: { room: S('absent'), part: S('1') } },
    failed,
  ),
  accepts('a condition on an item that does not exist', 'PutItem', {
    ...put({ part: S('conditional') }),
    ConditionExpression: notExists,
  }),
  accepts(
    'a condition, and returns the old item',
    'DeleteItem',
    { ...when('attribute_exists(room)'), Key: key, ReturnValues: 'ALL_OLD' },
    { output: { Attributes: sample } },
  ),
];
