import { isObject } from './object.ts';

/** What a template's intrinsics may refer to. Each answers undefined for a name that it does not have. */
export interface Names {
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): unknown;
  mapping(name: string): unknown;
}

/** Stands for `AWS::NoValue`: the property or list entry that holds it is left out. */
const noValue = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, names: Names, where: string) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, names, where) => {
    const name = text(argument, `${where}, Ref`);
    if (name === 'AWS::NoValue') return noValue;
    return known(names.ref(name), `Ref of ${name}`, where);
  },
  'Fn::GetAtt': (argument, names, where) => {
    const [id = '', ...rest] = typeof argument === 'string' ? argument.split('.') : list(argument, where);
    const attribute = rest.map((part) => text(evaluate(part, names, where), where)).join('.');
    const name = text(id, where);
    return known(names.attribute(name, attribute), `Fn::GetAtt of ${name}.${attribute}`, where);
  },
  'Fn::Join': (argument, names, where) => {
    const [separator, parts] = list(argument, where);
    const items = list(evaluate(parts, names, where), where);
    return items.map((item) => text(item, `${where}, Fn::Join`)).join(text(separator, where));
  },
  'Fn::Sub': (argument, names, where) => {
    const [pattern, variables] = typeof argument === 'string' ? [argument] : list(argument, where);
    return substitute(text(pattern, where), isObject(variables) ? variables : {}, names, where);
  },
  'Fn::Select': (argument, names, where) => {
    const [index, parts] = list(argument, where);
    const items = list(evaluate(parts, names, where), where);
    return known(items[Number(evaluate(index, names, where))], `Fn::Select of entry ${index}`, where);
  },
  'Fn::Split': (argument, names, where) => {
    const [separator, source] = list(argument, where);
    return text(evaluate(source, names, where), where).split(text(separator, where));
  },
  'Fn::If': (argument, names, where) => {
    const [condition, yes, no] = list(argument, where);
    return evaluate(holds(text(condition, where), names, where) ? yes : no, names, where);
  },
  'Fn::FindInMap': (argument, names, where) => {
    const [map, ...keys] = list(evaluate(argument, names, where), where).map((key) => text(key, where));
    let value = names.mapping(map ?? '');
    for (const key of keys) value = isObject(value) ? value[key] : undefined;
    return known(value, `Fn::FindInMap of ${map}.${keys.join('.')}`, where);
  },
  'Fn::Equals': (argument, names, where) => {
    const [left, right] = list(evaluate(argument, names, where), where);
    return String(left) === String(right);
  },
  'Fn::Not': (argument, names, where) => !truth(list(argument, where)[0], names, where),
  'Fn::And': (argument, names, where) => list(argument, where).every((part) => truth(part, names, where)),
  'Fn::Or': (argument, names, where) => list(argument, where).some((part) => truth(part, names, where)),
};

/**
 * `value` with every intrinsic replaced. `where` says whose value it is, for the error that an unknown
 * intrinsic, an unknown reference or a malformed argument throws.
 */
export function resolve(value: unknown, names: Names, where: string): unknown {
  const result = evaluate(value, names, where);
  return result === noValue ? undefined : result;
}

/** As `resolve`, for a value that has to be a string. */
export function resolveText(value: unknown, names: Names, where: string): string {
  return text(resolve(value, names, where), where);
}

/** Whether the template's condition `name` holds. */
export function holds(name: string, names: Names, where: string): boolean {
  return truth(known(names.condition(name), `condition ${name}`, where), names, where);
}

function evaluate(value: unknown, names: Names, where: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => evaluate(item, names, where)).filter((item) => item !== noValue);
  }
  if (!isObject(value)) return value;
  const [key, ...others] = Object.keys(value);
  if (key !== undefined && others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
    const intrinsic = intrinsics[key];
    if (intrinsic === undefined) return unknownValue(key, where);
    return intrinsic(value[key], names, where);
  }
  const resolved = Object.entries(value).map(([name, part]) => [name, evaluate(part, names, where)]);
  return Object.fromEntries(resolved.filter(([, part]) => part !== noValue));
}

function truth(value: unknown, names: Names, where: string): boolean {
  if (isObject(value) && typeof value['Condition'] === 'string') {
    return holds(value['Condition'], names, where);
  }
  const result = evaluate(value, names, where);
  if (typeof result === 'boolean') return result;
  return result === 'true';
}

function substitute(
  pattern: string,
  variables: Readonly<Record<string, unknown>>,
  names: Names,
  where: string,
): string {
  return pattern.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    // AWS: Fn::Sub, "${!Literal}" stands for the text "${Literal}".
    if (name.startsWith('!')) return whole.replace('!', '');
    if (name in variables) return text(evaluate(variables[name], names, where), where);
    const reference = name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name };
    return text(evaluate(reference, names, where), `${where}, Fn::Sub of ${name}`);
  });
}

function known(value: unknown, what: string, where: string): unknown {
  return value === undefined ? unknownValue(what, where) : value;
}

function unknownValue(what: string, where: string): never {
  throw new Error(
    `Template was not resolved: ${where}: the local stack does not know ${what}; teach local/ or do without it`,
  );
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(
    `Template was not resolved: ${where}: expected text, found ${kind(value)}; mend the template`,
  );
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(
    `Template was not resolved: ${where}: expected a list, found ${kind(value)}; mend the template`,
  );
}

function kind(value: unknown): string {
  if (value === undefined || value === noValue) return 'nothing';
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : `an ${typeof value}`;
}
