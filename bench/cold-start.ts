import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { build, bundleSettings } from '../bin/build.ts';
import type { Findings, Row } from './results.ts';

/** The number of times that each bundle is loaded. Only the lowest time counts: other load of the machine adds time. */
const ROUNDS = 9;

const SDK = 'handler with the AWS SDK';

/** The sources of the reference bundles. */
const references = {
  'empty handler': `export const handler = async () => 200;`,
  [SDK]: `
    import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
    import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
    const commands = { PostToConnectionCommand, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand };
    let clients;
    export const handler = async ({ command, input }) => {
      clients ??= [new DynamoDBClient({}), new ApiGatewayManagementApiClient({ endpoint: process.env.SOCKET_URL })];
      return clients[0].send(new commands[command](input));
    };`,
};

interface Bundle {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** The target for the bundle's load time, as a factor of the load time of the SDK reference. */
  readonly most?: number;
}

function buildReferences(directory: string): Promise<readonly Bundle[]> {
  const resolveDir = fileURLToPath(new URL('..', import.meta.url));
  const bundles = Object.entries(references).map(async ([name, contents], index) => {
    const path = join(directory, `reference-${index}.mjs`);
    const stdin = { contents, resolveDir, loader: 'js' } as const;
    await esbuild.build({ ...bundleSettings, stdin, outfile: path, write: true, sourcemap: false });
    return { name, path, bytes: statSync(path).size };
  });
  return Promise.all(bundles);
}

const LOADER = `
const start = performance.now();
const { handler } = await import(process.argv[2]);
const total = performance.now();
if (typeof handler !== 'function') throw new Error('Bundle not measured: it exports no handler. Build it again.');
console.log(JSON.stringify({ total, load: total - start }));
process.exit();
`;

const execute = promisify(execFile);

/** Times in milliseconds. */
interface LoadTimes {
  /** From the start of Node to the loaded handler. */
  readonly total: number;
  /** The part of it in which the bundle is loaded. */
  readonly load: number;
}

async function loadOnce(loader: string, path: string): Promise<LoadTimes> {
  const { stdout } = await execute(process.execPath, [loader, pathToFileURL(path).href], {
    env: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
  });
  return JSON.parse(stdout);
}

async function measure(bundles: readonly Bundle[], loader: string) {
  const lowest = new Map<string, LoadTimes>();
  // The first round does not count: it reads the files into the operating system's cache.
  for (let round = -1; round < ROUNDS; round++) {
    for (const { name, path } of bundles) {
      const { total, load } = await loadOnce(loader, path);
      if (round < 0) continue;
      const before = lowest.get(name) ?? { total, load };
      lowest.set(name, { total: Math.min(before.total, total), load: Math.min(before.load, load) });
    }
  }
  return lowest;
}

/** Measures each function's bundle: its size, its load time, and the time from the start of Node to its handler. */
export async function coldStart(): Promise<Findings> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-cold-start-'));
  try {
    const loader = join(directory, 'loader.mjs');
    writeFileSync(loader, LOADER);
    const outdir = join(directory, 'functions');
    const functions = (await build({ outdir })).map(({ entry, bytes }) => {
      const path = join(outdir, entry, 'index.mjs');
      // `http` has no target, because no frame waits for it.
      return { name: entry, path, bytes, ...(entry !== 'http' && { most: 0.5 }) };
    });
    const bundles: readonly Bundle[] = [...(await buildReferences(directory)), ...functions];
    const times = await measure(bundles, loader);
    const timesOf = (name: string) => times.get(name) ?? { total: Number.NaN, load: Number.NaN };
    const rows = bundles.flatMap(({ name, bytes, most }): Row[] => {
      const { total, load } = timesOf(name);
      const target = most === undefined ? {} : { most };
      const ratio = { to: `the ${SDK}`, value: load / timesOf(SDK).load, ...target };
      return [
        { name: `bundle size, ${name}`, value: bytes, unit: 'bytes' },
        { name: `bundle load time, ${name}`, value: load, unit: 'ms', ...(name !== SDK && { ratio }) },
        { name: `Node start to handler, ${name}`, value: total, unit: 'ms' },
      ];
    });
    return { rows };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
