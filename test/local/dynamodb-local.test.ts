import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { checkIntegrity } from '../dynamodb-local/install.ts';
import { testsWithDatabase } from '../dynamodb-local/run.ts';
import { requireJava } from '../dynamodb-local/start.ts';
import { removeTemporaryDirectories, temporaryDirectory } from './mini-assembly.ts';

afterAll(removeTemporaryDirectories);

test('a download with another hash is refused', () => {
  const file = join(temporaryDirectory(), 'archive.tgz');
  writeFileSync(file, 'abc');
  const hash = 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=';
  expect(() => checkIntegrity(file, `sha256-${hash}`)).not.toThrow();
  expect(() => checkIntegrity(file, `sha256-${hash.replace('u', 'v')}`)).toThrow(
    /^Could not install DynamoDB Local: .*archive\.tgz has the hash sha256-ungWv48.* Do not use this file\./,
  );
});

test('without Java, the tests against DynamoDB Local fail and say what to install', async () => {
  await expect(requireJava('/nowhere/java')).rejects.toThrow(
    /^Could not start DynamoDB Local: `\/nowhere\/java -version` does not run\. Install Java 17 or later/,
  );
});

test('the tests against DynamoDB Local exist', () => {
  const project = fileURLToPath(new URL('../..', import.meta.url));
  expect(testsWithDatabase.filter((path) => !existsSync(join(project, path)))).toEqual([]);
});
