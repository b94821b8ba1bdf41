import type { ChildProcess } from 'node:child_process';
import { heard, letGo, start } from './processes.ts';
import { type Row, report } from './row.ts';

export interface CpuPerPostOptions {
  /** Posts in one fan-out. */
  readonly posts?: number;
  /** How often each way is measured, in turns with the others. The least counts: what else runs can only add. */
  readonly rounds?: number;
}

const ways = ['bare', 'thin', 'sdk'] as const;
type Way = (typeof ways)[number];

const env = {
  ...process.env,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEEXAMPLE00',
  AWS_SECRET_ACCESS_KEY: 'x'.repeat(40),
  // As long as those that Lambda has.
  AWS_SESSION_TOKEN: 'T'.repeat(900),
};

/** Code is compiled and connections are opened in these, which do not count. */
const WARM_UPS = 10;

async function leastOf(
  processes: Readonly<Record<Way, ChildProcess>>,
  posts: number,
  rounds: number,
): Promise<Readonly<Record<Way, number>>> {
  const least = {
    bare: Number.POSITIVE_INFINITY,
    thin: Number.POSITIVE_INFINITY,
    sdk: Number.POSITIVE_INFINITY,
  };
  for (let round = -WARM_UPS; round < rounds; round++) {
    for (const way of ways) {
      processes[way].send({ posts });
      const cost = Number(await heard(processes[way]));
      if (round >= 0) least[way] = Math.min(least[way], cost);
    }
  }
  return least;
}

/**
 * CPU per post of a fan-out, over kept connections to an endpoint that answers at once: of a bare request that signs
 * nothing, of the poster, and of the SDK's command. Each way runs in a process of its own.
 */
export async function cpuPerPost({
  posts = 1000,
  rounds = 20,
}: CpuPerPostOptions = {}): Promise<readonly Row[]> {
  const gateway = start('gateway-process.ts', [], { env });
  const port = await heard(gateway);
  const url = `http://127.0.0.1:${port}/prod`;
  const [bare, thin, sdk] = ways.map((way) => start('posting-process.ts', [way, url], { env })) as [
    ChildProcess,
    ChildProcess,
    ChildProcess,
  ];
  try {
    const least = await leastOf({ bare, thin, sdk }, posts, rounds);
    const toBare = { to: 'the bare request', value: least.thin / least.bare, most: 2 };
    const toSdk = { to: 'the SDK’s command', value: least.thin / least.sdk, most: 1 / 3 };
    return [
      { name: 'CPU per post, bare request', value: least.bare, unit: 'µs' },
      {
        name: 'CPU per post, SDK’s command',
        value: least.sdk,
        unit: 'µs',
        ratio: { to: 'the bare request', value: least.sdk / least.bare },
      },
      { name: 'CPU per post, poster', value: least.thin, unit: 'µs', ratio: toBare },
      { name: 'CPU per post, poster', value: least.thin, unit: 'µs', ratio: toSdk },
    ];
  } finally {
    letGo([bare, thin, sdk, gateway]);
  }
}

if (import.meta.main) report(await cpuPerPost());
