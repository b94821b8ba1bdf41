import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { type AimValues, aimTable, aimValues, peakMemoryMb } from './aims.ts';
import { Load, type LoadStats } from './load.ts';
import { nextMessage, startOtherStack, startProcess, startStackProcess, stopProcesses } from './processes.ts';
import type { CpuUse } from './profile.ts';
import type { Findings, Row, Table } from './results.ts';
import type { StackRequest } from './stack-process.ts';

/** A number of rooms and members, with the target for the rate in relation to the broadcaster's. */
interface Scenario {
  readonly name: string;
  readonly rooms: number;
  readonly people: number;
  readonly least?: number;
  readonly unit: 'messages/s' | 'deliveries/s';
}

const scenarios: readonly Scenario[] = [
  { name: '10 rooms of 10', rooms: 10, people: 10, least: 0.006, unit: 'messages/s' },
  { name: 'a room of 200', rooms: 1, people: 200, least: 0.015, unit: 'deliveries/s' },
  { name: 'a room of 1,000', rooms: 1, people: 1_000, unit: 'deliveries/s' },
];

/** The highest 99th percentile of the delivery time at a rate that counts as sustained. */
const SLOW_MS = 250;
const MOST_IN_FLIGHT = 256;

/** The duration of one run, in milliseconds. */
const RUN_MS = 2_000;

/** Runs with more and more messages in flight until two runs in a row are slow. Returns the outcome of each run. */
async function increaseLoad(load: Load): Promise<readonly LoadStats[]> {
  // These runs do not count, because V8 compiles code and functions start in them.
  for (const inFlight of [1, 4, 16]) await load.run(inFlight, RUN_MS / 2);
  const runs: LoadStats[] = [];
  let slow = 0;
  for (let inFlight = 1; inFlight <= MOST_IN_FLIGHT && slow < 2; inFlight = Math.ceil(inFlight * 1.5)) {
    const run = await load.run(inFlight, RUN_MS);
    runs.push(run);
    slow = run.p99 > SLOW_MS ? slow + 1 : 0;
  }
  return runs;
}

/** Returns the run with the highest rate, even if it was slow. Only the broadcaster is measured with this advantage. */
export const fastestRun = (runs: readonly LoadStats[]): LoadStats | undefined =>
  runs.toSorted((a, b) => b.messagesPerSecond - a.messagesPerSecond)[0];

/** Returns the run with the highest sustained rate and no loss. If there is none, returns the least slow run. */
export const sustainedRun = (runs: readonly LoadStats[]): LoadStats | undefined =>
  fastestRun(runs.filter(({ p99, lost }) => p99 <= SLOW_MS && lost === 0)) ??
  runs.toSorted((a, b) => a.p99 - b.p99)[0];

interface RunningStack {
  readonly child: ChildProcess;
  readonly url: string;
}

async function running(child: ChildProcess): Promise<RunningStack> {
  return { child, url: String(await nextMessage(child)) };
}

async function request<T>(stack: ChildProcess, message: StackRequest): Promise<T> {
  stack.send(message);
  return (await nextMessage(stack)) as T;
}

const roomsOf = ({ name, rooms, people }: Scenario) =>
  Array.from({ length: rooms }, (_, index) => ({ room: `${name.replaceAll(/\W/g, '')}-${index}`, people }));

/** Opens the connections of a scenario. @param tokens of each room's members, if the server verifies them */
const openLoad = (scenario: Scenario, url: string, tokens?: readonly string[][]): Promise<Load> =>
  Load.open(
    roomsOf(scenario).map(({ room, people }, index) => ({
      url: `${url}?room=${room}`,
      headers:
        tokens?.[index]?.map((token) => ({ Authorization: `Bearer ${token}` })) ?? Array(people).fill({}),
    })),
  );

/** Measures a scenario on a local stack. */
async function measureStack(scenario: Scenario, { child, url }: RunningStack) {
  const tokens = await request<string[][]>(child, { kind: 'rooms', rooms: roomsOf(scenario) });
  const load = await openLoad(scenario, url, tokens);
  // Let the welcome functions finish.
  await wait(1_000);
  const parley = await increaseLoad(load);
  const best = sustainedRun(parley);
  // Repeats the best run once more, to profile the stack's process.
  await request(child, { kind: 'startProfile' });
  const profiled = await load.run(best?.inFlight ?? 1, RUN_MS);
  const cpu = await request<CpuUse>(child, { kind: 'stopProfile' });
  load.close();
  return { scenario, parley, best, cpu, profiled };
}

async function measureBroadcaster(scenario: Scenario, url: string): Promise<LoadStats | undefined> {
  const load = await openLoad(scenario, url);
  const fastest = fastestRun(await increaseLoad(load));
  load.close();
  return fastest;
}

type StackMeasurement = Awaited<ReturnType<typeof measureStack>>;
type Measurement = StackMeasurement & { readonly broadcaster: LoadStats | undefined };

const valuesOf = ([small, large, largest]: readonly StackMeasurement[], { child }: RunningStack): AimValues =>
  aimValues({
    smallRooms: small?.best,
    largeRoom: large?.best,
    oneInFlight: largest?.parley[0],
    memoryMb: peakMemoryMb(child.pid),
  });

