import { isObject, property } from '../object.ts';

/** One statement of an identity policy, with its intrinsics resolved. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export type Verdict = 'allowed' | 'denied explicitly' | 'not allowed';

/** Ignoring one of these elements would change the meaning of a policy. */
const unsupported = ['NotAction', 'NotResource', 'Condition', 'Principal', 'NotPrincipal'];

/**
 * Reads a resolved policy document. `where` names the document's owner in errors.
 * @throws if an element is malformed or not supported
 */
export function readStatements(document: unknown, where: string): readonly Statement[] {
  const body = property(document, 'Statement');
  if (body === undefined) throw invalidPolicy(`${where} has no Statement`);
  return (Array.isArray(body) ? body : [body]).map((statement) => readStatement(statement, where));
}

function readStatement(statement: unknown, where: string): Statement {
  if (!isObject(statement)) throw invalidPolicy(`${where} has a statement that is not an object`);
  const element = unsupported.find((name) => statement[name] !== undefined);
  if (element !== undefined) {
    throw invalidPolicy(`${where} uses ${element}`, 'The local stack does not evaluate it. Do without it.');
  }
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw invalidPolicy(`the Effect of ${where} is neither Allow nor Deny`);
  }
  return {
    effect,
    actions: readList(statement['Action'], `the Action of ${where}`),
    resources: readList(statement['Resource'], `the Resource of ${where}`),
  };
}

function readList(value: unknown, where: string): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (items.length === 0) throw invalidPolicy(`${where} is empty`);
  return items.map((item) => {
    if (typeof item === 'string') return item;
    throw invalidPolicy(`${where} is not a string`);
  });
}

function invalidPolicy(reason: string, advice = 'Correct the template.'): Error {
  return new Error(`Could not read a policy: ${reason}. ${advice}`);
}

/** Caches a role's statements by action, because a fan-out checks the same action for each post. */
const statementsByAction = new WeakMap<readonly Statement[], Map<string, readonly Statement[]>>();

function statementsFor(statements: readonly Statement[], action: string): readonly Statement[] {
  const cache = statementsByAction.get(statements) ?? new Map<string, readonly Statement[]>();
  statementsByAction.set(statements, cache);
  const found =
    cache.get(action) ??
    // In IAM, action names are case-insensitive, but resource ARNs are case-sensitive.
    statements.filter(({ actions }) => actions.some((pattern) => matchesWildcard(pattern, action, true)));
  cache.set(action, found);
  return found;
}

/** Evaluates statements like IAM: an explicit Deny wins over any Allow, and the default is no. */
export function evaluate(statements: readonly Statement[], action: string, resource: string): Verdict {
  let verdict: Verdict = 'not allowed';
  for (const statement of statementsFor(statements, action)) {
    if (!statement.resources.some((pattern) => matchesWildcard(pattern, resource))) continue;
    if (statement.effect === 'Deny') return 'denied explicitly';
    verdict = 'allowed';
  }
  return verdict;
}

const compiledPatterns = new Map<string, RegExp>();

/** Returns whether `value` matches an IAM pattern: `*` matches any text, `?` any one character. */
export function matchesWildcard(pattern: string, value: string, ignoreCase = false): boolean {
  if (pattern === '*' || pattern === value) return true;
  const key = `${ignoreCase ? 'i' : 's'}${pattern}`;
  let expression = compiledPatterns.get(key);
  if (expression === undefined) {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    const source = escaped.replaceAll('*', '.*').replaceAll('?', '.');
    expression = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
    compiledPatterns.set(key, expression);
  }
  return expression.test(value);
}
