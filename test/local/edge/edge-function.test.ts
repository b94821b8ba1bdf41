import { expect, test } from 'vitest';
import { createEdgeFunctionRunner } from '../../../local/edge/edge-function.ts';

const run = (code: string, event: unknown = {}, timeoutMs = 5_000) =>
  createEdgeFunctionRunner(timeoutMs)({ name: 'Test', code }, event);

test('passes the event to the function and returns its result, as JSON', () => {
  expect(run('function handler(event) { event.b = 2; return event; }', { a: 1 })).toEqual({ a: 1, b: 2 });
});

test('stops a function that runs too long', () => {
  expect(() => run('function handler() { for (;;) {} }', {}, 20)).toThrow(/timed out/);
});

test('starts each run with a new context', () => {
  const edgeFunction = {
    name: 'Count',
    code: 'let count = 0; Array.prototype.left = 1; function handler() { count += 1; return { count }; }',
  };
  const runner = createEdgeFunctionRunner(5_000);
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

test('runs a function in strict mode, without dynamic code', () => {
  expect(() => run('function handler() { undeclared = 1; return {}; }')).toThrow(/undeclared is not defined/);
  expect(() => run('function handler() { return eval("({})"); }')).toThrow(/Code generation/);
});

test.each(['return;', 'return undefined;'])('throws for a function that does only %s', (body) => {
  expect(() => run(`function handler() { ${body} }`)).toThrow('it returned nothing');
});

test('lets a function write to the console', () => {
  expect(run('function handler() { console.log("hello"); return {}; }')).toEqual({});
});
