import { isObject } from './object.ts';

/** Everything that a template's intrinsics may refer to. Each method returns undefined for an unknown name. */
export interface References {
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): unknown;
  mapping(name: string): unknown;
}

/** The value of `AWS::NoValue`. A property or list entry with this value is removed. */
const noValue = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: References, where: string) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope, where) => {
    const name = text(argument, `${where}, Ref`);
    if (name === 'AWS::NoValue') return noValue;
    return required(scope.ref(name), `Ref of ${name}`, where);
  },
  'Fn::GetAtt': (argument, scope, where) => {
    const [id = '', ...rest] = typeof argument === 'string' ? argument.split('.') : list(argument, where);
    const attribute = rest.map((part) => text(evaluate(part, scope, where), where)).join('.');
    const name = text(id, where);
    return required(scope.attribute(name, attribute), `Fn::GetAtt of ${name}.${attribute}`, where);
  },
  'Fn::Join': (argument, scope, where) => {
    const [separator, parts] = list(argument, where);
    const items = list(evaluate(parts, scope, where), where);
    return items.map((item) => text(item, `${where}, Fn::Join`)).join(text(separator, where));
  },
  'Fn::Sub': (argument, scope, where) => {
    const [pattern, variables] = typeof argument === 'string' ? [argument] : list(argument, where);
    return substitute(text(pattern, where), isObject(variables) ? variables : {}, scope, where);
  },
  'Fn::Select': (argument, scope, where) => {
    const [index, parts] = list(argument, where);
    const items = list(evaluate(parts, scope, where), where);
    return required(items[Number(evaluate(index, scope, where))], `Fn::Select of entry ${index}`, where);
  },
  'Fn::Split': (argument, scope, where) => {
    const [separator, source] = list(argument, where);
    return text(evaluate(source, scope, where), where).split(text(separator, where));
  },
  'Fn::If': (argument, scope, where) => {
    const [condition, yes, no] = list(argument, where);
    return evaluate(conditionHolds(text(condition, where), scope, where) ? yes : no, scope, where);
  },
  'Fn::FindInMap': (argument, scope, where) => {
    const [map, ...keys] = list(evaluate(argument, scope, where), where).map((key) => text(key, where));
    let value = scope.mapping(map ?? '');
    for (const key of keys) value = isObject(value) ? value[key] : undefined;
    return required(value, `Fn::FindInMap of ${map}.${keys.join('.')}`, where);
  },
  'Fn::Equals': (argument, scope, where) => {
    const [left, right] = list(evaluate(argument, scope, where), where);
    return String(left) === String(right);
  },
  'Fn::Not': (argument, scope, where) => !truth(list(argument, where)[0], scope, where),
  'Fn::And': (argument, scope, where) => list(argument, where).every((part) => truth(part, scope, where)),
  'Fn::Or': (argument, scope, where) => list(argument, where).some((part) => truth(part, scope, where)),
};

/**
 * Returns `value` with every intrinsic resolved. `where` describes the value's position for errors.
 * @throws if an intrinsic or a reference is unknown, or an argument malformed
 */
export function resolve(value: unknown, scope: References, where: string): unknown {
  const result = evaluate(value, scope, where);
  return result === noValue ? undefined : result;
}

/** Like `resolve`, for a value that has to be a string. */
export function resolveText(value: unknown, scope: References, where: string): string {
  return text(resolve(value, scope, where), where);
}

/** Returns whether the template's condition `name` holds. */
export function conditionHolds(name: string, scope: References, where: string): boolean {
  return truth(required(scope.condition(name), `condition ${name}`, where), scope, where);
}

function evaluate(value: unknown, scope: References, where: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => evaluate(item, scope, where)).filter((item) => item !== noValue);
  }
  if (!isObject(value)) return value;
  const [key, ...others] = Object.keys(value);
  if (key !== undefined && others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
    const intrinsic = intrinsics[key];
    return intrinsic === undefined ? required(undefined, key, where) : intrinsic(value[key], scope, where);
  }
  const resolved = Object.entries(value).map(([name, part]) => [name, evaluate(part, scope, where)]);
  return Object.fromEntries(resolved.filter(([, part]) => part !== noValue));
}

function truth(value: unknown, scope: References, where: string): boolean {
  if (isObject(value) && typeof value['Condition'] === 'string') {
    return conditionHolds(value['Condition'], scope, where);
  }
  const result = evaluate(value, scope, where);
  if (typeof result === 'boolean') return result;
  return result === 'true';
}

function substitute(
  pattern: string,
  variables: Readonly<Record<string, unknown>>,
  scope: References,
  where: string,
): string {
  return pattern.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    // AWS: Fn::Sub resolves "${!Literal}" to the text "${Literal}".
    if (name.startsWith('!')) return whole.replace('!', '');
    if (name in variables) return text(evaluate(variables[name], scope, where), where);
    const reference = name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name };
    return text(evaluate(reference, scope, where), `${where}, Fn::Sub of ${name}`);
  });
}

function required(value: unknown, name: string, where: string): unknown {
  if (value !== undefined) return value;
  throw new Error(`Could not resolve ${where}: the local stack does not know ${name}. Do without it.`);
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`Could not resolve ${where}: expected text, found ${kind(value)}. Correct the template.`);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`Could not resolve ${where}: expected a list, found ${kind(value)}. Correct the template.`);
}

function kind(value: unknown): string {
  if (value === undefined || value === noValue) return 'nothing';
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : `an ${typeof value}`;
}
