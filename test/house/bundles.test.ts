import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { type Entry, type EntryName, entries, entryNames } from '../../lib/entries.ts';

/** Minified bytes. A cold start reads and compiles the whole bundle, so growth must be deliberate. */
const most: Record<EntryName, number> = {
  authorize: 60_000,
  connect: 30_900,
  disconnect: 63_100,
  fanout: 71_900,
  send: 104_300,
  edit: 110_400,
  delete: 102_900,
  welcome: 110_500,
  default: 160_700,
  http: 284_300,
  admin: 286_400,
};

/** The bundles that `npm test` has just built. */
const outdir = fileURLToPath(new URL('../../dist/functions', import.meta.url));
let inputs: ReadonlyMap<string, readonly string[]>;

interface Meta {
  readonly outputs: Record<string, { readonly inputs: Record<string, { readonly bytesInOutput: number }> }>;
}

beforeAll(() => {
  if (!existsSync(join(outdir, 'meta.json'))) {
    throw new Error('Could not test the bundles: they are not built. Run `npm run build`.');
  }
  const { outputs }: Meta = JSON.parse(readFileSync(join(outdir, 'meta.json'), 'utf8'));
  const named = Object.entries(outputs).flatMap(([path, { inputs: read }]) => {
    const entry = /([^/]+)\/index\.mjs$/.exec(path)?.[1];
    const kept = Object.entries(read).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    return entry === undefined ? [] : [[entry, kept.map(([file]) => file)] as const];
  });
  inputs = new Map(named);
});

test.each(entryNames)('keeps the bundle of %s below its size limit', (entry) => {
  expect(statSync(join(outdir, entry, 'index.mjs')).size).toBeLessThanOrEqual(most[entry]);
});

test.each(entryNames)('the bundle of %s contains no SDK code but the DynamoDB item format', (entry) => {
  const packages = (inputs.get(entry) ?? []).map(
    (file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1],
  );
  const ofSdk = new Set(
    packages.filter((name) => name !== undefined && /^@(aws-sdk|smithy|aws)\//.test(name)),
  );
  ofSdk.delete('@aws-sdk/util-dynamodb');
  expect([...ofSdk]).toEqual([]);
});

test.each(entryNames)(
  'the folder of the bundle of %s contains the modules that the function may load later',
  (entry) => {
    const { sockets, invokes, files, authenticates, storesMessages }: Entry = entries[entry];
    const expected = {
      'before-send.mjs': storesMessages === true,
      'read-answer.mjs': authenticates === true,
      'sdk-dynamodb.mjs': true,
      'sdk-files.mjs': files !== undefined,
      'sdk-invoke.mjs': invokes !== null || authenticates === true,
      'sdk-poster.mjs': sockets,
    };
    const beside = Object.keys(expected).map((name) => [name, existsSync(join(outdir, entry, name))]);
    expect(Object.fromEntries(beside)).toEqual(expected);
  },
);

test('no function compiles the emoji pattern at start, because that is slow', () => {
  // V8 compiles a regular expression literal when it loads the file. It compiles `new RegExp(…)` when that line runs.
  const literal = /(?<!\\)\\p\{RGI_Emoji/;
  const codes = entryNames.map((entry) => readFileSync(join(outdir, entry, 'index.mjs'), 'utf8'));
  expect(codes.some((code) => code.includes('RGI_Emoji'))).toBe(true);
  expect(codes.filter((code) => literal.test(code))).toEqual([]);
  const script = `
    const patterns = [];
    globalThis.RegExp = new Proxy(RegExp, {
      construct(target, given) {
        patterns.push(String(given[0]));
        return Reflect.construct(target, given);
      },
    });
    for (const path of process.argv.slice(1)) await import(path);
    console.log(JSON.stringify(patterns));`;
  const paths = entryNames.map((entry) => pathToFileURL(join(outdir, entry, 'index.mjs')).href);
  const made = execFileSync(process.execPath, ['--input-type=module', '-e', script, ...paths], {
    encoding: 'utf8',
  });
  expect(JSON.parse(made).filter((pattern: string) => pattern.includes('RGI_Emoji'))).toEqual([]);
});
