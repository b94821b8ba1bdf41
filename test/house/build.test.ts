import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { build } from '../../bin/build.ts';
import { sizeTable } from '../../bin/build-output.ts';

let functions: string;
let outdir: string;
let web: string;

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'parley-build-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  functions = join(directory, 'functions');
  outdir = join(directory, 'dist');
  web = join(directory, 'web');
  mkdirSync(web);
  writeFileSync(join(web, 'index.html'), '<h1>Chat</h1>');
  write('domain/greeting.ts', `export const greeting: string = 'hello';\nexport const unused = 'dropped';\n`);
  write(
    'send.ts',
    `import { greeting } from './domain/greeting.ts';\nexport const handler = () => greeting;\n`,
  );
  write('edit.ts', `export const handler = (): number => 2;\n`);
});

function write(path: string, source: string): void {
  mkdirSync(join(functions, path, '..'), { recursive: true });
  writeFileSync(join(functions, path), source);
}

const run = async (entry: string) => {
  const { handler } = await import(pathToFileURL(join(outdir, entry, 'index.mjs')).href);
  return handler();
};

test('bundles each top-level file of functions/ with its handler', async () => {
  const bundles = await build({ functions, outdir });
  expect(bundles.map(({ entry }) => entry).sort()).toEqual(['edit', 'send']);
  expect(await run('send')).toBe('hello');
  expect(await run('edit')).toBe(2);
});

test('writes a source map beside the bundle and removes unused code', async () => {
  await build({ functions, outdir });
  expect(readdirSync(join(outdir, 'send')).sort()).toEqual(['index.mjs', 'index.mjs.map']);
  const code = readFileSync(join(outdir, 'send', 'index.mjs'), 'utf8');
  expect(code).toMatch(/\/\/# sourceMappingURL=index\.mjs\.map\s*$/);
  expect(code).not.toContain('dropped');
});

test('writes a dynamically imported module to a file of its own', async () => {
  write('domain/rare.ts', `export const rare = () => 'seldom used';\n`);
  write('send.ts', `export const handler = async () => (await import('./domain/rare.ts')).rare();\n`);
  await build({ functions, outdir });
  expect(readdirSync(join(outdir, 'send')).sort()).toEqual([
    'index.mjs',
    'index.mjs.map',
    'rare.mjs',
    'rare.mjs.map',
  ]);
  expect(readFileSync(join(outdir, 'send', 'index.mjs'), 'utf8')).not.toContain('seldom used');
  expect(await run('send')).toBe('seldom used');
});

test('reports the sizes of the files', async () => {
  const bundles = await build({ functions, outdir });
  for (const { entry, bytes, gzipBytes } of bundles) {
    const file = readFileSync(join(outdir, entry, 'index.mjs'));
    expect([bytes, gzipBytes]).toEqual([file.byteLength, gzipSync(file).byteLength]);
  }
});

test('aligns the table of sizes', () => {
  const table = sizeTable([
    { entry: 'send', bytes: 123_456, gzipBytes: 45_678 },
    { entry: 'disconnect', bytes: 999, gzipBytes: 0 },
  ]);
  expect(table.split('\n')).toEqual([
    'function     minified       gzip',
    'send         123.5 KB    45.7 KB',
    'disconnect     1.0 KB     0.0 KB',
  ]);
});

test('removes the bundle of a deleted entry', async () => {
  await build({ functions, outdir });
  rmSync(join(functions, 'edit.ts'));
  await build({ functions, outdir });
  expect(existsSync(join(outdir, 'edit'))).toBe(false);
  expect(existsSync(join(outdir, 'send', 'index.mjs'))).toBe(true);
});

test('reports file and line of a build error and keeps the previous bundles', async () => {
  await build({ functions, outdir });
  write('send.ts', 'const a = 1;\nexport const handler = (;\n');
  await expect(build({ functions, outdir })).rejects.toThrow(/^Build failed: 1 in the source.*send\.ts:2:/s);
  expect(await run('send')).toBe('hello');
});

test('rejects a folder without entries', async () => {
  const empty = join(functions, 'domain', 'none');
  await expect(build({ functions: empty, outdir })).rejects.toThrow(`Build failed: no entry in ${empty}`);
});

test('the command builds functions and page, and prints sizes unless --quiet is set', async () => {
  const script = join(import.meta.dirname, '../../bin/build.ts');
  const pageOutdir = join(outdir, 'page');
  const directories = ['--functions', functions, '--outdir', join(outdir, 'functions')];
  directories.push('--web', web, '--web-outdir', pageOutdir);
  const command = (...flags: string[]) =>
    execFileSync(process.execPath, [script, ...directories, ...flags], { encoding: 'utf8', stdio: 'pipe' });
  const table = command();
  expect(table).toMatch(/^function +minified +gzip\n(edit|send) /);
  expect(table).toMatch(/\n\npage +minified +gzip\nindex\.html /);
  expect(command('--quiet')).toBe('');
  write('edit.ts', 'export const handler = (;\n');
  expect(() => command()).toThrow(
    expect.objectContaining({ status: 1, stderr: expect.stringContaining('edit.ts:1:') }),
  );
});
