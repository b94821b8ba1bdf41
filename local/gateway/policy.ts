export type Verdict = 'allow' | 'explicit deny' | 'implicit deny';

/** `*` is any text, `?` one character, and all else itself. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function malformed(what: string): Error {
  return new Error(`Policy was not evaluated: ${what}; return a valid IAM policy document`);
}

function texts(value: unknown, name: string): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((entry) => typeof entry === 'string')) {
    throw malformed(`a statement's ${name} is not a text or a list of texts`);
  }
  return list;
}

function statements(document: unknown): readonly object[] {
  if (typeof document !== 'object' || document === null) throw malformed('it is not an object');
  const statement: unknown = Reflect.get(document, 'Statement');
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  return list.map((entry) => {
    if (typeof entry !== 'object' || entry === null) throw malformed('it has no statement');
    return entry;
  });
}

/**
 * What an authorizer's policy says of one action on one resource: any matching Deny wins, then any
 * matching Allow, and nothing that matches is a deny too. Actions match whatever their case.
 * Throws if the document is malformed, or uses what is not supported here.
 */
export function evaluatePolicy(document: unknown, action: string, resource: string): Verdict {
  let verdict: Verdict = 'implicit deny';
  for (const statement of statements(document)) {
    for (const name of ['NotAction', 'NotResource', 'Condition']) {
      if (Object.hasOwn(statement, name)) throw malformed(`${name} is not supported here`);
    }
    const effect: unknown = Reflect.get(statement, 'Effect');
    if (effect !== 'Allow' && effect !== 'Deny')
      throw malformed("a statement's Effect is neither Allow nor Deny");
    const actions = texts(Reflect.get(statement, 'Action'), 'Action');
    const resources = texts(Reflect.get(statement, 'Resource'), 'Resource');
    const applies =
      actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
      resources.some((pattern) => matches(pattern, resource));
    if (applies && effect === 'Deny') return 'explicit deny';
    if (applies) verdict = 'allow';
  }
  return verdict;
}
