import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { coldStart } from './cold-start.ts';
import { counts } from './counts.ts';
import { cpuPerPost } from './cpu-per-post.ts';
import { endToEnd } from './end-to-end.ts';
import { fanOutTimes } from './fan-out.ts';
import { history } from './history.ts';
import { pageWork } from './page.ts';
import { type Benchmark, consoleTable, missedRows, type Result, resultsDocument } from './results.ts';

/** All benchmarks, in the order of `bench/results.md`. */
const benchmarks: readonly Benchmark[] = [
  {
    name: 'counts',
    title: 'AWS requests and cost of each command',
    about:
      'Runs frames through the handlers that run in Lambda, with an embedded DynamoDB and a poster that counts its posts. The numbers are exact, and a test pins them.',
    measure: counts,
  },
  {
    name: 'cpu-per-post',
    title: 'CPU time of a post',
    about:
      'Sends 1,000 posts over kept connections to an endpoint in another process that answers immediately. Each value is the lowest of 20 rounds, as user and system time.',
    measure: cpuPerPost,
  },
  {
    name: 'cold-start',
    title: 'Cold start',
    about:
      'Loads the bundle of each function in a new Node process, and two reference bundles for comparison. Each time is the lowest of 9 rounds.',
    measure: coldStart,
  },
  {
    name: 'fan-out',
    title: 'Fan-out time in rooms of up to 10,000 connections',
    about:
      'Runs the functions’ own code in virtual time against a model of API Gateway, so the results do not depend on this machine, and a test pins them. In the model a post takes 10 ms at the median, and some take much longer. The account has AWS’s default limits (10,000 requests per second, burst of 5,000) or none. Functions are warm, have their deployed memory, and use 38 µs of CPU for each post. The 38 µs come from “CPU time of a post” above; a busier machine needed 51 µs. Where AWS’s limits apply, the time from the first post of a `fanout` function to the last accepted post is compared with the minimum that the limits allow. Sharded and unsharded rooms take similar time. With shards, no function has to read the whole room, and the sender gets its own message first.',
    measure: fanOutTimes,
  },
  {
    name: 'history',
    title: 'History and sync',
    about:
      'Runs the same frames in a room of 1,000 messages and in a room of 100,000, through the handlers that run in Lambda. They call an embedded DynamoDB without a network. Each time is the median of 40 rounds.',
    measure: () => history(),
  },
  {
    name: 'end-to-end',
    title: 'End to end',
    about:
      'Measures from the send to the last recipient over real sockets. The built bundles run on the local stack with its embedded DynamoDB. The reference is a `ws` server that only broadcasts.',
    measure: endToEnd,
  },
  {
    name: 'page',
    title: 'Work of the page for each message',
    about:
      'Opens rooms in the page with Chromium, and sends 300 messages at 20 a second as another member. Each value is the median of three rounds. Times are CPU times of the page’s main thread: script alone, and all work with layout and paint. Needs Chromium.',
    measure: pageWork,
  },
];

/** Returns the benchmarks with these names, or all if there are none. @throws Error for an unknown name */
export function selectBenchmarks(names: readonly string[]): readonly Benchmark[] {
  const unknown = names.find((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown !== undefined) {
    const known = benchmarks.map(({ name }) => name).join(', ');
    throw new Error(`Benchmarks not run: "${unknown}" is not the name of a benchmark. Choose from ${known}.`);
  }
  return names.length === 0 ? benchmarks : benchmarks.filter(({ name }) => names.includes(name));
}

function packageVersion(name: string): string {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  return `${name} ${version}`;
}

function describeEnvironment(): readonly string[] {
  const [cpu] = cpus();
  const [load = 0] = loadavg();
  const packages = ['ws', 'dynalite', '@aws-sdk/client-dynamodb'].map(packageVersion);
  return [
    `${new Date().toISOString().slice(0, 10)}, ${type()} ${release()}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    `Load average in the minute before the run: ${load.toFixed(1)}`,
    [`Node ${process.versions.node}`, `V8 ${process.versions.v8}`, ...packages].join(', '),
  ];
}

async function run(benchmark: Benchmark): Promise<Result> {
  const start = performance.now();
  const findings = await benchmark.measure();
  console.log(`\n${benchmark.title} (${((performance.now() - start) / 1000).toFixed(0)} s)`);
  if (findings.rows && findings.rows.length > 0) console.log(consoleTable(findings.rows));
  for (const { title, columns, rows } of findings.tables ?? []) {
    console.log(`${title}\n${[columns, ...rows].map((cells) => cells.join('\t')).join('\n')}`);
  }
  return { benchmark, findings };
}

async function main(names: readonly string[]): Promise<void> {
  const selected = selectBenchmarks(names);
  const environment = describeEnvironment();
  const results: Result[] = [];
  for (const benchmark of selected) results.push(await run(benchmark));
  // A partial run writes no file, because readers would compare values from different runs.
  if (names.length === 0) {
    const file = new URL('./results.md', import.meta.url);
    writeFileSync(file, resultsDocument(environment, results));
    console.log(`\nWrote ${fileURLToPath(file)}`);
  }
  const missed = missedRows(results);
  for (const { name } of missed) console.error(`Target missed: ${name}`);
  if (missed.length > 0) process.exitCode = 1;
}

if (import.meta.main) {
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
