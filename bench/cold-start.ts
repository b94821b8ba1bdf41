import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { build, bundleSettings } from '../bin/build.ts';
import { type Row, report } from './row.ts';

export interface ColdStartOptions {
  /** Rounds of loading each bundle in turn. The minimum counts, because other load can only add. */
  readonly rounds?: number;
}

/** The references of the measurement: an empty handler, and a handler that imports the SDK. */
const references = {
  'an empty handler': `export const handler = async () => 200;`,
  'the untrimmed SDK': `
    import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
    import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
    const commands = { PostToConnectionCommand, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand };
    let clients;
    export const handler = async ({ command, input }) => {
      clients ??= [new DynamoDBClient({}), new ApiGatewayManagementApiClient({ endpoint: process.env.SOCKET_URL })];
      return clients[0].send(new commands[command](input));
    };`,
} as const;

const sdk = 'the untrimmed SDK';

interface Loaded {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

async function makeReferences(directory: string): Promise<Loaded[]> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const entries = Object.entries(references).map(async ([name, contents], index) => {
    const path = join(directory, `reference-${index}.mjs`);
    const stdin = { contents, resolveDir: root, loader: 'js' } as const;
    await esbuild.build({ ...bundleSettings, stdin, outfile: path, write: true, sourcemap: false });
    return { name, path, bytes: statSync(path).size };
  });
  return Promise.all(entries);
}

const run = promisify(execFile);

/** Returns milliseconds from the start of Node to the handler, and those of loading the bundle alone. */
async function loadOnce(loader: string, path: string): Promise<{ ready: number; load: number }> {
  const { stdout } = await run(process.execPath, [loader, pathToFileURL(path).href], {
    env: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
  });
  return JSON.parse(stdout);
}

const LOADER = `
const from = performance.now();
const { handler } = await import(process.argv[2]);
const ready = performance.now();
if (typeof handler !== 'function') throw new Error('Bundle not measured: it exports no handler. Build it again.');
console.log(JSON.stringify({ ready, load: ready - from }));
process.exit();
`;

async function measure(all: readonly Loaded[], loader: string, rounds: number) {
  const times = new Map(all.map(({ name }) => [name, { ready: [] as number[], load: [] as number[] }]));
  // The first round does not count: it reads the files into the file system cache.
  for (let round = -1; round < rounds; round++) {
    for (const { name, path } of all) {
      const { ready, load } = await loadOnce(loader, path);
      if (round < 0) continue;
      times.get(name)?.ready.push(ready);
      times.get(name)?.load.push(load);
    }
  }
  return new Map(
    [...times].map(([name, { ready, load }]) => [
      name,
      { ready: Math.min(...ready), load: Math.min(...load) },
    ]),
  );
}

/** Measures each function's bundle: its size, and the time from the start of Node to its handler. */
export async function coldStart({ rounds = 9 }: ColdStartOptions = {}): Promise<readonly Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-cold-start-'));
  try {
    const loader = join(directory, 'loader.mjs');
    writeFileSync(loader, LOADER);
    const bundles = await build({ outdir: join(directory, 'functions') });
    const own = bundles.map(({ entry, bytes }) => ({
      name: entry,
      path: join(directory, 'functions', entry, 'index.mjs'),
      bytes,
    }));
    const all = [...(await makeReferences(directory)), ...own];
    const times = await measure(all, loader, rounds);
    const reference = times.get(sdk)?.load ?? Number.NaN;
    return all.flatMap(({ name, bytes }): Row[] => {
      const { ready, load } = times.get(name) ?? { ready: Number.NaN, load: Number.NaN };
      const most = own.some((each) => each.name === name && name !== 'http') ? { most: 0.5 } : {};
      const ratio = { ratio: { to: sdk, value: load / reference, ...most } };
      return [
        { name: `bundle, ${name}`, value: bytes, unit: 'bytes' },
        { name: `load, ${name}`, value: load, unit: 'ms', ...(name !== sdk && ratio) },
        { name: `node to handler, ${name}`, value: ready, unit: 'ms' },
      ];
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

if (import.meta.main) report(await coldStart());
