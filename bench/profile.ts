import { type Profiler, Session } from 'node:inspector/promises';

/** CPU time of the local stack's process. */
export interface CpuUse {
  /** All threads, in milliseconds. */
  readonly totalMs: number;
  /** The main thread, in milliseconds: API Gateway, IAM, Lambda and DynamoDB. Functions run in threads of their own. */
  readonly mainThreadMs: number;
  /** Each component's fraction of the main thread. */
  readonly components: Readonly<Record<string, number>>;
}

/** The components of the local stack, with the files that belong to them. The first match counts. */
const components: readonly (readonly [string, RegExp])[] = [
  [
    'DynamoDB',
    /node_modules\/(dynalite|abstract-level|memory-level|classic-level|level|functional-red-black-tree|big\.js|lazy|async|lock|once)\/|local\/dynamodb\/embedded/,
  ],
  ['DynamoDB’s HTTP server', /local\/dynamodb\//],
  ['API Gateway', /local\/gateway|node_modules\/ws\//],
  ['IAM', /local\/iam\//],
  ['Lambda', /local\/lambda\//],
  ['other', /local\//],
];
const NODE = 'Node (HTTP, sockets, garbage collection)';
const IDLE = 'idle';

/** Functions of an idle thread and of the profiler. */
const idleFunctions = /^\(idle\)|bench\/profile|node:inspector/;

function componentOf({ functionName, url }: Profiler.ProfileNode['callFrame']): string | undefined {
  if (idleFunctions.test(`${functionName} ${url}`)) return IDLE;
  return components.find(([, files]) => files.test(url))?.[0];
}

/** Returns each component's fraction of the samples. The time of Node's own functions counts for their callers. */
export function componentFractions({
  nodes,
  samples = [],
}: Profiler.Profile): Readonly<Record<string, number>> {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node])));
  const found = new Map<number, string | undefined>();
  const find = (node: Profiler.ProfileNode | undefined): string | undefined => {
    if (!node) return undefined;
    if (!found.has(node.id)) found.set(node.id, componentOf(node.callFrame) ?? find(parents.get(node.id)));
    return found.get(node.id);
  };
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const counts = new Map<string, number>();
  for (const id of samples) {
    const component = find(byId.get(id)) ?? NODE;
    counts.set(component, (counts.get(component) ?? 0) + 1);
  }
  counts.delete(IDLE);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return Object.fromEntries([...counts].map(([component, count]) => [component, count / total]));
}

const milliseconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000;

/** Starts profiling this thread. `stop` returns the CPU time of the process and of this thread since then. */
export async function startProfile(): Promise<{ stop(): Promise<CpuUse> }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 1_000 });
  await session.post('Profiler.start');
  const total = process.cpuUsage();
  const thread = process.threadCpuUsage();
  return {
    async stop() {
      const totalMs = milliseconds(process.cpuUsage(total));
      const mainThreadMs = milliseconds(process.threadCpuUsage(thread));
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      return { totalMs, mainThreadMs, components: componentFractions(profile) };
    },
  };
}
