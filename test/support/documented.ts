import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An example in a document: a named code fence, and its expected output if a text fence follows. */
export interface Example {
  readonly name: string;
  readonly source: string;
  readonly prints: string;
}

const fence = /^```(?:tsx?) (\S+)\n([\s\S]*?)^```\n(?:\n^```text\n([\s\S]*?)^```$)?/gm;

/** The examples of `docs/client.md` in order. */
export function clientExamples(): readonly Example[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/client.md'), 'utf8');
  return [...text.matchAll(fence)].map(([, name = '', source = '', prints = '']) => ({
    name,
    source,
    prints,
  }));
}
