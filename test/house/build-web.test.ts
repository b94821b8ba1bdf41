import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
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
    expect.stringMatching(/^main-[a-z0-9]{8}\.js$/),
    expect.stringMatching(/^style-[A-Z0-9]{8}\.css$/),
  ]);
  expect(read('index.html')).toBe(
    index
      .replace('icon.svg', nameOf(/^icon/))
      .replace('style.css', nameOf(/^style/))
      .replace('main.tsx', nameOf(/^main/)),
  );
});

test('builds a manifest that names its icons, and a service worker that names the files of the page', async () => {
  write('index.html', `<link rel="manifest" href="./app.webmanifest">\n${index}`);
  write('app.webmanifest', '{ "name": "Parley", "icons": [{ "src": "./big.png", "sizes": "512x512" }] }\n');
  write('big.png', 'a picture');
  write('service-worker.ts', 'console.log((globalThis as { RELEASE?: unknown }).RELEASE);\n');
  await buildWeb({ web, outdir });
  const manifest = nameOf(/^manifest-[0-9a-f]{8}\.webmanifest$/);
  expect(read('index.html')).toContain(`href="./${manifest}"`);
  expect(JSON.parse(read(manifest))).toMatchObject({ icons: [{ src: `./${nameOf(/^big-/)}` }] });
  const release = () => JSON.parse(/^const RELEASE=(.*);\n/.exec(read('service-worker.js'))?.[1] ?? '');
  const before = release();
  expect(before.files.sort()).toEqual(['./', nameOf(/^icon-/), nameOf(/^main-/), nameOf(/^style-/)].sort());
  write('style.css', 'body { color: blue }');
  await buildWeb({ web, outdir });
  expect(release().version).not.toBe(before.version);
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

test('index.html preloads a chunk, and the chunks that it imports', async () => {
  write('shared.ts', `export const shared = document.title;\n`);
  for (const name of ['first', 'second']) {
    write(`${name}.ts`, `import { shared } from './shared.ts';\nexport const ${name} = shared;\n`);
  }
  write('main.tsx', `console.log(import('./first.ts'), import('./second.ts'));\n`);
  write('index.html', `${index}<link rel="modulepreload" href="./first.ts">\n`);
  await buildWeb({ web, outdir });
  const preloaded = [...read('index.html').matchAll(/rel="modulepreload" href="\.\/([^"]+)"/g)];
  expect(preloaded.map(([, name]) => name)).toEqual([nameOf(/^first/), nameOf(/^shared/)]);
});

test('rejects an index.html that preloads a module that is not a chunk', async () => {
  write('index.html', `${index}<link rel="modulepreload" href="./deep/greeting.ts">\n`);
  await expect(buildWeb({ web, outdir })).rejects.toThrow(/index\.html preloads \.\/deep\/greeting\.ts/);
});

describe('the first paint', () => {
  let sizes: Awaited<ReturnType<typeof buildWeb>>;
  beforeEach(async () => {
    sizes = await buildWeb({ outdir });
  });
  /** Returns the files of a page: those that every page loads, its own chunk, and the chunks that they import. */
  const filesOf = (page: string) => {
    const scripts = [nameOf(/^main-/), nameOf(new RegExp(`^${page}-`))];
    for (const script of scripts) {
      for (const [, name = ''] of read(script).matchAll(/\b(?:from|import)"\.\/([^"]+)"/g)) {
        if (!scripts.includes(name)) scripts.push(name);
      }
    }
    return { scripts, others: built().filter((name) => /^(index|style|icon)\b/.test(name)) };
  };
  const sum = (files: readonly string[]) =>
    sizes.filter(({ entry }) => files.includes(entry)).reduce((bytes, each) => bytes + each.gzipBytes, 0);
  test.each([
    ['the chat', 'chat'],
    ['the sign-in page', 'sign-in'],
  ])('of %s takes at most 45 KB of scripts, and 6 KB of other files', (_, page) => {
    const { scripts, others } = filesOf(page);
    expect(scripts.length).toBeGreaterThanOrEqual(2);
    expect(sum(scripts)).toBeLessThanOrEqual(46_080);
    expect(others).toHaveLength(3);
    expect(sum(others)).toBeLessThanOrEqual(6_144);
  });

  test('needs no script that the browser requests only after another one, except the sign-in form', () => {
    const scripts = ['chat', 'sign-in'].flatMap((page) => filesOf(page).scripts);
    const unnamed = [...new Set(scripts)].filter((script) => !read('index.html').includes(script));
    expect(unnamed).toEqual([nameOf(/^sign-in-/)]);
  });

  test('loads OpenID Connect, the dialogs and other languages later', () => {
    const first = ['chat', 'sign-in'].flatMap((page) => filesOf(page).scripts);
    for (const name of ['oidc', 'dialogs', 'arabic-catalogue']) {
      const [chunk = ''] = built().filter((each) => each.startsWith(`${name}-`));
      expect(chunk).toMatch(/\.js$/);
      expect(first).not.toContain(chunk);
    }
  });
});
