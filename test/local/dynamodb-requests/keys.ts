import { B, N, put, query, repeat, S, update } from './inputs.ts';
import { accepts, type Fields, invalid, type RequestCase, refuses } from './request-case.ts';

/** The texts are the service's, as dynalite's tests found them: DynamoDB Local has one text for both keys. */
const tooLong =
  'Hash primary key values must be under 2048 bytes, and range primary key values must be under 1024 bytes';
const longPartitionKey = invalid(
  'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
  tooLong,
);
const longSortKey = invalid(
  'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
  tooLong,
);
const empty = (name: string, type = 'string') =>
  invalid(
    `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${type} value. Key: ${name}`,
  );
const otherKey = invalid(
  'The provided key element does not match the schema',
  'The number of conditions on the keys is invalid',
  'One or more parameter values were invalid: Type mismatch for key',
  'Invalid attribute value type',
);
const missingKey = (name: string) =>
  invalid(
    `One or more parameter values were invalid: Missing the key ${name} in the item`,
    'One of the required keys was not given a value',
  );
const wrongType = (actual: string) =>
  invalid(
    `One or more parameter values were invalid: Type mismatch for key part expected: S actual: ${actual}`,
    'One or more parameter values were invalid: Type mismatch for key',
    'Invalid attribute value type',
  );

const operations: readonly (readonly [string, (fields: Fields) => Fields])[] = [
  ['PutItem', (item) => ({ TableName: 'plain', Item: item })],
  ['GetItem', (item) => ({ TableName: 'plain', Key: item })],
  ['UpdateItem', (item) => ({ TableName: 'plain', Key: item })],
  ['DeleteItem', (item) => ({ TableName: 'plain', Key: item })],
  ['BatchGetItem', (item) => ({ RequestItems: { plain: { Keys: [item] } } })],
  ['BatchWriteItem', (item) => ({ RequestItems: { plain: [{ PutRequest: { Item: item } }] } })],
];

const ofEachOperation = operations.flatMap(([operation, input]) => {
  const isPut = operation === 'PutItem';
  return [
    accepts('a partition key of 2,048 bytes', operation, input({ room: S(repeat(2048)), part: S('1') })),
    accepts(
      'a partition key of 1,024 letters of 2 bytes',
      operation,
      input({ room: S(repeat(1024, 'é')), part: S('1') }),
    ),
    accepts('a sort key of 1,024 bytes', operation, input({ room: S('new'), part: S(repeat(1024)) })),
    refuses(
      'a partition key of 2,049 bytes',
      operation,
      input({ room: S(repeat(2049)), part: S('1') }),
      longPartitionKey,
    ),
    refuses(
      'a partition key of 1,025 letters of 2 bytes',
      operation,
      input({ room: S(repeat(1025, 'é')), part: S('1') }),
      longPartitionKey,
    ),
    refuses(
      'a sort key of 1,025 bytes',
      operation,
      input({ room: S('new'), part: S(repeat(1025)) }),
      longSortKey,
    ),
    refuses(
      'a sort key of 257 letters of 4 bytes',
      operation,
      input({ room: S('new'), part: S(repeat(257, '😀')) }),
      longSortKey,
    ),
    refuses('an empty partition key', operation, input({ room: S(''), part: S('1') }), empty('room')),
    refuses('an empty sort key', operation, input({ room: S('new'), part: S('') }), empty('part')),
    refuses(
      'a key without its sort key',
      operation,
      input({ room: S('new') }),
      isPut
        ? missingKey('part')
        : {
            ...otherKey,
            local: [...(otherKey.local as string[]), 'One of the required keys was not given a value'],
          },
    ),
    refuses(
      'a sort key of another type',
      operation,
      input({ room: S('new'), part: N(1) }),
      isPut ? wrongType('N') : otherKey,
    ),
    refuses(
      'a key with a null',
      operation,
      input({ room: S('new'), part: { NULL: true } }),
      isPut ? wrongType('NULL') : otherKey,
    ),
    ...(operation.endsWith('WriteItem') || isPut
      ? []
      : [
          refuses(
            'a key with a third attribute',
            operation,
            input({ room: S('new'), part: S('1'), other: S('1') }),
            otherKey,
          ),
        ]),
  ];
});

const binaryKey = (room: number, part: number) => ({ room: B(room), part: B(part) });

const indexSize = invalid('One or more parameter values were invalid: Size limit exceeded');
const emptyIndexKey = invalid(
  'One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: by-user, IndexKey: user',
);
const emptyUpdatedKey = invalid(
  'One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value.',
);
const indexType = (actual: string) =>
  `One or more parameter values were invalid: Type mismatch for Index Key user Expected: S Actual: ${actual} IndexName: by-user`;
const userNames = { '#user': 'user' };
const setUser = (value: Fields) =>
  update('SET #user = :user', { values: { ':user': value }, names: userNames });

