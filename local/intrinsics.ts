import { isObject } from './object.ts';

/** Everything that a template's intrinsics may refer to. Each method returns undefined for an unknown name. */
export interface References {
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): unknown;
  mapping(name: string): unknown;
}

/**
 * Returns `value` with every intrinsic resolved. `where` describes the value's position for errors.
 * @throws if an intrinsic or a reference is unknown, or an argument malformed
 */
export function resolve(value: unknown, references: References, where: string): unknown {
  const result = new Resolver(references, where).evaluate(value);
  return result === noValue ? undefined : result;
}

/** Like `resolve`, for a value that has to be a string. */
export function resolveText(value: unknown, references: References, where: string): string {
  return new Resolver(references, where).text(value);
}

/** Returns whether the template's condition `name` holds. */
export function conditionHolds(name: string, references: References, where: string): boolean {
  return new Resolver(references, where).condition(name);
}

/** The value of `AWS::NoValue`. A property or list entry with this value is removed. */
const noValue = Symbol('AWS::NoValue');

class Resolver {
  readonly #references: References;
  readonly #where: string;

  constructor(references: References, where: string) {
    this.#references = references;
    this.#where = where;
  }

  readonly #intrinsics: Readonly<Record<string, (argument: unknown) => unknown>> = {
    Ref: (argument) => {
      const name = this.text(argument);
      return name === 'AWS::NoValue' ? noValue : this.#require(this.#references.ref(name), `Ref of ${name}`);
    },
    'Fn::GetAtt': (argument) => {
      const [id = '', ...rest] = typeof argument === 'string' ? argument.split('.') : this.#list(argument);
      const name = this.text(id);
      const attribute = rest.map((part) => this.text(part)).join('.');
      const value = this.#references.attribute(name, attribute);
      return this.#require(value, `Fn::GetAtt of ${name}.${attribute}`);
    },
    'Fn::Join': (argument) => {
      const [separator, parts] = this.#list(argument);
      const items = this.#list(this.evaluate(parts));
      return items.map((item) => this.text(item)).join(this.text(separator));
    },
    'Fn::Sub': (argument) => {
      const [pattern, variables] = typeof argument === 'string' ? [argument] : this.#list(argument);
      return this.#substitute(this.text(pattern), isObject(variables) ? variables : {});
    },
    'Fn::Select': (argument) => {
      const [index, parts] = this.#list(argument);
      const items = this.#list(this.evaluate(parts));
      return this.#require(items[Number(this.evaluate(index))], `Fn::Select of entry ${index}`);
    },
    'Fn::Split': (argument) => {
      const [separator, source] = this.#list(argument);
      return this.text(source).split(this.text(separator));
    },
    'Fn::If': (argument) => {
      const [condition, yes, no] = this.#list(argument);
      return this.evaluate(this.condition(this.text(condition)) ? yes : no);
    },
    'Fn::FindInMap': (argument) => {
      const [map = '', ...keys] = this.#list(argument).map((key) => this.text(key));
      let value = this.#references.mapping(map);
      for (const key of keys) value = isObject(value) ? value[key] : undefined;
      return this.#require(value, `Fn::FindInMap of ${map}.${keys.join('.')}`);
    },
    'Fn::Equals': (argument) => {
      const [left, right] = this.#list(this.evaluate(argument));
      return String(left) === String(right);
    },
    'Fn::Not': (argument) => !this.#isTrue(this.#list(argument)[0]),
    'Fn::And': (argument) => this.#list(argument).every((part) => this.#isTrue(part)),
    'Fn::Or': (argument) => this.#list(argument).some((part) => this.#isTrue(part)),
  };

  evaluate(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => this.evaluate(item)).filter((item) => item !== noValue);
    }
    if (!isObject(value)) return value;
    const [key, ...others] = Object.keys(value);
    if (key !== undefined && others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
      const intrinsic = this.#intrinsics[key];
      return intrinsic === undefined ? this.#require(undefined, key) : intrinsic(value[key]);
    }
    const resolved = Object.entries(value).map(([name, part]) => [name, this.evaluate(part)]);
    return Object.fromEntries(resolved.filter(([, part]) => part !== noValue));
  }

  condition(name: string): boolean {
    return this.#isTrue(this.#require(this.#references.condition(name), `condition ${name}`));
  }

  #isTrue(value: unknown): boolean {
    if (isObject(value) && typeof value['Condition'] === 'string') return this.condition(value['Condition']);
    return String(this.evaluate(value)) === 'true';
  }

  #substitute(pattern: string, variables: Readonly<Record<string, unknown>>): string {
    return pattern.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
      // CloudFormation resolves "${!Literal}" in Fn::Sub to the text "${Literal}".
      if (name.startsWith('!')) return whole.replace('!', '');
      if (name in variables) return this.text(variables[name]);
      return this.text(name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name });
    });
  }

  #require(value: unknown, name: string): unknown {
    if (value !== undefined) return value;
    throw this.#error(`the local stack does not know ${name}. Do without it.`);
  }

  text(value: unknown): string {
    const result = this.evaluate(value);
    if (['string', 'number', 'boolean'].includes(typeof result)) return String(result);
    throw this.#error(`expected text, found ${describe(result)}. Correct the template.`);
  }

  #list(value: unknown): readonly unknown[] {
    if (Array.isArray(value)) return value;
    throw this.#error(`expected a list, found ${describe(value)}. Correct the template.`);
  }

  #error(reason: string): Error {
    return new Error(`Could not resolve ${this.#where}: ${reason}`);
  }
}

function describe(value: unknown): string {
  if (value === undefined || value === noValue) return 'nothing';
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : `an ${typeof value}`;
}
