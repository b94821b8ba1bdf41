import { L, N, put, repeat, S, update, when } from './inputs.ts';
import { accepts, type Fields, invalid, type RequestCase, refuses } from './request-case.ts';

const wrong = 'One or more parameter values were invalid:';
const noType = invalid(
  'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
);
const manyTypes = invalid(
  'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
);
const nullMember = (kind: string) =>
  invalid(`${wrong} An ${kind} set may not have a null ${kind} as a member`);

/** Values that an item may have. DynamoDB stores them unchanged. */
const storable: Readonly<Record<string, Fields>> = {
  'empty text': S(''),
  'empty binary': { B: '' },
  'empty text in a list': L(S('')),
  'empty text in a set': { SS: ['', 'a'] },
  'empty binary in a set': { BS: ['', 'AA=='] },
  'an empty list': L(),
  'an empty map': { M: {} },
  'a control character': S('a\u0000b'),
  'emojis and accents': S('Grüße 👋'),
};

const unstorable: Readonly<Record<string, readonly [Fields | null, ReturnType<typeof invalid>]>> = {
  'an empty string set': [{ SS: [] }, invalid(`${wrong} An string set  may not be empty`)],
  'an empty number set': [{ NS: [] }, invalid(`${wrong} An number set  may not be empty`)],
  'an empty binary set': [{ BS: [] }, invalid(`${wrong} Binary sets should not be empty`)],
  'an empty set in a map': [{ M: { a: { SS: [] } } }, invalid(`${wrong} An string set  may not be empty`)],
  'a repeated text in a set': [
    { SS: ['a', 'a'] },
    invalid(/Input collection \[a, a\] contains duplicates\.?$/),
  ],
  'a repeated number in a set': [{ NS: ['1', '1.0'] }, invalid('Input collection contains duplicates')],
  'a repeated binary in a set': [
    { BS: ['AA==', 'AA=='] },
    invalid(/Input collection .*of type BS contains duplicates\.$/),
  ],
  'null with the value false': [
    { NULL: false },
    invalid(`${wrong} Null attribute value types must have the value of true`),
  ],
  'a value without a type': [{}, noType],
  'a value of an unknown type': [{ X: 'a' }, noType],
  'a value of two types': [{ S: 'a', N: '1' }, manyTypes],
  'a value without a type in a list': [L({}), noType],
  'a value of two types in a list': [L({ S: 'a', N: '1' }), manyTypes],
  'null instead of a value': [null, invalid('The supplied Item contains a null AttributeValue: v is null')],
  'null in a list': [{ L: [null] }, invalid('The supplied Item contains a null AttributeValue')],
  'null in a map': [{ M: { a: null } }, invalid(/^The supplied Item contains a null AttributeValue/)],
  'null in a string set': [{ SS: ['a', null] }, nullMember('string')],
};

/** Numbers as a request may write them, and as DynamoDB stores them. */
const numbers: Readonly<Record<string, string>> = {
  '0': '0',
  '-0': '0',
  '007': '7',
  '+1': '1',
  '.5': '0.5',
  '5.': '5',
  '1.50': '1.5',
  '-1.50': '-1.5',
  '1e2': '100',
  '1E+2': '100',
  '1e-2': '0.01',
  '0e200': '0',
  '1e40': `1${repeat(40, '0')}`,
  '12345678901234567890123456789012345678': '12345678901234567890123456789012345678',
  '100000000000000000000000000000000000000000.0': `1${repeat(41, '0')}`,
};

const notNumeric = invalid(
  /^The parameter cannot be converted to a numeric value/,
  'A value provided cannot be converted into a number',
);
const tooPrecise = invalid(
  'Attempting to store more than 38 significant digits in a Number',
  'DynamoDB only supports precision up to 38 digits',
);
const overflow = invalid(
  'Number overflow. Attempting to store a number with magnitude larger than supported range',
);
const underflow = invalid(
  'Number underflow. Attempting to store a number with magnitude smaller than supported range',
);

