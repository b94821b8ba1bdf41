import * as v from 'valibot';

// What the errors of requests and frames say about a wrong field. Each fault continues `the field "name"`, and says the
// right form. None quotes the value.

/** The most characters of an unknown name that an error repeats. */
const MAX_SHOWN = 64;

/** Returns an unknown name as an error shows it. */
export const shownName = (name: string): string =>
  name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name;

/** Returns what is wrong with an unknown name. */
export const isUnknown = (known: readonly string[]): string =>
  `is unknown. Use one of: ${known.toSorted().join(', ')}`;

const forms: Readonly<Record<string, string>> = {
  array: 'must be a list',
  boolean: 'must be true or false',
  integer: 'must be a whole number',
  iso_timestamp: 'must be a time in ISO 8601, UTC, such as 2030-01-31T12:00:00Z',
  non_empty: 'must not be empty',
  number: 'must be a number',
  safe_integer: 'must be a whole number',
  string: 'must be a string',
  uuid: 'must be a UUID',
};

/** Returns the form of a field that must have one of a few values, which valibot lists as `("a" | ("b" | undefined))`. */
function oneOf(expected: string): string {
  const values = expected
    .replace(/[()]/g, '')
    .split(' | ')
    .filter((value) => value !== 'undefined');
  return `must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`;
}

const count = (input: unknown, length: unknown): string =>
  `${length} ${Array.isArray(input) ? (length === 1 ? 'entry' : 'entries') : 'characters'}`;

/** Returns what is wrong with a field, for the schemas and checks of valibot that have no message of their own. */
export function faultOf({ type, input, expected, requirement, path }: v.BaseIssue<unknown>): string {
  switch (type) {
    case 'object':
    case 'strict_object':
    case 'loose_object':
    case 'record':
      return input === undefined ? 'is missing' : 'must be an object';
    case 'variant':
      if (!path) return 'must be an object';
      return input === undefined ? 'is missing' : oneOf(expected ?? '');
    case 'literal':
    case 'picklist':
      return oneOf(expected ?? '');
    case 'min_length':
      return `must have at least ${count(input, requirement)}`;
    case 'max_length':
      return `must have at most ${count(input, requirement)}`;
    case 'min_value':
      return `must be at least ${requirement}`;
    case 'max_value':
      return `must be at most ${requirement}`;
    default:
      return forms[type] ?? 'is malformed';
  }
}

/** Makes the errors of a schema say the right form. */
export const withFaults = <S extends v.GenericSchema>(schema: S): S => v.config(schema, { message: faultOf });

export interface Fault {
  readonly message: string;
  /** The value of the wrong field. */
  readonly input?: unknown;
  readonly path?: readonly unknown[] | undefined;
  readonly expected?: unknown;
}

/** Returns the path of a wrong field, such as `lines.1.seq`. Empty for the whole request or frame. */
const pathOf = ({ path = [] }: Fault): string =>
  path
    .map((part) => shownName(String(typeof part === 'object' && part ? Reflect.get(part, 'key') : part)))
    .join('.');

const isAboutUnknown = ({ expected }: Fault): boolean => expected === 'never';

/**
 * Returns the most helpful of the faults that a schema `withFaults` has found, such as `the field "name" is missing`.
 * @param kind such as `field`
 * @param whole names the whole request or frame
 */
export function describeFault(faults: readonly Fault[], kind: string, whole: string): string {
  // A misspelt field is often missing too.
  const fault = faults.find(isAboutUnknown) ?? faults[0];
  if (!fault) return `${whole} is malformed`;
  const path = pathOf(fault);
  return `${path === '' ? whole : `the ${kind} "${path}"`} ${fault.message}`;
}

/** An object that refuses unknown fields, because a misspelt one would have no effect. */
export const strictFields = <E extends v.ObjectEntries>(entries: E) =>
  v.strictObject(entries, (issue) =>
    isAboutUnknown(issue) ? isUnknown(Object.keys(entries)) : faultOf(issue),
  );

/** A whole number of a range. */
export function wholeNumber(min: number, max: number) {
  const form = `must be a whole number from ${min} to ${max}`;
  return v.pipe(v.number(form), v.integer(form), v.minValue(min, form), v.maxValue(max, form));
}
