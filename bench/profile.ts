import { type Profiler, Session } from 'node:inspector/promises';

/** CPU in milliseconds, by thread and by part. */
export interface Spent {
  /** Of all threads. */
  readonly all: number;
  /** Of the thread with gateway, IAM, Lambda's front and DynamoDB; the others are the functions. */
  readonly stack: number;
  /** Shares of the stack's thread. */
  readonly parts: Readonly<Record<string, number>>;
}

/** Context of the local stack, by the files that they are in; the first that fits a function, or who called it. */
const parts: readonly (readonly [string, RegExp])[] = [
  [
    'DynamoDB',
    /node_modules\/(dynalite|abstract-level|memory-level|classic-level|level|functional-red-black-tree|big\.js|lazy|async|lock|once)\/|local\/dynamodb\/embedded/,
  ],
  ['DynamoDB’s door', /local\/dynamodb\//],
  ['gateway', /local\/gateway|node_modules\/ws\//],
  ['IAM', /local\/iam\//],
  ['Lambda', /local\/lambda\//],
  ['the rest of the stack', /local\//],
];
const rest = 'Node: HTTP, sockets, garbage';

/** Nothing, and what it takes to look. */
const idle = /^\(idle\)|bench\/profile|node:inspector/;

const partOf = (url: string): string | undefined => parts.find(([, files]) => files.test(url))?.[0];

/** Which share of the samples is each part's. A function of Node's own counts for whoever called it. */
export function sharesOf({ nodes, samples = [] }: Profiler.Profile): Readonly<Record<string, number>> {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node])));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const partsById = new Map<number, string | undefined>();
  const partById = (id: number): string | undefined => {
    if (partsById.has(id)) return partsById.get(id);
    const node = byId.get(id);
    const parent = parents.get(id);
    const own =
      node &&
      (idle.test(`${node.callFrame.functionName} ${node.callFrame.url}`)
        ? 'idle'
        : partOf(node.callFrame.url));
    const found = own ?? (parent && partById(parent.id));
    partsById.set(id, found);
    return found;
  };
  const counts = new Map<string, number>();
  for (const id of samples) {
    const part = partById(id) ?? rest;
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  counts.delete('idle');
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return Object.fromEntries([...counts].map(([part, count]) => [part, count / all]));
}

const milliseconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000;

/** Begins to sample this thread; `stop` tells where its CPU went, and how much of the process's it was. */
export async function profileThread(): Promise<{ stop(): Promise<Spent> }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 1_000 });
  await session.post('Profiler.start');
  const all = process.cpuUsage();
  const thread = process.threadCpuUsage();
  return {
    async stop() {
      const spent = {
        all: milliseconds(process.cpuUsage(all)),
        stack: milliseconds(process.threadCpuUsage(thread)),
      };
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      return { ...spent, parts: sharesOf(profile) };
    },
  };
}
