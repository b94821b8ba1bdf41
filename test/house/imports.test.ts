import { describe, expect, test } from 'vitest';
import { findBadImports, readSources } from '../../bin/check-imports.ts';

/** Returns the findings about one source. */
function judge(file: string, source: string): readonly string[] {
  return findBadImports(new Map([[file, source]])).map(({ target, why }) => `${target}: ${why}`);
}

test('the source tree has no forbidden import', () => {
  const sources = readSources();
  expect(sources.size).toBeGreaterThan(20);
  expect(findBadImports(sources)).toEqual([]);
});

test('reports file, line, target and layers of a forbidden import', () => {
  const source = `/* one\n two */\nimport { a } from './a.ts';\nimport { put } from '../store/log.ts';\n`;
  expect(findBadImports(new Map([['functions/domain/room.ts', source]]))).toEqual([
    {
      file: 'functions/domain/room.ts',
      line: 4,
      target: '../store/log.ts',
      why: 'functions/domain may not import functions/store',
    },
  ]);
});

describe('recognizes every form of import', () => {
  const target = '../store/log.ts';
  test.each([
    `import { put } from '${target}';`,
    `import put from "${target}"`,
    `import * as log from '${target}';`,
    `import log, { put } from '${target}';`,
    `import {\n  put, // why\n  take,\n} from '${target}';`,
    `import type { Log } from '${target}';`,
    `import type Log from '${target}';`,
    `import { type Log } from '${target}';`,
    `import '${target}';`,
    `import'${target}'`,
    `import{put}from'${target}'`,
    `export { put } from '${target}';`,
    `export * from '${target}';`,
    `export * as log from '${target}';`,
    `export type { Log } from '${target}';`,
    `export type * from '${target}';`,
    `const log = await import('${target}');`,
    'const log = await import(`../store/log.ts`);',
    `type Log = import('${target}').Log;`,
    `const log = require('${target}');`,
    `const path = import.meta.resolve('${target}');`,
    `new Worker(new URL('${target}', import.meta.url));`,
    `const a = 1 / 2; import { put } from '${target}'; const b = a / 2;`,
    `const quote = /['"\`]/; import { put } from '${target}';`,
    `import { a } from './a.ts'\nimport { put } from '${target}'`,
  ])('%s', (source) => {
    expect(judge('functions/domain/room.ts', source)).toEqual([
      `${target}: functions/domain may not import functions/store`,
    ]);
  });
});

test.each([
  `// import { put } from '../store/log.ts';`,
  `/* import { put } from '../store/log.ts'; */`,
  `const text = "import { put } from '../store/log.ts'";`,
  "const text = `\nimport { put } from '../store/log.ts';\n`;",
  `const settings = { import: from, export: '../store/log.ts' };`,
  `parts.import('../store/log.ts');`,
  `export const from = '../store/log.ts';`,
  `const url = new URL('../store/log.ts', base);`,
])('ignores text that only looks like an import: %s', (source) => {
  expect(judge('functions/domain/room.ts', source)).toEqual([]);
});

const files: Record<string, string> = {
  functions: 'functions/send.ts',
  'functions/domain': 'functions/domain/room.ts',
  'functions/aws': 'functions/aws/sign.ts',
  'functions/store': 'functions/store/log.ts',
  'functions/dialects': 'functions/dialects/action/decode.ts',
  'functions/auth': 'functions/auth/token.ts',
  'functions/log': 'functions/log/append.ts',
  'functions/delivery': 'functions/delivery/poster.ts',
  'functions/connections': 'functions/connections/lifecycle.ts',
  'functions/rooms': 'functions/rooms/access.ts',
  'functions/commands': 'functions/commands/ping.ts',
  'functions/gateway': 'functions/gateway/context.ts',
  lib: 'lib/app.ts',
  local: 'local/gateway/limits.ts',
  client: 'client/room.ts',
  web: 'web/page.ts',
  bin: 'bin/build.ts',
  test: 'test/house/imports.test.ts',
  bench: 'bench/send.ts',
};

