import { sendMessage } from '../functions/commands/send-message.ts';
import type { Context, FanOutBatch } from '../functions/delivery/context.ts';
import { fanOut } from '../functions/delivery/fan-out.ts';
import type { Session } from '../functions/domain/connection.ts';
import { shardsFor } from '../functions/domain/room.ts';
import { shardOf } from '../functions/store/keys.ts';
import { entries } from '../lib/entries.ts';
import { type GatewayModel, ModelledGateway, wait } from './modelled-gateway.ts';
import { ModelledTables } from './modelled-tables.ts';
import { prices } from './prices.ts';
import { type Row, report } from './row.ts';
import { inVirtualTime } from './virtual-time.ts';

/** What is not measured but assumed. */
export interface Model extends GatewayModel {
  /** Of a round trip to DynamoDB or Lambda, in milliseconds. */
  readonly roundTripMs: number;
  /** From an accepted invocation to its start, in milliseconds: warm, and cold besides. */
  readonly dispatchMs: number;
  readonly coldMs: number;
  readonly warm: boolean;
  readonly megabytes: number;
  /** CPU of a post, on a whole CPU, in milliseconds: `bench/cpu-per-post.ts`. */
  readonly postCpuMs: number;
}

export const standard: Model = {
  // AWS: API Gateway quotas, for the whole account.
  rate: 10_000,
  burst: 5_000,
  medianMs: 10,
  spread: 0.5,
  roundTripMs: 5,
  dispatchMs: 20,
  coldMs: 200,
  warm: true,
  megabytes: entries.fanout.memoryMegabytes,
  postCpuMs: 0.038,
};

export const unlimited = { rate: Number.POSITIVE_INFINITY } as const;

/** AWS: "Configure Lambda function memory": a whole CPU for 1,769 MB. */
const MEGABYTES_PER_CPU = 1_769;
/** A row with its names, of which one strongly consistent read unit brings 4 KB. */
const ROWS_PER_READ_UNIT = 4_096 / 300;

/** How a message went to a room. */
export interface FanOutRun {
  /** Milliseconds from the frame to the last delivery. */
  readonly lastMs: number;
  /** Milliseconds between the first post of a `fanout` and the last that the gateway let in. */
  readonly postingMs: number | undefined;
  readonly delivered: number;
  readonly refused: number;
  /** Invocations: the sender's and those of `fanout`. */
  readonly functions: number;
  readonly dollars: number;
}

const session: Session = {
  id: 'sender-socket=',
  room: 'room',
  shard: 0,
  user: { id: 'sender', username: 'sender', email: 'sender@example.com', userType: '' },
  dialect: 'action',
  reads: 'auto',
  connectedAt: Date.UTC(2029, 11, 31, 23, 59),
  tokenExpiresAt: Date.UTC(2030, 0, 2),
  guest: false,
};

/** A room of so many connections, which came while it had as many shards as it has now. */
function furnish(tables: ModelledTables, connections: number, shards: number): void {
  tables.putRoom('room', shards);
  tables.putMember('room', 'sender');
  const place = (id: string) => ({ id, shard: shardOf(id, shards) });
  tables.putConnection({ ...session, ...place(session.id) });
  for (let index = 1; index < connections; index++) {
    const user = { ...session.user, id: `user-${index}`, username: `user-${index}` };
    tables.putConnection({ ...session, user, ...place(`${(index * 7919).toString(36)}-socket=`) });
  }
}

function dollarsOf(tables: ModelledTables, gateway: ModelledGateway, model: Model, runs: readonly number[]) {
  const writes = tables.calls.filter((name) => name === 'PutItem' || name === 'UpdateItem').length;
  const seconds = runs.reduce((all, ms) => all + ms, 0) / 1_000;
  const { apiGateway, dynamodb, lambda } = prices;
  return (
    ((gateway.taken + 1) * apiGateway.perMillionMessages) / 1e6 +
    (writes * dynamodb.perMillionWriteUnits) / 1e6 +
    ((tables.rowsRead / ROWS_PER_READ_UNIT) * dynamodb.perMillionReadUnits) / 1e6 +
    (runs.length * lambda.perMillionRequests) / 1e6 +
    seconds * (model.megabytes / 1024) * lambda.perGigabyteSecond
  );
}