function rowsOf({ scenario: { name, unit, least }, broadcaster, parley, best }: Measurement): readonly Row[] {
  const rateOf = (run: LoadStats | undefined): number =>
    (unit === 'messages/s' ? run?.messagesPerSecond : run?.deliveriesPerSecond) ?? Number.NaN;
  const total = (field: 'lost' | 'repeated') => parley.reduce((sum, run) => sum + run[field], 0);
  const rate = rateOf(best);
  const ratio = { to: 'the broadcaster', value: rate / rateOf(broadcaster), ...(least && { least }) };
  const { p50 = Number.NaN, p99 = Number.NaN } = best ?? {};
  const idle = parley[0]?.p50 ?? Number.NaN;
  return [
    { name: `${name}, broadcaster`, value: rateOf(broadcaster), unit },
    { name: `${name}, Parley`, value: rate, unit, ratio },
    { name: `${name}, Parley, median delivery time`, value: p50, unit: 'ms' },
    {
      name: `${name}, Parley, 99th percentile of the delivery time`,
      value: p99,
      unit: 'ms',
      ...(least && { most: SLOW_MS }),
    },
    { name: `${name}, Parley, median with one message in flight`, value: idle, unit: 'ms' },
    { name: `${name}, Parley, lost`, value: total('lost'), unit: 'deliveries', most: 0 },
    { name: `${name}, Parley, delivered twice`, value: total('repeated'), unit: 'deliveries' },
  ];
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(0)}%`;

function cpuTable(title: string, measurements: readonly StackMeasurement[]): Table {
  const row = (label: string, value: (cpu: CpuUse, messages: number) => string) => [
    label,
    ...measurements.map(({ cpu, profiled }) => value(cpu, profiled.sent)),
  ];
  const components = new Set(measurements.flatMap(({ cpu }) => Object.keys(cpu.components)));
  const componentRows = [...components].sort().map((name) =>
    row(`main thread of the local stack: ${name}`, ({ totalMs, mainThreadMs, components }) => {
      return percent(((components[name] ?? 0) * mainThreadMs) / totalMs);
    }),
  );
  return {
    title,
    columns: ['', ...measurements.map(({ scenario }) => scenario.name)],
    rows: [
      row('CPU time for each message, in ms', ({ totalMs }, messages) => (totalMs / messages).toFixed(2)),
      row('threads of Parley’s functions and of V8', (cpu) => percent(1 - cpu.mainThreadMs / cpu.totalMs)),
      ...componentRows,
    ],
  };
}

const notes = [
  'The aims of the table “Speed of the local stack” are for two cores, which the load generator shares. A missed aim does not fail the benchmark, because it depends on the machine. docs/bench.md says where the time goes. “Before” is an earlier version, measured in turn with this one. The stack is one process. Its memory is the largest resident size (VmHWM), with the pages that it shares with other Node processes (about 50 MB).',
  `The load is a closed loop: it keeps a number of messages in flight, and sends the next message when one has reached its last recipient. The next message comes from another member, in the next room. The number in flight grows by half with each run until the 99th percentile of the delivery time exceeds ${SLOW_MS} ms. The highest rate up to that limit counts. For the broadcaster, the highest rate of all runs counts. Load generator, broadcaster and stack are separate processes on the same machine.`,
  'A message has 100 characters, and the frames of both servers have about the same length. Receipts are on. In rooms of 10, each message causes 20 receipts. The broadcaster sends no receipts, and receipts do not count as deliveries. The rate limit and the account’s throttle are off. No delivery may be lost. A message can arrive twice, with the same sequence number, if the answer to a post was late.',
  'For comparison: Django Channels with Redis and PostgreSQL, measured on a similar machine, sustains 1.8% of a broadcaster’s messages in 10 rooms of 10, and 3.5% of its deliveries in a room of 200.',
];

/** The path of a built checkout of an earlier version, which is measured too, in turn with this version. */
const earlierCheckout = process.env['PARLEY_BENCH_BEFORE'];

/** Measures the rate and the delivery time of messages, and compares the rate with a server that only broadcasts. */
export async function endToEnd(): Promise<Findings> {
  const broadcaster = startProcess('reference-server.ts', ['broadcaster']);
  const children = [startStackProcess(), ...(earlierCheckout ? [startOtherStack(earlierCheckout)] : [])];
  try {
    const broadcasterUrl = `ws://127.0.0.1:${await nextMessage(broadcaster)}`;
    const [now, before] = await Promise.all(children.map(running));
    if (!now) throw new Error('Benchmark not measured: the local stack did not start. See its output.');
    const measurements: Measurement[] = [];
    const earlier: StackMeasurement[] = [];
    for (const scenario of scenarios) {
      const fastest = await measureBroadcaster(scenario, broadcasterUrl);
      if (before) earlier.push(await measureStack(scenario, before));
      measurements.push({ ...(await measureStack(scenario, now)), broadcaster: fastest });
    }
    const table = aimTable(valuesOf(measurements, now), before && valuesOf(earlier, before));
    await Promise.all(children.map((child) => request(child, { kind: 'stop' })));
    const cpuTables = [
      cpuTable('CPU time of the stack’s process', measurements),
      ...(before ? [cpuTable('CPU time of the stack’s process before', earlier)] : []),
    ];
    return { rows: measurements.flatMap(rowsOf), tables: [table, ...cpuTables], notes };
  } finally {
    stopProcesses([broadcaster, ...children]);
  }
}
