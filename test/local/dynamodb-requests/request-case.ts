/** An attribute value, an item, or the input of an operation. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a test expects of a refused request. */
export interface Refusal {
  /** The type of the error, without its namespace. */
  readonly error: string;
  readonly message: string | RegExp;
  /**
   * The answer of DynamoDB Local, if it differs from the service: other texts, another error, or `accepts` if DynamoDB
   * Local accepts the request. The service counts.
   */
  readonly local?: readonly (string | RegExp)[] | Refusal | 'accepts';
}

/** What a test expects of an accepted request. */
export interface Acceptance {
  /** The complete output. The members of sets, and the items of batches, may have any order. */
  readonly output?: Fields;
  /** Attributes of the item that the request wrote. */
  readonly stored?: Fields;
  /** The result of DynamoDB Local, if it differs from the service. The service counts. */
  readonly local?: Acceptance | Refusal;
}

/** A request to DynamoDB, and whether DynamoDB accepts or refuses it. */
export interface RequestCase {
  readonly name: string;
  readonly operation: string;
  readonly input: Fields;
  readonly expected: Refusal | Acceptance;
}

export const accepts = (
  name: string,
  operation: string,
  input: Fields,
  expected: Acceptance = {},
): RequestCase => ({ name: `${operation} accepts ${name}`, operation, input, expected });

export const refuses = (name: string, operation: string, input: Fields, expected: Refusal): RequestCase => ({
  name: `${operation} refuses ${name}`,
  operation,
  input,
  expected,
});

/** Returns a refusal by validation, with other texts of DynamoDB Local. */
export const invalid = (message: string | RegExp, ...local: readonly (string | RegExp)[]): Refusal => ({
  error: 'ValidationException',
  message,
  ...(local.length > 0 && { local }),
});

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
