import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { buildWeb } from '../../bin/build-web.ts';

let web: string;
let outdir: string;

const index = `<!doctype html>
<link rel="icon" href="./icon.svg">
<link rel="stylesheet" href="./style.css">
<script type="module" src="./main.tsx"></script>
<a href="/api/openapi.json">API</a>
`;

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'parley-web-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  web = join(directory, 'web');
  outdir = join(directory, 'dist');
  write('index.html', index);
  write('style.css', 'body {\n  color: red;\n}\n');
  write('icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  write('deep/greeting.ts', `export const greeting: string = 'hello';\nexport const unused = 'dropped';\n`);
  write('main.tsx', `import { greeting } from './deep/greeting.ts';\ndocument.title = greeting;\n`);
});

function write(path: string, source: string): void {
  mkdirSync(dirname(join(web, path)), { recursive: true });
  writeFileSync(join(web, path), source);
}

const read = (name: string) => readFileSync(join(outdir, name), 'utf8');
const built = () => readdirSync(outdir).filter((name) => !name.endsWith('.map'));
const nameOf = (pattern: RegExp) => built().find((name) => pattern.test(name)) ?? `no ${pattern}`;

test('index.html names the built files and keeps other URLs', async () => {
  await buildWeb({ web, outdir });
  expect(built().sort()).toEqual([
    expect.stringMatching(/^icon-[A-Z0-9]{8}\.svg$/),
    'index.html',
    expect.stringMatching(/^main-[A-Z0-9]{8}\.js$/),
    expect.stringMatching(/^style-[A-Z0-9]{8}\.css$/),
  ]);
  expect(read('index.html')).toBe(
    index
      .replace('icon.svg', nameOf(/^icon/))
      .replace('style.css', nameOf(/^style/))
      .replace('main.tsx', nameOf(/^main/)),
  );
});

test('minifies the page and removes unused code', async () => {
  await buildWeb({ web, outdir });
  expect(read(nameOf(/^style/)).trim()).toBe('body{color:red}');
  const code = read(nameOf(/^main/));
  expect(code).toContain('hello');
  expect(code).not.toContain('dropped');
});

test('writes a source map that the code does not refer to', async () => {
  await buildWeb({ web, outdir });
  expect(readdirSync(outdir)).toContain(`${nameOf(/^main/)}.map`);
  for (const name of built()) expect(read(name)).not.toContain('sourceMappingURL');
});

test('file names contain a hash of the content', async () => {
  await buildWeb({ web, outdir });
  const before = built();
  write('style.css', 'body { color: blue }');
  await buildWeb({ web, outdir });
  const gone = before.filter((name) => !built().includes(name));
  expect(gone).toEqual([expect.stringMatching(/^style-/)]);
  expect(read('index.html')).toContain(nameOf(/^style/));
  expect(built()).toHaveLength(before.length);
});

test('reports the sizes of files without source maps', async () => {
  const sizes = await buildWeb({ web, outdir });
  expect(sizes.map(({ entry }) => entry).sort()).toEqual(built().sort());
  for (const { entry, bytes, gzipBytes } of sizes) {
    const file = readFileSync(join(outdir, entry));
    expect([bytes, gzipBytes]).toEqual([file.byteLength, gzipSync(file).byteLength]);
  }
});

test('reports file and line of a build error and keeps the previous page', async () => {
  await buildWeb({ web, outdir });
  const before = read('index.html');
  write('main.tsx', 'const a = 1;\nconst b = <p>;\n');
  await expect(buildWeb({ web, outdir })).rejects.toThrow(/^Build failed: 1 in the source.*main\.tsx:2:/s);
  expect(read('index.html')).toBe(before);
});

test('reports a missing file that index.html names', async () => {
  rmSync(join(web, 'style.css'));
  await expect(buildWeb({ web, outdir })).rejects.toThrow(/^Build failed: .*style\.css/s);
});

test('rejects a folder that has no index.html', async () => {
  rmSync(join(web, 'index.html'));
  await expect(buildWeb({ web, outdir })).rejects.toThrow(
    `Could not build the page: ${web} has no index.html. `,
  );
});

test('the first paint of the page takes at most 45 KB, and OpenID Connect is loaded only when it is used', async () => {
  const sizes = await buildWeb({ outdir });
  const later = /^oidc-/;
  expect(sizes.filter(({ entry }) => later.test(entry))).toHaveLength(1);
  const first = sizes.filter(({ entry }) => !later.test(entry));
  // A shared chunk would be one more request before the first paint.
  expect(first.filter(({ entry }) => entry.endsWith('.js'))).toHaveLength(1);
  expect(first.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0)).toBeLessThanOrEqual(46_080);
});
