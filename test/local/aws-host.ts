import { afterAll, afterEach, beforeEach } from 'vitest';
import { listen, type Serve } from '../../local/http-server.ts';
import { Access } from '../../local/iam/access.ts';
import { readStatements } from '../../local/iam/statement.ts';
import type { AwsCall } from '../../local/trace.ts';
import { removeTemporaryDirectories } from './mini-assembly.ts';

/** Cleanup functions. They run after the test, the last one first. */
export const closers: (() => unknown)[] = [];
/** The traced calls of this test. */
export const calls: AwsCall[] = [];
/** The log lines of this test. */
export const lines: string[] = [];
/** The IAM of this test. */
export let access = new Access(() => {});

export const trace = (call: AwsCall): void => void calls.push(call);
export const log = (line: string): void => void lines.push(line);

/** Credentials that belong to no function. Their caller may do everything. */
export const developer = { accessKeyId: 'developer', secretAccessKey: 'developer' };

/** Gives each test of the calling file empty logs and a new IAM, and cleans up after it. */
export function useAwsHost(): void {
  beforeEach(() => {
    calls.length = 0;
    lines.length = 0;
    access = new Access(log);
  });
  afterEach(closeAll);
  afterAll(removeTemporaryDirectories);
}

async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Listens on a free port until the test ends. Resolves to the origin. */
export async function listenLocally(serve: Serve): Promise<string> {
  const server = await listen(0, { name: 'Test server', variable: 'PORT' }, serve, (error) =>
    log(String(error)),
  );
  closers.push(server.close);
  return `http://127.0.0.1:${server.port}`;
}

/** Returns the credentials of the function `send`, whose role has these statements. */
export function functionCredentials(...statements: readonly unknown[]) {
  const role = { name: 'SendRole', statements: readStatements({ Statement: statements }, 'role') };
  access.update(new Map([['send', role]]));
  return access.credentialsOf('send');
}
