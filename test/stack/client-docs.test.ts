import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildClient } from '../../bin/build-client.ts';
import { clientExamples, migratingExamples } from '../support/documented.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

const root = join(import.meta.dirname, '../..');
const examples = [...clientExamples(), ...migratingExamples()];

let stack: TestStack;
let folder: string;

beforeAll(async () => {
  [stack] = await Promise.all([sharedTestStack(), buildClient()]);
  // The examples resolve `@your-org/parley/client` because they are inside the package.
  folder = mkdtempSync(join(root, 'dist/examples-'));
  for (const { name, source } of examples) {
    writeFileSync(
      join(folder, name),
      source.replaceAll('//localhost:8000', stack.stack.edgeUrl.replace('http:', '')),
    );
  }
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stack.stop();
});

test('docs/client.md has twelve examples with output', () => {
  expect(clientExamples().filter(({ prints }) => prints !== '')).toHaveLength(12);
});

test.each(examples.filter(({ prints }) => prints !== ''))(
  'the documented example $name prints the documented output',
  async ({ name, prints }) => {
    const run = promisify(execFile)(process.execPath, [join(folder, name)], { timeout: 50_000 });
    // An example that fails or does not end shows what it has printed.
    const { stdout, stderr, code = 0 } = await run.catch((error) => error);
    expect({ stdout, stderr, code }).toEqual({ stdout: prints, stderr: '', code: 0 });
  },
);
