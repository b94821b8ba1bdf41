import { expect, test } from 'vitest';
import type { FunctionDefinition } from '../../local/lambda/definition.ts';
import { functionSteps } from '../../local/roll-out.ts';

const grant = (action: string) => ({ effect: 'Allow', actions: [action], resources: ['*'] }) as const;

const definition = (name: string, changes: Partial<FunctionDefinition> = {}): FunctionDefinition => ({
  ...{ name, arn: `arn:${name}`, codeKey: 'one', file: '/one.mjs', handler: 'handler', variables: {} },
  ...{ timeoutMs: 1_000, memoryMb: 128, role: { name, statements: [grant('a:Old')] } },
  retry: { retries: 0, maxAgeMs: 1_000, onFailure: null },
  ...changes,
});

const stepsOf = (before: readonly FunctionDefinition[], next: readonly FunctionDefinition[]) => {
  const byName = (all: readonly FunctionDefinition[]) => new Map(all.map((each) => [each.name, each]));
  return functionSteps(byName(before), byName(next));
};

test('new code first runs with the earlier variables and the grants of both releases', () => {
  const before = definition('a', { variables: { WORD: 'one' } });
  const role = { name: 'a', statements: [grant('a:New')] };
  const next = definition('a', { codeKey: 'two', file: '/two.mjs', variables: { WORD: 'two' }, role });
  const [code, settings, ...others] = stepsOf([before], [next]);
  const both = { name: 'a', statements: [grant('a:Old'), grant('a:New')] };
  expect(code?.definition).toEqual({ ...before, codeKey: 'two', file: '/two.mjs', role: both });
  expect(settings?.definition).toEqual(next);
  expect(others).toEqual([]);
});

test('a function changes after the functions that its variables name, even if the variables form a circle', () => {
  const names = (name: string, other: string) => definition(name, { variables: { OTHER: other } });
  const steps = stepsOf([], [names('a', 'b'), names('b', 'c'), names('c', 'b')]);
  expect(steps.map(({ step }) => step)).toEqual(['settings of c', 'settings of b', 'settings of a']);
});

test('a function does not change if only the path of its bundle is new', () => {
  expect(stepsOf([definition('a')], [definition('a', { file: '/two.mjs' })])).toEqual([]);
});
