import { L, listOf, N, put, repeat, S, update, when } from './inputs.ts';
import { accepts, type Fields, invalid, type RequestCase, refuses } from './request-case.ts';

/** 400 KB. */
const MAX = 409_600;
/** The bytes of the keys and their names, which count too. */
const KEYS = Buffer.byteLength('roomnewpart1');

const tooLarge = invalid('Item size has exceeded the maximum allowed size');
const updateTooLarge = invalid('Item size to update has exceeded the maximum allowed size');

/** Values of all types, with their sizes. */
const sizes: readonly (readonly [string, Fields, number])[] = [
  ['text', S('ab'), 2],
  ['text of a letter of 2 bytes', S('é'), 2],
  ['text of a letter of 4 bytes', S('😀'), 4],
  ['empty text', S(''), 0],
  ['binary', { B: 'AAEC' }, 3],
  ['a boolean', { BOOL: true }, 1],
  ['null', { NULL: true }, 1],
  ['the number 0', N(0), 1],
  ['the number 1', N(1), 2],
  ['the number 12', N(12), 2],
  ['the number 123', N(123), 3],
  ['the number -12', N(-12), 3],
  ['the number 0.01', N('0.01'), 2],
  ['the number 1e100', N('1e100'), 2],
  ['a number of 38 digits', N(repeat(38, '7')), 20],
  ['an empty list', L(), 3],
  ['a list', L(S('ab'), S('c')), 8],
  ['a list in a list', L(L()), 7],
  ['a map', { M: { k: S('ab'), é: S('') } }, 10],
  ['a string set', { SS: ['ab', 'é'] }, 4],
  ['a number set', { NS: ['1', '2'] }, 4],
  ['a binary set', { BS: ['AAE=', 'AA=='] }, 3],
];

/** Returns an item with the value and a text that leaves `less` bytes of the 400 KB for the value. */
const filled = (value: Fields, less: number) =>
  put({ v: value, t: S(repeat(MAX - KEYS - 'vt'.length - less)) });

const sizeCases = sizes.flatMap(([name, value, size]) => [
  accepts(`an item of 400 KB with ${name}`, 'PutItem', filled(value, size)),
  refuses(`an item of a byte more than 400 KB with ${name}`, 'PutItem', filled(value, size - 1), tooLarge),
]);

const lists = (depth: number): Fields => listOf(depth, () => 0).reduce<Fields>((value) => L(value), S('x'));
const maps = (depth: number): Fields =>
  listOf(depth, () => 0).reduce<Fields>((value) => ({ M: { a: value } }), S('x'));

const tooDeep = invalid(
  'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
);
const deepOperand = invalid(
  /^ExpressionAttributeValues contains invalid value: Nesting Levels have exceeded supported limits: .* for key :v$/,
);
const deepUpdate = invalid('Nesting Levels have exceeded supported limits');
const nameTooLong = invalid('Attribute name is too large, must be less than 65536 bytes');
const emptyName = invalid('Empty attribute name');

const setValue = (value: Fields) => update('SET v = :v', { values: { ':v': value } });
const placeValue = (value: Fields) =>
  update('SET #place.a = :v', { values: { ':v': value }, names: { '#place': 'place' } });
const removeNamed = (name: string) => update('REMOVE #name', { names: { '#name': name } });
const batch = (...items: readonly Fields[]) => ({
  RequestItems: { items: items.map((Item) => ({ PutRequest: { Item } })) },
});

export const itemSizeCases: readonly RequestCase[] = [
  ...sizeCases,
  accepts('a name of letters of 2 bytes in 400 KB', 'PutItem', put({ é: S(repeat(MAX - KEYS - 2)) })),
  refuses(
    'a name of letters of 2 bytes beyond 400 KB',
    'PutItem',
    put({ é: S(repeat(MAX - KEYS - 1)) }),
    tooLarge,
  ),
  refuses('210,000 letters of 2 bytes', 'PutItem', put({ t: S(repeat(210_000, 'é')) }), tooLarge),
  refuses(
    '210,000 letters of 2 bytes',
    'BatchWriteItem',
    batch(put({ t: S(repeat(210_000, 'é')) }).Item),
    tooLarge,
  ),
  refuses('a result above 400 KB', 'UpdateItem', setValue(S(repeat(MAX - 50))), updateTooLarge),
  refuses(
    'a result above 400 KB in letters of 2 bytes',
    'UpdateItem',
    setValue(S(repeat(MAX / 2 - 20, 'é'))),
    updateTooLarge,
  ),

  accepts('31 lists in each other', 'PutItem', put({ v: lists(31) })),
  accepts('31 maps in each other', 'PutItem', put({ v: maps(31) })),
  refuses(
    '32 lists in each other, because the item is a level too',
    'PutItem',
    put({ v: lists(32) }),
    tooDeep,
  ),
  refuses('32 maps in each other', 'PutItem', put({ v: maps(32) }), tooDeep),
  refuses('32 lists in each other', 'BatchWriteItem', batch(put({ v: lists(32) }).Item), tooDeep),
  accepts('31 lists in each other', 'UpdateItem', setValue(lists(31))),
  refuses('32 lists in each other', 'UpdateItem', setValue(lists(32)), deepUpdate),
  refuses('33 lists in each other', 'UpdateItem', setValue(lists(33)), deepOperand),
  refuses('31 lists in a map', 'UpdateItem', placeValue(lists(31)), deepUpdate),
  refuses(
    '33 lists in each other in a condition',
    'DeleteItem',
    when('v <> :v', { values: { ':v': lists(33) } }),
    deepOperand,
  ),

  accepts('a name of 65,535 bytes', 'PutItem', put({ [repeat(65_535)]: S('x') })),
  refuses('a name of 65,536 bytes', 'PutItem', put({ [repeat(65_536)]: S('x') }), nameTooLong),
  refuses(
    'a name of 65,536 bytes in a map',
    'PutItem',
    put({ v: { M: { [repeat(65_536)]: S('x') } } }),
    nameTooLong,
  ),
  refuses('an empty name', 'PutItem', put({ '': S('x') }), emptyName),
  refuses('an empty name in a map', 'PutItem', put({ v: { M: { '': S('x') } } }), emptyName),
  accepts('a placeholder of a name of 65,535 bytes', 'UpdateItem', removeNamed(repeat(65_535))),
  refuses(
    'a placeholder of a name of 65,536 bytes',
    'UpdateItem',
    removeNamed(repeat(65_536)),
    invalid(
      'ExpressionAttributeNames contains invalid value: Attribute name is too large, must be less than 65536 bytes for key #name',
    ),
  ),
  refuses(
    'a placeholder of an empty name',
    'UpdateItem',
    removeNamed(''),
    invalid('ExpressionAttributeNames contains invalid value: Empty attribute name for key #name'),
  ),
];
