import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

/** The module web/react.ts, which the page and the web components import in place of `react`. */
export const preactModule = fileURLToPath(new URL('../web/react.ts', import.meta.url));

/** A built file, with its minified size in bytes. */
export interface Bundle {
  readonly entry: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

/**
 * Bundles with esbuild without writing files.
 * @throws Error that shows file and line of each build error
 */
export async function bundled(
  options: esbuild.BuildOptions,
): Promise<esbuild.BuildResult<{ write: false; metafile: true }>> {
  try {
    return await esbuild.build({ ...options, write: false, metafile: true, logLevel: 'silent' });
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const shown = await esbuild.formatMessages(error.errors, { kind: 'error', color: process.stderr.isTTY });
    throw new Error(`Build failed: ${error.errors.length} in the source. Correct these:\n${shown.join('')}`);
  }
}

function isBuildFailure(error: unknown): error is esbuild.BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

/** Replaces a file atomically, so that a concurrent reader sees either the old or the new contents. */
export function replaceFile(path: string, contents: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

/** Removes everything from a directory except these names. */
export function removeOthers(directory: string, kept: ReadonlySet<string | undefined>): void {
  for (const name of readdirSync(directory)) {
    // `force`, because another build may remove it at the same time.
    if (!kept.has(name)) rmSync(join(directory, name), { recursive: true, force: true });
  }
}

/** Measures a built file. */
export function measure(entry: string, contents: Uint8Array): Bundle {
  return { entry, bytes: contents.byteLength, gzipBytes: gzipSync(contents).byteLength };
}

/**
 * Formats sizes as an aligned table, in KB of 1,000 bytes.
 * @param what the heading of the first column
 */
export function sizeTable(bundles: readonly Bundle[], what = 'function'): string {
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;
  const rows = [
    [what, 'minified', 'gzip'] as const,
    ...bundles.map((each) => [each.entry, kilobytes(each.bytes), kilobytes(each.gzipBytes)] as const),
  ];
  const width = Math.max(...rows.map(([entry]) => entry.length));
  return rows.map(([a, b, c]) => `${a.padEnd(width)}  ${b.padStart(9)}  ${c.padStart(9)}`).join('\n');
}

/** Runs the TypeScript compiler with a configuration of this repository. */
export function compile(project: string): void {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '--project', project], { cwd: root, stdio: 'inherit' });
}
