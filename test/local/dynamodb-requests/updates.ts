import { key, L, N, S, update } from './inputs.ts';
import { accepts, type Fields, invalid, type RequestCase, refuses } from './request-case.ts';

const aliases = {
  '#title': 'title',
  '#score': 'score',
  '#steps': 'steps',
  '#place': 'place',
  '#letters': 'letters',
  '#digits': 'digits',
};

/** Returns an update that uses the aliases of the sample's attributes. */
function change(expression: string, value?: Fields, more: Fields = {}) {
  const used = Object.entries(aliases).filter(([alias]) => expression.includes(alias));
  return update(expression, {
    ...(value && { values: { ':v': value } }),
    ...(used.length > 0 && { names: Object.fromEntries(used) }),
    ...more,
  });
}

/** Updates of the sample, and attributes of the item afterwards. */
const changes: readonly (readonly [string, Fields | undefined, Fields])[] = [
  ['SET #score = #score + :v', N(1), { score: N(6) }],
  ['SET #score = #score - :v', N('0.5'), { score: N('4.5') }],
  ['SET #score = :v, v = #score', N(8), { score: N(8), v: N(5) }],
  ['SET v = if_not_exists(absent, :v) + :v', N(2), { v: N(4) }],
  ['SET v = if_not_exists(#title, :v)', N(2), { v: S('abc') }],
  ['SET v = if_not_exists(absent, if_not_exists(gone, :v))', N(2), { v: N(2) }],
  ['SET v = list_append(#steps, :v)', L(N(9)), { v: L(N(1), S('two'), N(3), N(9)) }],
  ['SET #steps = list_append(:v, #steps)', L(N(9)), { steps: L(N(9), N(1), S('two'), N(3)) }],
  ['SET v = list_append(if_not_exists(absent, :v), :v)', L(N(1)), { v: L(N(1), N(1)) }],
  ['SET v = #place.b, w = #steps[0]', undefined, { v: N(2), w: N(1) }],
  ['SET v = (:v + :v)', N(1), { v: N(2) }],
  ['set v = :v remove #title', N(1), { v: N(1) }],
  ['SET #steps[0] = :v', N(7), { steps: L(N(7), S('two'), N(3)) }],
  ['SET #steps[9] = :v, #steps[7] = :v', N(7), { steps: L(N(1), S('two'), N(3), N(7), N(7)) }],
  ['SET #place.c = :v', N(7), { place: { M: { a: S('x'), b: N(2), c: N(7) } } }],
  ['SET #place.a = :v REMOVE #place.b', N(7), { place: { M: { a: N(7) } } }],
  ['ADD #score :v', N('-7.5'), { score: N('-2.5') }],
  ['ADD absent :v', N(7), { absent: N(7) }],
  ['ADD #letters :v', { SS: ['b', 'c'] }, { letters: { SS: ['a', 'b', 'c'] } }],
  ['ADD #digits :v', { NS: ['2.0', '3'] }, { digits: { NS: ['1', '2', '3'] } }],
  ['ADD absent :v', { SS: ['z'] }, { absent: { SS: ['z'] } }],
  ['ADD #place.b :v', N(7), { place: { M: { a: S('x'), b: N(9) } } }],
  ['DELETE #letters :v', { SS: ['b', 'z'] }, { letters: { SS: ['a'] } }],
  ['DELETE #digits :v', { NS: ['1.0'] }, { digits: { NS: ['2'] } }],
  ['DELETE absent :v', { SS: ['b'] }, {}],
  ['REMOVE #steps[0]', undefined, { steps: L(S('two'), N(3)) }],
  ['REMOVE #steps[0], #steps[1]', undefined, { steps: L(N(3)) }],
  ['REMOVE #steps[2], #steps[0]', undefined, { steps: L(S('two')) }],
  ['REMOVE #steps[9]', undefined, { steps: L(N(1), S('two'), N(3)) }],
  ['REMOVE #place.a, #place.zz', undefined, { place: { M: { b: N(2) } } }],
  ['REMOVE absent', undefined, { title: S('abc') }],
];

