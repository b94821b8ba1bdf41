import { isObject } from '../object.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An attribute value as in a request, such as `{ S: 'text' }`. dynalite has checked the types of its parts. */
export type AttributeValue = Fields;
export type Item = Readonly<Record<string, AttributeValue>>;

/** DynamoDB's limits. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_DEPTH = 32;
const MAX_NAME_BYTES = 65_535;
const MAX_DIGITS = 38;
const MAX_EXPONENT = 125;

const tooDeep = 'Nesting Levels have exceeded supported limits';

const isValue = (value: unknown): value is AttributeValue => isObject(value);

/** Returns the size of an item in bytes as DynamoDB counts it: names and values, text in UTF-8. */
export function itemSize(item: Item): number {
  let size = 0;
  for (const [name, value] of Object.entries(item)) size += Buffer.byteLength(name) + valueSize(value);
  return size;
}

/**
 * Sizes of values. DynamoDB documents text, binary, sets, lists and maps; the size of a number is approximate there.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
function valueSize(value: AttributeValue): number {
  const [type = '', content] = Object.entries(value)[0] ?? [];
  const sum = (sizeOf: (member: unknown) => number): number =>
    Array.isArray(content) ? content.reduce((size: number, member) => size + sizeOf(member), 0) : 0;
  switch (type) {
    case 'S':
      return Buffer.byteLength(String(content));
    case 'N':
      return numberSize(String(content));
    case 'B':
      return binarySize(content);
    case 'SS':
      return sum((member) => Buffer.byteLength(String(member)));
    case 'NS':
      return sum((member) => numberSize(String(member)));
    case 'BS':
      return sum(binarySize);
    case 'L':
      return 3 + sum((member) => 1 + (isValue(member) ? valueSize(member) : 0));
    case 'M': {
      const item = isObject(content) ? (content as Item) : {};
      return 3 + Object.keys(item).length + itemSize(item);
    }
    default:
      return 1;
  }
}

const binarySize = (base64: unknown): number => Buffer.byteLength(String(base64), 'base64');

/** The digits of a number without zeros at both ends, and its exponent: `12300` has the digits `123` and exponent 4. */
function digitsOf(number: string): { readonly digits: string; readonly exponent: number } {
  const [mantissa = '', scale = '0'] = number.toLowerCase().replace(/^[+-]/, '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  const leading = all.length - all.replace(/^0+/, '').length;
  const digits = all.slice(leading).replace(/0+$/, '');
  return { digits, exponent: digits === '' ? 0 : whole.length - 1 - leading + Number(scale) };
}

/**
 * Returns the size of a number in bytes: one for each pair of digits, one for the exponent, and one for a minus sign.
 * The pairs are counted from the decimal point, so a digit may be alone in its pair.
 */
function numberSize(number: string): number {
  const { digits, exponent } = digitsOf(number);
  if (digits === '') return 1;
  const aligned = digits.length % 2 === 1 || exponent % 2 !== 0 ? 0 : 1;
  return 1 + Math.ceil(digits.length / 2) + aligned + (number.startsWith('-') ? 1 : 0);
}

/** Returns why DynamoDB refuses the result of arithmetic, or undefined. */
function checkNumber(number: string): string | undefined {
  const { digits, exponent } = digitsOf(number);
  if (exponent > MAX_EXPONENT) {
    return 'Number overflow. Attempting to store a number with magnitude larger than supported range';
  }
  if (digits.length > MAX_DIGITS) return 'DynamoDB only supports precision up to 38 digits';
  return undefined;
}

/** Removes the sign of `+1`, which DynamoDB accepts and dynalite does not. */
const withoutPlus = (number: unknown): unknown =>
  typeof number === 'string' && number.startsWith('+') && /^.[\d.]/.test(number) ? number.slice(1) : number;

/**
 * Prepares a value of a request for dynalite. Returns why DynamoDB refuses it, or undefined. dynalite fails for null in
 * sets, lists and maps, and does not limit depth and names.
 */
function prepareValue(value: unknown, depth: number): string | undefined {
  if (!isObject(value)) return 'The supplied Item contains a null AttributeValue';
  for (const type in value) {
    const refused = prepareContent(value, type, depth);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

const setKinds: Readonly<Record<string, string>> = { SS: 'string', NS: 'number', BS: 'binary' };

function prepareContent(value: AttributeValue, type: string, depth: number): string | undefined {
  const content = value[type];
  if (type === 'N') Object.assign(value, { N: withoutPlus(content) });
  if (type === 'NS' && Array.isArray(content)) Object.assign(value, { NS: content.map(withoutPlus) });
  if (type === 'L' || type === 'M') return prepareMembers(content, depth);
  const kind = setKinds[type];
  return kind !== undefined && Array.isArray(content) && content.includes(null)
    ? `One or more parameter values were invalid: An ${kind} set may not have a null ${kind} as a member`
    : undefined;
}

function prepareMembers(content: unknown, depth: number): string | undefined {
  if (depth >= MAX_DEPTH) {
    return `${tooDeep}: Attributes in the item have nested levels beyond supported limit`;
  }
  if (Array.isArray(content)) return firstOf(content, (member) => prepareValue(member, depth + 1));
  if (!isObject(content)) return undefined;
  return checkNames(content) ?? firstOf(Object.values(content), (member) => prepareValue(member, depth + 1));
}

/** Returns why DynamoDB refuses the name of an attribute, or undefined. */
export function checkName(name: string): string | undefined {
  if (name === '') return 'Empty attribute name';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    return 'Attribute name is too large, must be less than 65536 bytes';
  }
  return undefined;
}

const checkNames = (fields: object): string | undefined => firstOf(Object.keys(fields), checkName);

/** Prepares an item or key of a request for dynalite. Returns why DynamoDB refuses it, or undefined. */
export function prepareItem(item: Readonly<Record<string, unknown>>): string | undefined {
  return (
    checkNames(item) ??
    firstOf(Object.entries(item), ([name, value]) =>
      isObject(value)
        ? prepareValue(value, 1)
        : `The supplied Item contains a null AttributeValue: ${name} is null`,
    )
  );
}

/** Prepares a value of ExpressionAttributeValues, which is in no item yet. */
export const prepareOperand = (value: unknown): string | undefined => prepareValue(value, 0);

/** Returns why DynamoDB refuses an item that an update has made, or undefined. */
export function checkUpdated(item: Item): string | undefined {
  return firstOf(Object.values(item), (value) => checkUpdatedValue(value, 1));
}

function checkUpdatedValue({ N, L, M }: AttributeValue, depth: number): string | undefined {
  if (typeof N === 'string') return checkNumber(N);
  const members = Array.isArray(L) ? L : isObject(M) ? Object.values(M) : undefined;
  if (members === undefined) return undefined;
  if (depth >= MAX_DEPTH) return tooDeep;
  return firstOf(members, (member) => (isValue(member) ? checkUpdatedValue(member, depth + 1) : undefined));
}

/** Returns the first result that is not undefined. */
export function firstOf<T>(
  values: readonly T[],
  check: (value: T) => string | undefined,
): string | undefined {
  for (const value of values) {
    const result = check(value);
    if (result !== undefined) return result;
  }
  return undefined;
}