const everyLayer = Object.keys(files);
const below = everyLayer.filter((layer) => layer.startsWith('functions/'));
const lowerThan = (layer: string) => below.slice(0, below.indexOf(layer));

/** The table of docs/architecture.md, written a second time. */
const mayImport: Record<string, readonly string[]> = {
  functions: below,
  'functions/domain': [],
  'functions/aws': [],
  'functions/store': ['functions/domain', 'functions/aws'],
  'functions/dialects': ['functions/domain'],
  'functions/auth': ['functions/domain'],
  'functions/log': ['functions/domain', 'functions/store'],
  'functions/delivery': lowerThan('functions/delivery'),
  'functions/connections': lowerThan('functions/connections'),
  'functions/rooms': lowerThan('functions/rooms'),
  'functions/commands': lowerThan('functions/commands'),
  'functions/gateway': below,
  lib: [],
  local: [],
  client: [],
  web: ['client'],
  bin: everyLayer,
  test: everyLayer,
  bench: everyLayer,
};

describe.each(everyLayer)('from %s', (from) => {
  const file = files[from] ?? '';
  const up = '../'.repeat(file.split('/').length - 1);

  test.each(everyLayer)('checks an import of %s against the table', (to) => {
    const allowed = from === to || mayImport[from]?.includes(to);
    const found = judge(file, `import { x } from '${up}${files[to]}';`);
    expect(found).toHaveLength(allowed ? 0 : 1);
  });
});

test('allows the client to import types of dialects, and no values', () => {
  const from = (keyword: string) => `${keyword} { Frame } from '../functions/dialects/action/decode.ts';`;
  expect(judge('client/room.ts', from('import type'))).toEqual([]);
  expect(judge('client/room.ts', from('export type'))).toEqual([]);
  expect(judge('client/room.ts', from('import type').replace(' {', '{'))).toEqual([]);
  expect(judge('client/room.ts', `import type from '../functions/dialects/action/decode.ts';`)).toHaveLength(
    1,
  );
  expect(judge('client/room.ts', from('import'))).toEqual([
    '../functions/dialects/action/decode.ts: client may import only types of functions/dialects',
  ]);
});

test('allows imports from outside the layers in bin and tests only', () => {
  const source = `import json from '../package.json' with { type: 'json' };`;
  expect(judge('bin/build.ts', source)).toEqual([]);
  expect(judge('lib/app.ts', source)).toEqual(['../package.json: lib may not import outside']);
  expect(judge('lib/app.ts', `import '../../elsewhere/a.ts';`)).toHaveLength(1);
  expect(judge('lib/app.ts', `import '/etc/a.ts';`)).toHaveLength(1);
});

describe('packages', () => {
  const judgePackage = (layer: string, name: string) => judge(files[layer] ?? '', `import '${name}';`).length;
  const layersWith = (name: string) => everyLayer.filter((layer) => judgePackage(layer, name) === 0);
  const tests = ['bin', 'test', 'bench'];

  test('domain imports no package, not even a Node builtin or a type', () => {
    expect(layersWith('node:crypto')).toEqual(everyLayer.filter((layer) => layer !== 'functions/domain'));
    expect(judge('functions/domain/room.ts', `import type { A } from 'valibot';`)).toEqual([
      'valibot: functions/domain may not import a package',
    ]);
  });

  test.each(['aws-cdk-lib', 'aws-cdk-lib/aws-lambda', 'constructs', 'cdk-nag'])(
    'only lib, bin and tests import %s',
    (name) => {
      expect(layersWith(name)).toEqual(['lib', ...tests]);
    },
  );

  test.each(['@aws-sdk/client-dynamodb', '@aws-sdk/util-dynamodb/x'])(
    'only the folders that call AWS, bin and tests import %s',
    (name) => {
      const talking = ['store', 'auth', 'delivery', 'gateway'].map((folder) => `functions/${folder}`);
      expect(layersWith(name)).toEqual([...talking, ...tests]);
    },
  );

  test.each(['dynalite', 'ws'])('only the local stack, bin and tests import %s', (name) => {
    expect(layersWith(name)).toEqual(['local', ...tests]);
  });
});
