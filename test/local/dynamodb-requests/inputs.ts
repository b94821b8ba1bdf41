import type { Fields } from './request-case.ts';

export const S = (text: string) => ({ S: text });
export const N = (number: number | string) => ({ N: String(number) });
export const L = (...members: readonly Fields[]) => ({ L: members });
/** Returns binary of this many bytes. */
export const B = (bytes: number) => ({ B: Buffer.alloc(bytes, 1).toString('base64') });

export const repeat = (times: number, text = 'x'): string => text.repeat(times);
export const listOf = <T>(length: number, create: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => create(index));

const attribute = (name: string, type: string) => ({ AttributeName: name, AttributeType: type });
const keys = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' },
  { AttributeName: sort, KeyType: 'RANGE' },
];

/** The tables of all cases. */
export const tables = [
  {
    name: 'items',
    attributeDefinitions: ['room', 'part', 'user'].map((name) => attribute(name, 'S')),
    keySchema: keys('room', 'part'),
    indexes: [
      {
        IndexName: 'by-user',
        KeySchema: keys('user', 'room'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  },
  {
    name: 'pairs',
    attributeDefinitions: ['room', 'part', 'user', 'rank'].map((name) => attribute(name, 'S')),
    keySchema: keys('room', 'part'),
    indexes: [
      { IndexName: 'by-pair', KeySchema: keys('user', 'rank'), Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
  },
  {
    name: 'plain',
    attributeDefinitions: ['room', 'part'].map((name) => attribute(name, 'S')),
    keySchema: keys('room', 'part'),
    indexes: [],
  },
  {
    name: 'binaries',
    attributeDefinitions: ['room', 'part'].map((name) => attribute(name, 'B')),
    keySchema: keys('room', 'part'),
    indexes: [],
  },
  {
    name: 'numbers',
    attributeDefinitions: [attribute('room', 'S'), attribute('part', 'N')],
    keySchema: keys('room', 'part'),
    indexes: [],
  },
].map((table) => ({ ...table, logicalId: table.name, arn: table.name }));

export const key = { room: S('sample'), part: S('1') };

/** The table `items` contains this item before each case. */
export const sample = {
  ...key,
  user: S('alice'),
  title: S('abc'),
  score: N(5),
  open: { BOOL: true },
  none: { NULL: true },
  steps: L(N(1), S('two'), N(3)),
  place: { M: { a: S('x'), b: N(2) } },
  letters: { SS: ['a', 'b'] },
  digits: { NS: ['1', '2'] },
  raw: { B: 'AAEC' },
};

/** Returns the input of a put of a new item with these attributes. */
export const put = (attributes: Fields) => ({
  TableName: 'items',
  Item: { room: S('new'), part: S('1'), ...attributes },
});

export interface ExpressionInput {
  readonly values?: Fields | undefined;
  readonly names?: Readonly<Record<string, string>>;
}

const placeholders = ({ values, names }: ExpressionInput) => ({
  ...(values && { ExpressionAttributeValues: values }),
  ...(names && { ExpressionAttributeNames: names }),
});

/** Returns the input of an update of the sample. */
export const update = (expression: string, { values, names, ...others }: ExpressionInput & Fields = {}) => ({
  TableName: 'items',
  Key: key,
  UpdateExpression: expression,
  ...placeholders({ values, names } as ExpressionInput),
  ...others,
});

/** Returns the input of a conditional delete of the sample. */
export const when = (expression: string, parameters: ExpressionInput = {}) => ({
  TableName: 'items',
  Key: key,
  ConditionExpression: expression,
  ...placeholders(parameters),
});

/** Returns the input of a query. */
export const query = (condition: string, { values, names, ...others }: ExpressionInput & Fields = {}) => ({
  TableName: 'items',
  KeyConditionExpression: condition,
  ...placeholders({ values, names } as ExpressionInput),
  ...others,
});
