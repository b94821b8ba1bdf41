import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An example of a document: a fence with a file's name, and what it prints, where a text fence follows. */
export interface Example {
  readonly name: string;
  readonly source: string;
  readonly prints: string;
}

const fence = /^```(?:tsx?) (\S+)\n([\s\S]*?)^```\n(?:\n^```text\n([\s\S]*?)^```$)?/gm;

/** The examples of `docs/client.md`, in their order. */
export function clientExamples(): readonly Example[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/client.md'), 'utf8');
  return [...text.matchAll(fence)].map(([, name = '', source = '', prints = '']) => ({
    name,
    source,
    prints,
  }));
}