/** One message in a room, by the functions' own code, in virtual time. */
export function runFanOut(connections: number, sharded: boolean, model: Model): Promise<FanOutRun> {
  return inVirtualTime(connections, async () => {
    const tables = new ModelledTables({ latency: () => wait(model.roundTripMs) });
    furnish(tables, connections, sharded ? shardsFor(connections, 1) : 1);
    const gateway = new ModelledGateway(model);
    const cpuMs = model.postCpuMs / Math.min(1, model.megabytes / MEGABYTES_PER_CPU);
    const serving = (fansOut: boolean) => ({
      db: tables.database,
      poster: gateway.posterOf(cpuMs, fansOut),
      now: Date.now,
    });
    const began = Date.now();
    const runs: number[] = [];
    const timed = async (run: Promise<unknown>, from: number) => {
      await run;
      runs.push(Date.now() - from);
    };
    const running: Promise<void>[] = [];
    const invoked = async (share: FanOutBatch) => {
      await wait(model.dispatchMs);
      const from = Date.now();
      if (!model.warm) await wait(model.coldMs);
      await timed(
        fanOut(share, serving(true), (error) => {
          throw error;
        }),
        from,
      );
    };
    const parts: Context = {
      ...serving(false),
      rates: { group: null, direct: null },
      files: () => {
        throw new Error('File not modelled: a message without one is sent; send that');
      },
      fanOut: async (share) => {
        await wait(model.roundTripMs);
        running.push(invoked(share));
      },
    };
    await timed(sendMessage({ kind: 'SendMessage', text: 'hi', type: 'text' }, session, parts), began);
    await Promise.all(running);
    return {
      lastMs: gateway.deliveredAt - began,
      postingMs: runs.length > 1 ? gateway.lastAt - gateway.firstAt : undefined,
      delivered: gateway.taken,
      refused: gateway.refused,
      functions: runs.length,
      dollars: dollarsOf(tables, gateway, model, runs),
    };
  });
}

/** Milliseconds that the account's limit takes for so many posts, if nothing else does. */
export const dictatedMs = (posts: number, { rate, burst }: GatewayModel): number =>
  (Math.max(0, posts - burst) / rate) * 1_000;

const sizes = [100, 1_000, 10_000] as const;

async function userConnections(connections: number, sharded: boolean, limited: boolean): Promise<Row[]> {
  const model = { ...standard, ...(limited ? {} : unlimited) };
  const run = await runFanOut(connections, sharded, model);
  const place = `${connections.toLocaleString('en')}, ${sharded ? 'shards' : 'chunks'}, ${limited ? 'limits of AWS' : 'no limits'}`;
  const dictated = dictatedMs(connections, model);
  const { postingMs } = run;
  const posting: Row[] =
    postingMs === undefined
      ? []
      : [
          {
            name: `posting by fanout, ${place}`,
            value: postingMs,
            unit: 'ms',
            ...(dictated > 0 &&
              sharded && {
                ratio: { to: 'what the limit dictates', value: postingMs / dictated, most: 1.1 },
              }),
          },
        ];
  return [
    { name: `last delivery, ${place}`, value: run.lastMs, unit: 'ms', ...(!limited && { most: 1_000 }) },
    ...posting,
    { name: `functions, ${place}`, value: run.functions, unit: 'functions' },
    { name: `cost of 1,000 messages, ${place}`, value: run.dollars * 1_000, unit: '$' },
  ];
}

/** What a message to a room takes until its last delivery, how many functions, and what it costs. */
export async function fanOutInTime(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const connections of sizes) {
    for (const limited of [true, false]) {
      rows.push(...(await userConnections(connections, true, limited)));
      if (connections > 1_000) rows.push(...(await userConnections(connections, false, limited)));
    }
  }
  return rows;
}

if (import.meta.main) report(await fanOutInTime());
