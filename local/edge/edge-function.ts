import { type Context, createContext, Script } from 'node:vm';
import type { EdgeFunction } from './distribution.ts';

/** Runs a function with an event, and gives back what it returned. Throws what went wrong in it. */
export type RunEdgeFunction = (edgeFunction: EdgeFunction, event: unknown) => unknown;

const scripts = new WeakMap<EdgeFunction, Script>();

/**
 * Runs the code of the template in a context of its own, made for this event: no modules, network, timers
 * or dynamic code, and strict mode (AWS: "JavaScript runtime 2.0 features for CloudFront Functions"). What
 * goes in and comes out is JSON. `timeoutMs` bounds it.
 */
export function edgeFunctionRunner(timeoutMs: number): RunEdgeFunction {
  return (edgeFunction, event) => {
    const context = createContext(
      { event: JSON.stringify(event) },
      { codeGeneration: { strings: false, wasm: false } },
    );
    const output: unknown = scriptOf(edgeFunction).runInContext(context satisfies Context, {
      timeout: timeoutMs,
    });
    if (typeof output === 'string') return JSON.parse(output);
    throw new TypeError('it returned nothing');
  };
}

function scriptOf(edgeFunction: EdgeFunction): Script {
  const { name, code } = edgeFunction;
  const known = scripts.get(edgeFunction);
  if (known !== undefined) return known;
  const call = 'JSON.stringify(handler(JSON.parse(event)))';
  const console = 'const console = { log() {}, error() {} };';
  const script = new Script(`'use strict'; ${console} ${code}\n;${call}`, { filename: `${name}.js` });
  scripts.set(edgeFunction, script);
  return script;
}