export const keyCases: readonly RequestCase[] = [
  ...ofEachOperation,
  accepts('a binary partition key of 2,048 bytes', 'PutItem', {
    TableName: 'binaries',
    Item: binaryKey(2048, 1),
  }),
  refuses(
    'a binary partition key of 2,049 bytes',
    'PutItem',
    { TableName: 'binaries', Item: binaryKey(2049, 1) },
    longPartitionKey,
  ),
  refuses(
    'a binary sort key of 1,025 bytes',
    'PutItem',
    { TableName: 'binaries', Item: binaryKey(1, 1025) },
    longSortKey,
  ),
  refuses(
    'an empty binary partition key',
    'PutItem',
    { TableName: 'binaries', Item: binaryKey(0, 1) },
    empty('room', 'binary'),
  ),
  refuses(
    'an empty binary sort key',
    'GetItem',
    { TableName: 'binaries', Key: binaryKey(1, 0) },
    empty('part', 'binary'),
  ),
  accepts(
    'a number as a sort key, without its last zeros',
    'PutItem',
    { TableName: 'numbers', Item: { room: S('new'), part: N('1.50') } },
    { stored: { part: N('1.5') } },
  ),
  refuses(
    'text as a number in a key',
    'GetItem',
    { TableName: 'numbers', Key: { room: S('new'), part: N('x') } },
    invalid(
      'The parameter cannot be converted to a numeric value: x',
      'A value provided cannot be converted into a number',
    ),
  ),

  accepts('an index key of 2,048 bytes', 'PutItem', put({ user: S(repeat(2048)) })),
  refuses('an index key of 2,049 bytes', 'PutItem', put({ user: S(repeat(2049)) }), indexSize),
  refuses(
    'a sort key of an index of 1,025 bytes',
    'PutItem',
    put({ room: S(repeat(1025)), user: S('alice') }),
    indexSize,
  ),
  refuses('an empty index key', 'PutItem', put({ user: S('') }), emptyIndexKey),
  refuses(
    'an empty index key',
    'BatchWriteItem',
    { RequestItems: { items: [{ PutRequest: { Item: put({ user: S('') }).Item } }] } },
    emptyIndexKey,
  ),
  refuses(
    'an index key of another type',
    'PutItem',
    put({ user: N(1) }),
    invalid(indexType('N'), 'One or more parameter values were invalid: Type mismatch for Index Key'),
  ),
  refuses(
    'null as an index key',
    'PutItem',
    put({ user: { NULL: true } }),
    invalid(indexType('NULL'), 'Invalid attribute value type'),
  ),
  refuses('an empty index key', 'UpdateItem', setUser(S('')), emptyUpdatedKey),
  refuses(
    'an empty index key of an item that lacks the sort key of the index',
    'UpdateItem',
    { ...setUser(S('')), TableName: 'pairs' },
    emptyUpdatedKey,
  ),
  refuses(
    'an empty index key by if_not_exists',
    'UpdateItem',
    update('SET #user = if_not_exists(absent, :user)', { values: { ':user': S('') }, names: userNames }),
    invalid(
      /^One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported/,
    ),
  ),
  // A write needs the data types of the index's keys. DynamoDB Local checks them in puts only.
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Writes
  refuses('an index key of another type', 'UpdateItem', setUser(N(1)), {
    ...invalid(indexType('N')),
    local: 'accepts',
  }),
  // Index keys have the limits of table keys: DynamoDB Local checks them in puts only.
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
  refuses('an index key of 2,049 bytes', 'UpdateItem', setUser(S(repeat(2049))), {
    ...indexSize,
    local: 'accepts',
  }),
  accepts(
    'the removal of an index key',
    'UpdateItem',
    update('REMOVE #user', { names: userNames, ReturnValues: 'UPDATED_NEW' }),
    { output: {} },
  ),

  ...['room', 'part'].map((name) =>
    refuses(
      `an update of the key ${name}`,
      'UpdateItem',
      update(`SET ${name} = :v`, { values: { ':v': S('x') } }),
      invalid(
        `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
      ),
    ),
  ),
  refuses(
    'the removal of a key',
    'UpdateItem',
    update('REMOVE part'),
    invalid(/Cannot update attribute part. This attribute is part of the key/),
  ),
  refuses(
    'an element of a key',
    'UpdateItem',
    update('SET room.a = :v', { values: { ':v': S('x') } }),
    invalid(/Cannot update attribute room|Key attributes must be scalars/),
  ),
  refuses(
    'an element of an index key',
    'UpdateItem',
    update('SET #user.a = :v', { values: { ':v': S('x') }, names: userNames }),
    invalid(/^Key attributes must be scalars/),
  ),
  refuses(
    'an empty partition key in a query',
    'Query',
    query('room = :room', { values: { ':room': S('') } }),
    empty('room'),
  ),
  refuses(
    'an empty sort key in a query',
    'Query',
    query('room = :room AND part = :part', { values: { ':room': S('new'), ':part': S('') } }),
    empty('part'),
  ),
  refuses(
    'an empty key of an index in a query',
    'Query',
    query('#user = :user', { values: { ':user': S('') }, names: userNames, IndexName: 'by-user' }),
    emptyIndexKey,
  ),
];