const unstorableNumbers: Readonly<Record<string, ReturnType<typeof invalid>>> = {
  ...Object.fromEntries(
    ['', ' ', 'abc', '1 ', ' 1', '.', '1e', '0x1', '1_0', '1,0', 'NaN', 'Infinity', '-Infinity', '1d'].map(
      (text) => [text, notNumeric],
    ),
  ),
  '123456789012345678901234567890123456789': tooPrecise,
  '1.23456789012345678901234567890123456789': tooPrecise,
  '1e126': overflow,
  '-1e126': overflow,
  '1e-131': underflow,
  '-1e-131': underflow,
};

const set = (expression: string, values: Readonly<Record<string, Fields>>) =>
  update(expression, { values, names: { '#score': 'score' } });
const setNew = (expression: string, ...values: readonly Fields[]) =>
  update(expression, { values: Object.fromEntries(values.map((value, index) => [`:v${index}`, value])) });
const operandRefused = (message: string) =>
  invalid(`ExpressionAttributeValues contains invalid value: ${message} for key :v`);

export const valueCases: readonly RequestCase[] = [
  ...Object.entries(storable).map(([name, value]) =>
    accepts(name, 'PutItem', put({ v: value }), { stored: { v: value } }),
  ),
  ...Object.entries(unstorable).map(([name, [value, refusal]]) =>
    refuses(name, 'PutItem', put({ v: value }), refusal),
  ),
  ...Object.entries(numbers).map(([number, stored]) =>
    accepts(`the number ${number}`, 'PutItem', put({ v: N(number) }), { stored: { v: N(stored) } }),
  ),
  ...Object.entries(unstorableNumbers).map(([number, refusal]) =>
    refuses(`the number "${number}"`, 'PutItem', put({ v: N(number) }), refusal),
  ),
  accepts('the number +1 in a set', 'PutItem', put({ v: { NS: ['+1'] } }), { stored: { v: { NS: ['1'] } } }),
  refuses('a text in a number set', 'PutItem', put({ v: { NS: ['1', 'x'] } }), notNumeric),

  accepts('a sum of 38 digits', 'UpdateItem', setNew('SET v = :v0 + :v1', N('1e36'), N('0.1')), {
    stored: { v: N('1000000000000000000000000000000000000.1') },
  }),
  accepts('a sum that ends with a zero', 'UpdateItem', setNew('SET v = :v0 + :v1', N('0.5'), N('0.5')), {
    stored: { v: N(1) },
    local: { stored: { v: N('1.0') } },
  }),
  accepts('a difference of zero', 'UpdateItem', setNew('SET v = :v0 - :v1', N('0.5'), N('0.5')), {
    stored: { v: N(0) },
    local: { stored: { v: N('0.0') } },
  }),
  refuses(
    'a sum of 39 digits',
    'UpdateItem',
    setNew('SET v = :v0 + :v1', N('1e37'), N('0.1')),
    invalid('DynamoDB only supports precision up to 38 digits'),
  ),
  refuses(
    'an addition to 39 digits',
    'UpdateItem',
    set('ADD #score :v', { ':v': N(`0.${repeat(37, '0')}1`) }),
    invalid('DynamoDB only supports precision up to 38 digits'),
  ),
  refuses(
    'a sum above the largest number',
    'UpdateItem',
    setNew('SET v = :v0 + :v1', N('9e125'), N('9e125')),
    overflow,
  ),

  refuses(
    'an empty set in a condition',
    'DeleteItem',
    when('v = :v', { values: { ':v': { SS: [] } } }),
    operandRefused(`${wrong} An string set  may not be empty`),
  ),
  refuses(
    'a value without a type in a condition',
    'DeleteItem',
    when('v = :v', { values: { ':v': {} } }),
    operandRefused(String(noType.message)),
  ),
  refuses(
    'a value of two types in a condition',
    'DeleteItem',
    when('v = :v', { values: { ':v': { S: 'a', N: '1' } } }),
    operandRefused(String(manyTypes.message)),
  ),
  refuses(
    'null in a list in a condition',
    'DeleteItem',
    when('v <> :v', { values: { ':v': { L: [null] } } }),
    invalid(/null AttributeValue/),
  ),
];
