import { expect, test } from 'vitest';
import { edgeFunctionRunner } from '../../../local/edge/edge-function.ts';

const run = (code: string, event: unknown = {}, timeoutMs = 5_000) =>
  edgeFunctionRunner(timeoutMs)({ name: 'Test', code }, event);

test('a function gets the event and gives back what it returns, as JSON', () => {
  expect(run('function handler(event) { event.b = 2; return event; }', { a: 1 })).toEqual({ a: 1, b: 2 });
});

test('a function that does not end is ended', () => {
  expect(() => run('function handler() { for (;;) {} }', {}, 20)).toThrow(/timed out/);
});

test('nothing is left of one run in the next', () => {
  const edgeFunction = {
    name: 'Count',
    code: 'let count = 0; Array.prototype.left = 1; function handler() { count += 1; return { count }; }',
  };
  const runner = edgeFunctionRunner(5_000);
  expect([runner(edgeFunction, {}), runner(edgeFunction, {})]).toEqual([{ count: 1 }, { count: 1 }]);
  expect('left' in []).toBe(false);
});

test.each([
  'process',
  'require',
  'fetch',
  'setTimeout',
  'globalThis.process',
  'URLSearchParams',
  'TextEncoder',
])('a function has no %s', (name) => {
  expect(run(`function handler() { return { is: typeof ${name} }; }`)).toEqual({ is: 'undefined' });
});

test('a function is strict, and makes no code at run time', () => {
  expect(() => run('function handler() { undeclared = 1; return {}; }')).toThrow(/undeclared is not defined/);
  expect(() => run('function handler() { return eval("({})"); }')).toThrow(/Code generation/);
});

test.each(['return;', 'return undefined;'])('a function that does no more than %s fails', (body) => {
  expect(() => run(`function handler() { ${body} }`)).toThrow('it returned nothing');
});

test('a function may write to the console', () => {
  expect(run('function handler() { console.log("hello"); return {}; }')).toEqual({});
});
