import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An example in a document: a named code fence, and its expected output if a text fence follows. */
export interface Example {
  readonly name: string;
  readonly source: string;
  readonly prints: string;
}

const fence = /^```(?:tsx?) (\S+)\n([\s\S]*?)^```\n(?:\n^```text\n([\s\S]*?)^```$)?/gm;

function examplesOf(document: string): readonly Example[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs', document), 'utf8');
  return [...text.matchAll(fence)].map(([, name = '', source = '', prints = '']) => ({
    name,
    source,
    prints,
  }));
}

/** The examples of `docs/client.md` in order. */
export const clientExamples = () => examplesOf('client.md');

/** The examples of `docs/migrating.md` in order. */
export const migratingExamples = () => examplesOf('migrating.md');

/** The examples of `docs/react.md` in order. */
export const reactExamples = () => examplesOf('react.md');

/** Returns the commands of a document whose output a text fence shows, with that output. */
export function documentedCommands(
  document: string,
): readonly { readonly command: string; readonly prints: string }[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs', document), 'utf8');
  return [...text.matchAll(/^```\n(.+)\n```\n\n```text\n([\s\S]*?)^```$/gm)].map(
    ([, command = '', prints = '']) => ({
      command,
      prints,
    }),
  );
}

/** Writes a Lambda function of a document to a new directory, under its file name there. Returns the directory. */
export function documentedFunction(document: string, name: string): string {
  const text = readFileSync(join(import.meta.dirname, '../../docs', document), 'utf8');
  const [, code] = text.split(`\n\`\`\`js ${name}\n`)[1]?.match(/^([\s\S]*?)^```$/m) ?? [];
  if (code === undefined) throw new Error(`The app was not created: docs/${document} has no ${name}.`);
  const directory = mkdtempSync(join(tmpdir(), 'parley-function-'));
  writeFileSync(join(directory, name), code);
  return directory;
}