const invalidUpdate = (message: string | RegExp, ...local: readonly string[]) =>
  typeof message === 'string'
    ? invalid(
        `Invalid UpdateExpression: ${message}`,
        ...local.map((each) => `Invalid UpdateExpression: ${each}`),
      )
    : invalid(message);
const wrongPath = invalid('The document path provided in the update expression is invalid for update');
const wrongOperand = invalid('An operand in the update expression has an incorrect data type');
const absent = invalid('The provided expression refers to an attribute that does not exist in the item');
const overlap = (one: string, two: string) =>
  invalidUpdate(
    `Two document paths overlap with each other; must remove or rewrite one of these paths; path one: ${one}, path two: ${two}`,
  );
const conflict = (one: string, two: string) =>
  invalidUpdate(
    `Two document paths conflict with each other; must remove or rewrite one of these paths; path one: ${one}, path two: ${two}`,
  );
const section = (name: string) =>
  invalidUpdate(`The "${name}" section can only be used once in an update expression;`);
const operandType = (operator: string, type: string) => {
  const text = `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${type}`;
  return invalidUpdate(text, `${text}, typeSet: ALLOWED_FOR_${operator}_OPERAND`);
};

const refusedChanges: readonly (readonly [string, Fields | undefined, ReturnType<typeof invalid>])[] = [
  ['SET v = :v SET w = :v', N(1), section('SET')],
  ['SET v = :v REMOVE w SET x = :v', N(1), section('SET')],
  ['SET v = :v, v = :v', N(1), overlap('[v]', '[v]')],
  ['SET v = :v REMOVE v', N(1), overlap('[v]', '[v]')],
  ['SET v.w = :v, v = :v', N(1), overlap('[v, w]', '[v]')],
  ['SET v.w = :v, v.w.x = :v', N(1), overlap('[v, w]', '[v, w, x]')],
  ['ADD #score :v, #score :v', N(1), overlap('[score]', '[score]')],
  ['REMOVE v, v', undefined, overlap('[v]', '[v]')],
  ['SET v[0] = :v, v.w = :v', N(1), conflict('[v, [0]]', '[v, w]')],
  ['SET v = unknown(:v)', N(1), invalidUpdate('Invalid function name; function: unknown')],
  ['SET v = IF_NOT_EXISTS(w, :v)', N(1), invalidUpdate('Invalid function name; function: IF_NOT_EXISTS')],
  [
    'SET v = if_not_exists(w)',
    undefined,
    invalidUpdate(
      'Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1',
    ),
  ],
  [
    'SET v = if_not_exists(:v, :v)',
    N(1),
    invalidUpdate('Operator or function requires a document path; operator or function: if_not_exists'),
  ],
  [
    'SET v = :v + :v',
    S('a'),
    invalidUpdate(
      /Incorrect operand type for operator or function; operator or function: \+, operand type: S$/,
    ),
  ],
  [
    'SET v = list_append(:v, :v)',
    N(1),
    invalidUpdate(
      /Incorrect operand type for operator or function; operator or function: list_append, operand type: N$/,
    ),
  ],
  ['ADD #steps :v', L(N(1)), operandType('ADD', 'LIST')],
  ['ADD #title :v', S('x'), operandType('ADD', 'STRING')],
  ['DELETE #letters :v', S('a'), operandType('DELETE', 'STRING')],
  ['DELETE #score :v', N(1), operandType('DELETE', 'NUMBER')],
  [
    'REMOVE v[999999999999]',
    undefined,
    invalidUpdate('List index is not within the allowable range; index: [999999999999]'),
  ],
  ['SET v = #title + :v', N(1), wrongOperand],
  ['SET v = list_append(#title, :v)', L(N(1)), wrongOperand],
  ['ADD #title :v', N(1), wrongOperand],
  ['ADD #letters :v', { NS: ['1'] }, wrongOperand],
  ['DELETE #letters :v', { NS: ['1'] }, wrongOperand],
  ['DELETE #title :v', { SS: ['a'] }, wrongOperand],
  ['SET v = absent', undefined, absent],
  ['SET v = absent + :v', N(1), absent],
  ['SET v = list_append(absent, :v)', L(N(1)), absent],
  ['SET absent.a = :v', N(1), wrongPath],
  ['SET #title.a = :v', N(1), wrongPath],
  ['SET #title[0] = :v', N(1), wrongPath],
  ['SET #place[0] = :v', N(1), wrongPath],
  ['SET #steps.a = :v', N(1), wrongPath],
  ['SET #steps[1].a = :v', N(1), wrongPath],
  ['ADD absent.a :v', N(1), wrongPath],
  ['DELETE absent.a :v', { SS: ['a'] }, wrongPath],
  ['REMOVE absent.a', undefined, wrongPath],
  ['REMOVE absent[0]', undefined, wrongPath],
  ['REMOVE #title.a', undefined, wrongPath],
];

