import { isObject } from '../object.ts';
import { matchesWildcard } from './wildcard.ts';

/** One statement of an identity policy, its intrinsics resolved. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export type Verdict = 'allowed' | 'denied explicitly' | 'not allowed';

/** Elements that would change the meaning if they were passed over, so they are refused. */
const unsupported = ['NotAction', 'NotResource', 'Condition', 'Principal', 'NotPrincipal'];

/** Reads a resolved policy document; throws one clear line for an element that is not evaluated here. */
export function readStatements(document: unknown, where: string): readonly Statement[] {
  const body = isObject(document) ? document['Statement'] : undefined;
  if (body === undefined)
    throw new Error(`Policy was not read: ${where} has no Statement; mend the template`);
  return (Array.isArray(body) ? body : [body]).map((statement) => readStatement(statement, where));
}

/** A role's statements about an action are looked up once: a fan-out asks for each of its posts. */
const aboutActions = new WeakMap<readonly Statement[], Map<string, readonly Statement[]>>();

function aboutAction(statements: readonly Statement[], action: string): readonly Statement[] {
  const known = aboutActions.get(statements) ?? new Map<string, readonly Statement[]>();
  aboutActions.set(statements, known);
  const found =
    known.get(action) ??
    // AWS: action names do not depend on case, resource ARNs do.
    statements.filter(({ actions }) => actions.some((pattern) => matchesWildcard(pattern, action, true)));
  known.set(action, found);
  return found;
}

/** Decides as IAM does: an explicit Deny wins, then any Allow, else no. */
export function evaluate(statements: readonly Statement[], action: string, resource: string): Verdict {
  let verdict: Verdict = 'not allowed';
  for (const statement of aboutAction(statements, action)) {
    if (!statement.resources.some((pattern) => matchesWildcard(pattern, resource))) continue;
    if (statement.effect === 'Deny') return 'denied explicitly';
    verdict = 'allowed';
  }
  return verdict;
}

function readStatement(statement: unknown, where: string): Statement {
  if (!isObject(statement)) {
    throw new Error(`Policy was not read: ${where}: a statement is not an object; mend the template`);
  }
  const element = unsupported.find((name) => statement[name] !== undefined);
  if (element !== undefined) {
    throw new Error(
      `Policy was not read: ${where} uses ${element}, which the local stack does not evaluate; ` +
        'write the statement without it or teach local/iam/',
    );
  }
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new Error(`Policy was not read: ${where}: Effect is neither Allow nor Deny; mend the template`);
  }
  return {
    effect,
    actions: texts(statement['Action'], `${where}, Action`),
    resources: texts(statement['Resource'], `${where}, Resource`),
  };
}

function texts(value: unknown, where: string): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (items.length === 0) throw new Error(`Policy was not read: ${where} is empty; mend the template`);
  return items.map((item) => {
    if (typeof item === 'string') return item;
    throw new Error(`Policy was not read: ${where} is not text; mend the template`);
  });
}
