import { isDeepStrictEqual } from 'node:util';
import type { FunctionDefinition } from './lambda/definition.ts';

/** Called after each step of a deploy. The next step starts when the promise resolves. */
export type AfterStep = (step: string) => Promise<void>;

/** The changes of one function, in order. Each step has the definition that is active after it. */
export interface FunctionStep {
  readonly step: string;
  readonly definition: FunctionDefinition;
}

/**
 * Lists the changes of the functions in CloudFormation's order: a function after the functions that its variables name
 * (AWS: "DependsOn attribute"). Lambda changes the code and the settings of a function in two calls, so for seconds the
 * function runs the new code with the old variables (AWS: "UpdateFunctionCode", "UpdateFunctionConfiguration").
 * Meanwhile it has the grants of both roles: CloudFormation changes the role first, and IAM applies it later.
 */
export function functionSteps(
  before: ReadonlyMap<string, FunctionDefinition>,
  next: ReadonlyMap<string, FunctionDefinition>,
): readonly FunctionStep[] {
  return inOrder(next).flatMap((definition) => {
    const existing = before.get(definition.name);
    // The path of the bundle changes with each synthesis.
    if (isDeepStrictEqual(existing && { ...existing, file: definition.file }, definition)) return [];
    const { name, codeKey, file, handler } = definition;
    const settings = { step: `settings of ${name}`, definition };
    if (existing === undefined || existing.codeKey === codeKey) return [settings];
    const statements = [...existing.role.statements, ...definition.role.statements];
    const role = { ...definition.role, statements };
    return [{ step: `code of ${name}`, definition: { ...existing, codeKey, file, handler, role } }, settings];
  });
}

/** Sorts functions after the functions that their variables name. */
function inOrder(definitions: ReadonlyMap<string, FunctionDefinition>): readonly FunctionDefinition[] {
  const sorted = new Set<FunctionDefinition>();
  const add = (definition: FunctionDefinition, callers: readonly FunctionDefinition[]): void => {
    if (callers.includes(definition)) return;
    const named = Object.values(definition.variables).flatMap((value) => definitions.get(value) ?? []);
    for (const each of named) add(each, [...callers, definition]);
    sorted.add(definition);
  };
  for (const definition of definitions.values()) add(definition, []);
  return [...sorted];
}