const returning = (ReturnValues: string) =>
  change('SET #score = :v, v = :v REMOVE #title', N(1), { ReturnValues });
const newKey = { room: S('new'), part: S('update') };
const returnError = invalid('ReturnValues can only be ALL_OLD or NONE', 'Return values set to invalid value');
const unknownReturn = invalid(
  /at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set/,
  'Return values set to invalid value',
);

export const updateCases: readonly RequestCase[] = [
  ...changes.map(([expression, value, stored]) =>
    accepts(expression, 'UpdateItem', change(expression, value), { stored }),
  ),
  ...refusedChanges.map(([expression, value, refusal]) =>
    refuses(expression, 'UpdateItem', change(expression, value), refusal),
  ),
  accepts(
    'no expression, and creates the item',
    'UpdateItem',
    { TableName: 'items', Key: newKey, ReturnValues: 'ALL_NEW' },
    { output: { Attributes: newKey } },
  ),
  accepts(
    'a removal from an item that does not exist',
    'UpdateItem',
    { ...update('REMOVE v'), Key: newKey },
    { stored: newKey },
  ),
  refuses(
    'a path into an item that does not exist',
    'UpdateItem',
    { ...update('SET v.w = :v', { values: { ':v': N(1) } }), Key: newKey },
    wrongPath,
  ),
  accepts('UPDATED_NEW', 'UpdateItem', returning('UPDATED_NEW'), {
    output: { Attributes: { score: N(1), v: N(1) } },
  }),
  accepts('UPDATED_OLD', 'UpdateItem', returning('UPDATED_OLD'), {
    output: { Attributes: { score: N(5), title: S('abc') } },
  }),
  accepts('NONE', 'UpdateItem', returning('NONE'), { output: {} }),
  accepts(
    'UPDATED_NEW of a removal, and returns no attributes',
    'UpdateItem',
    change('REMOVE #title', undefined, { ReturnValues: 'UPDATED_NEW' }),
    { output: {} },
  ),
  accepts(
    'UPDATED_OLD of new attributes, and returns no attributes',
    'UpdateItem',
    change('SET v = :v', N(1), { ReturnValues: 'UPDATED_OLD' }),
    { output: {} },
  ),
  accepts(
    'ALL_OLD of an item that does not exist',
    'UpdateItem',
    { ...change('SET v = :v', N(1)), Key: { room: S('new'), part: S('old') }, ReturnValues: 'ALL_OLD' },
    { output: {} },
  ),
  accepts(
    'ALL_OLD of an item that does not exist',
    'DeleteItem',
    { TableName: 'items', Key: { room: S('new'), part: S('old2') }, ReturnValues: 'ALL_OLD' },
    { output: {} },
  ),
  ...['ALL_NEW', 'UPDATED_NEW', 'UPDATED_OLD'].flatMap((ReturnValues) => [
    refuses(ReturnValues, 'PutItem', { TableName: 'items', Item: key, ReturnValues }, returnError),
    refuses(ReturnValues, 'DeleteItem', { TableName: 'items', Key: key, ReturnValues }, returnError),
  ]),
  refuses('an unknown ReturnValues', 'UpdateItem', returning('ALL'), unknownReturn),
];
