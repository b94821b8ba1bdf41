import { nextMessage, startProcess, stopProcesses } from './processes.ts';
import type { Findings, Row } from './results.ts';

const POSTS = 1_000;

/** Rounds for each way of posting. The lowest value counts, because other load on the machine only adds time. */
const ROUNDS = 20;

/** The first rounds do not count, because V8 compiles code and the clients open connections in them. */
const WARM_UP_ROUNDS = 10;

const ways = ['bare', 'poster', 'sdk'] as const;
type Way = (typeof ways)[number];

const env = {
  ...process.env,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEEXAMPLE00',
  AWS_SECRET_ACCESS_KEY: 'x'.repeat(40),
  // This token has the length of a session token in Lambda.
  AWS_SESSION_TOKEN: 'T'.repeat(900),
};

/**
 * Measures the CPU time of a post over kept connections to an endpoint that answers immediately: a bare unsigned
 * request, Parley's poster, and the SDK's command. Each runs in a process of its own, and their rounds alternate.
 */
export async function cpuPerPost(): Promise<Findings> {
  const endpoint = startProcess('reference-server.ts', ['endpoint']);
  const url = `http://127.0.0.1:${await nextMessage(endpoint)}/prod`;
  const processes = ways.map((way) => ({
    way,
    child: startProcess('posting-process.ts', [way, url], env),
  }));
  const lowest: Record<Way, number> = { bare: Infinity, poster: Infinity, sdk: Infinity };
  try {
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      for (const { way, child } of processes) {
        child.send({ posts: POSTS });
        const microseconds = Number(await nextMessage(child));
        if (round >= 0) lowest[way] = Math.min(lowest[way], microseconds);
      }
    }
  } finally {
    stopProcesses([...processes.map(({ child }) => child), endpoint]);
  }
  const { bare, poster, sdk } = lowest;
  const row = (name: string, value: number, ratio?: Row['ratio']): Row => ({
    name: `CPU per post, ${name}`,
    value,
    unit: 'µs',
    ...(ratio && { ratio }),
  });
  const rows = [
    row('bare request', bare),
    row('SDK’s command', sdk, { to: 'the bare request', value: sdk / bare }),
    row('Parley’s poster', poster, { to: 'the bare request', value: poster / bare, most: 2 }),
    row('Parley’s poster', poster, { to: 'the SDK’s command', value: poster / sdk, most: 1 / 3 }),
  ];
  return { rows };
}
