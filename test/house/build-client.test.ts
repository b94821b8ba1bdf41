import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { buildClient, internalProperties } from '../../bin/build-client.ts';
import type { Bundle } from '../../bin/build-output.ts';
import { clientExamples, reactExamples } from '../support/documented.ts';

const root = join(import.meta.dirname, '../..');
const built = (name: string) => readFileSync(join(root, 'dist/client', name), 'utf8');

let bundles: readonly Bundle[];

beforeAll(async () => {
  bundles = await buildClient();
});

test('keeps the bundles of the client and the hooks below their size limits', () => {
  const sizes = Object.fromEntries(bundles.map(({ entry, gzipBytes }) => [entry, gzipBytes]));
  expect(sizes['client']).toBe(gzipSync(built('client.js')).byteLength);
  expect(sizes['client']).toBeLessThanOrEqual(12_288);
  expect(sizes['react']).toBe(gzipSync(built('react.js')).byteLength);
  expect(sizes['react']).toBeLessThanOrEqual(2_304);
});

test('the client bundle imports nothing, and the hooks only React', () => {
  const imports = (name: string) =>
    [...built(name).matchAll(/\bfrom ?"([^"]+)"|import ?\(/g)].map(([, from]) => from);
  expect(imports('client.js')).toEqual([]);
  expect(imports('react.js')).toEqual(['react']);
});

test('no bundle refers to a source map, because the package contains no source maps', () => {
  for (const name of ['client.js', 'react.js', 'elements.js'])
    expect(built(name)).not.toContain('sourceMappingURL');
});

test('the bundle of the hooks is marked as client code for server components', () => {
  expect(built('react.js')).toMatch(/^(["'])use client\1;/);
});

test('shortens no public property, no field of a frame and no property of the browser', () => {
  const publicFiles = ['chat-client', 'room', 'room-list', 'wire', 'errors', 'events', 'index', 'react/*'];
  const paths = [
    `dist/client/types/client/{${publicFiles.join(',')}}.d.ts`,
    'dist/client/types/functions/dialects/**/*.d.ts',
    'node_modules/@typescript/*/lib/lib.{dom,es*}.d.ts',
  ].flatMap((pattern) => globSync(pattern, { cwd: root }));
  expect(paths.length).toBeGreaterThan(80);
  const source = paths.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');
  const properties = new Set(source.match(/(?<!const )\b\w+(?=\??[:(<])/g));
  const taken = internalProperties.filter((name) => properties.has(name));
  // Browsers have properties with these names, but only on objects that the client does not use.
  expect(taken).toEqual(['context', 'log', 'queue', 'sync', 'tokens']);
});

test('uses no syntax that the supported browsers lack', async () => {
  const esbuild = await import('esbuild');
  const browsers = /Chrome and Edge (\d+), Firefox (\d+), Safari ([\d.]+)/.exec(
    readFileSync(join(root, 'docs/client.md'), 'utf8'),
  );
  const [, chrome, firefox, safari] = browsers ?? [];
  // esbuild treats this feature as missing in browsers that lack only its newest part, the latest Unicode scripts.
  const supported = { 'regexp-unicode-property-escapes': true };
  const target = [`chrome${chrome}`, `edge${chrome}`, `firefox${firefox}`, `safari${safari}`];
  for (const name of ['client.js', 'react.js']) {
    const { code } = await esbuild.transform(built(name), { target, supported });
    // esbuild would replace newer syntax, so the code would differ.
    expect(code).toBe((await esbuild.transform(built(name), { target: 'esnext' })).code);
    // Browsers have had these functions only since 2022, and esbuild does not replace functions.
    expect(code).not.toMatch(/groupBy|toReversed|toSorted|toSpliced|findLast|withResolvers|randomUUID/);
  }
});

test('tree shaking removes unused client exports', async () => {
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: `import { webStorage } from '@your-org/parley/client'; webStorage(localStorage);`,
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    minify: true,
    write: false,
  });
  expect(outputFiles[0]?.contents.byteLength).toBeLessThan(300);
});

test('examples of the client, the hooks and the elements compile against the built declarations', {
  timeout: 180_000,
}, () => {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist/typed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const elements = {
    name: 'elements.ts',
    source: `import '@your-org/parley/elements';
      const chat = document.querySelector('parley-chat');
      if (chat) chat.token = async () => 'token';
      chat?.addEventListener('parley-state', ({ detail }) => console.log(detail.state satisfies string));
      const room = Object.assign(document.createElement('parley-room'), { room: '7' });
      console.log(room.client?.user satisfies string | undefined);`,
  };
  for (const { name, source } of [...clientExamples(), ...reactExamples(), elements])
    writeFileSync(join(folder, name), source);
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'dom'],
    module: 'nodenext',
    jsx: 'react-jsx',
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }));
  writeFileSync(
    join(folder, 'wrong.ts'),
    `import { connect } from './connect.ts';\nconnect('alice').room(1).send(7);\n`,
  );
  // The only error is the one in wrong.ts.
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder],
    {
      encoding: 'utf8',
    },
  );
  expect(stdout.match(/^\S.*error TS\d+/gm)).toEqual([
    expect.stringMatching(/\/wrong\.ts\(2,\d+\): error TS/),
  ]);
});
