import { isObject } from '../object.ts';
import { checkName, firstOf, type Item, itemSize, prepareOperand } from './attribute-values.ts';

type Fields = Readonly<Record<string, unknown>>;

/** DynamoDB's limits. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_EXPRESSION_BYTES = 4_096;
const MAX_PLACEHOLDER_BYTES = 255;
const MAX_PLACEHOLDERS_BYTES = 2 * 1024 * 1024;
const MAX_OPERATORS = 300;
const MAX_IN_OPERANDS = 100;

const expressions = [
  ...['UpdateExpression', 'ConditionExpression', 'KeyConditionExpression'],
  ...['FilterExpression', 'ProjectionExpression'],
];

const names = 'ExpressionAttributeNames';
const values = 'ExpressionAttributeValues';

/**
 * Checks what dynalite's parser does not, before it parses: the sizes of expressions and placeholders, and paths that
 * begin with an underscore. Returns why DynamoDB refuses the request, or undefined.
 */
export function checkExpressions(input: Fields): string | undefined {
  return checkPlaceholders(input) ?? firstOf(expressions, (name) => checkText(name, input[name]));
}

function checkText(name: string, expression: unknown): string | undefined {
  if (typeof expression !== 'string') return undefined;
  const size = Buffer.byteLength(expression);
  if (size > MAX_EXPRESSION_BYTES) {
    return `Invalid ${name}: Expression size has exceeded the maximum allowed size; expression size: ${size}`;
  }
  if (/(?<![\w#:])_/.test(expression)) return `Invalid ${name}: Syntax error; token: "_"`;
  return undefined;
}

function checkPlaceholders(input: Fields): string | undefined {
  for (const parameter of [names, values]) {
    const placeholders = input[parameter];
    if (!isObject(placeholders)) continue;
    const long = Object.keys(placeholders).find((key) => Buffer.byteLength(key) > MAX_PLACEHOLDER_BYTES);
    if (long !== undefined) {
      const size = Buffer.byteLength(long);
      const reason = 'The expression attribute map contains a key that is too long';
      return `${parameter} contains invalid key: ${reason}; size of key: ${size}`;
    }
    const check = parameter === names ? (value: unknown) => checkName(String(value)) : prepareOperand;
    const refused = firstOf(Object.entries(placeholders), ([key, value]) => {
      const reason = check(value);
      return reason && `${parameter} contains invalid value: ${reason} for key ${key}`;
    });
    if (refused !== undefined) return refused;
    if (sizeOf(placeholders) >= MAX_PLACEHOLDERS_BYTES) return `${parameter} exceeds max size`;
  }
  return undefined;
}

function sizeOf(placeholders: Fields): number {
  const own = Object.values(placeholders);
  return own.every((value) => typeof value === 'string')
    ? own.reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0)
    : itemSize(placeholders as Item);
}

/** A node of dynalite's syntax trees. Paths are arrays, and values are like `{ S: 'text' }`. */
interface Operation {
  readonly type: string;
  readonly args: readonly unknown[];
}

const isOperation = (node: unknown): node is Operation =>
  isObject(node) && typeof node['type'] === 'string' && Array.isArray(node['args']);

/** The syntax trees that dynalite adds to a request, and the parameter of each. */
const parsedExpressions = {
  _condition: 'ConditionExpression',
  _keyCondition: 'KeyConditionExpression',
  _filter: 'FilterExpression',
  _updates: 'UpdateExpression',
};

/** Checks parsed expressions: how many operators they have, and their operands. */
export function checkOperations(input: Fields): string | undefined {
  return firstOf(Object.entries(parsedExpressions), ([property, name]) => {
    const tree = input[property];
    if (!isObject(tree)) return undefined;
    const { expression, sections } = tree;
    const roots = Array.isArray(sections) ? sections.map(({ val }) => val) : [expression];
    const reason = checkTree(roots);
    return reason && `Invalid ${name}: ${reason}`;
  });
}

function checkTree(roots: readonly unknown[]): string | undefined {
  let count = 0;
  const visit = (node: unknown): string | undefined => {
    if (!isOperation(node)) return undefined;
    count += 1;
    if (count > MAX_OPERATORS) {
      return `The expression contains too many operators; operator count: ${count}`;
    }
    return checkOperands(node) ?? firstOf(node.args, visit);
  };
  return firstOf(roots, visit);
}

/** Types that have no order. */
const unordered = new Set(['BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M']);
/** Operations that dynalite evaluates wrongly for lists and maps. */
const comparing = new Set(['=', '<>', 'in']);

function checkOperands({ type, args }: Operation): string | undefined {
  const [first, ...others] = args;
  if (type === 'in' && others.length > MAX_IN_OPERANDS) {
    return `The IN operator is provided with too many operands; number of operands: ${others.length}`;
  }
  if ((type === 'in' || type === 'between') && others.some((other) => isSamePath(first, other))) {
    const operand = Array.isArray(first) ? first.join(', ') : '';
    return (
      'The first operand must be distinct from the remaining operands for this operator or function; ' +
      `operator: ${type.toUpperCase()}, first operand: [${operand}]`
    );
  }
  const types = args.flatMap((arg) => (isObject(arg) && !isOperation(arg) ? Object.keys(arg) : []));
  const wrong = /^([<>]=?|between)$/.test(type) ? types.find((each) => unordered.has(each)) : undefined;
  if (wrong !== undefined) {
    const operator = `operator or function: ${type.toUpperCase()}, operand type: ${wrong}`;
    return `Incorrect operand type for operator or function; ${operator}`;
  }
  const unsupported = comparing.has(type) && types.find((each) => each === 'L' || each === 'M');
  return unsupported ? 'Comparing lists and maps is not supported by the embedded DynamoDB' : undefined;
}

const isSamePath = (first: unknown, other: unknown): boolean =>
  Array.isArray(first) && Array.isArray(other) && first.join('.') === other.join('.');
