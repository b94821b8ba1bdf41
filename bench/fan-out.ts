import { sendMessage } from '../functions/commands/send-message.ts';
import { Budgets } from '../functions/delivery/budgets.ts';
import type { Context, FanOutBatch } from '../functions/delivery/context.ts';
import { fanOut } from '../functions/delivery/fan-out.ts';
import type { Session } from '../functions/domain/connection.ts';
import { shardsFor } from '../functions/domain/room.ts';
import { shardOf } from '../functions/store/keys.ts';
import { assumed, costOfMillion } from './costs.ts';
import { type GatewayModel, ModelledGateway, wait } from './modelled-gateway.ts';
import { ModelledTables } from './modelled-tables.ts';
import type { Findings, Row } from './results.ts';
import { inVirtualTime } from './virtual-time.ts';

/** The assumptions of the model. */
export interface Model extends GatewayModel {
  /** Duration of a round trip to DynamoDB or Lambda, in milliseconds. */
  readonly roundTripMs: number;
  /** Time from an accepted invocation to the start of a warm function, in milliseconds. */
  readonly dispatchMs: number;
  /** CPU time of a post on a whole CPU, in milliseconds, as measured by `bench/cpu-per-post.ts`. */
  readonly postCpuMs: number;
}

/** The account's default limits (AWS: API Gateway quotas) and warm functions. */
export const standard: Model = {
  rate: 10_000,
  burst: 5_000,
  medianMs: 10,
  spread: 0.5,
  roundTripMs: 5,
  dispatchMs: 20,
  postCpuMs: 0.038,
};

export const unlimited = { rate: Number.POSITIVE_INFINITY } as const;

/** Lambda gives a function one whole CPU at this memory (AWS: Configure Lambda function memory). */
const MEGABYTES_PER_CPU = 1_769;

/** A strongly consistent read unit covers 4 KB. A connection's row has about 300 bytes. */
const ROWS_PER_READ_UNIT = 4_096 / 300;

/** The outcome of one message to a room. */
export interface FanOutRun {
  /** Milliseconds from the frame to the last delivery. */
  readonly lastDeliveryMs: number;
  /** Milliseconds from the first post of a `fanout` function to the last accepted post. Undefined without `fanout`. */
  readonly fanOutMs: number | undefined;
  readonly delivered: number;
  readonly throttled: number;
  /** Invocations of `send` and `fanout`. */
  readonly invocations: number;
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
};

/** Fills a room with connections that opened when the room already had this number of shards. */
function fillRoom(tables: ModelledTables, connections: number, shards: number): void {
  tables.putRoom('room', shards);
  tables.putMember('room', 'sender');
  const place = (id: string) => ({ id, shard: shardOf(id, shards) });
  tables.putConnection({ ...session, ...place(session.id) });
  for (let index = 1; index < connections; index++) {
    const user = { ...session.user, id: `user-${index}`, username: `user-${index}` };
    tables.putConnection({ ...session, user, ...place(`${(index * 7919).toString(36)}-socket=`) });
  }
}

/** Returns the cost of one message. */
function costOf(tables: ModelledTables, gateway: ModelledGateway, durationsMs: readonly number[]): number {
  const { total } = costOfMillion({
    gatewayMessages: gateway.delivered + 1,
    writeUnits: tables.calls.filter((name) => name === 'PutItem' || name === 'UpdateItem').length,
    readUnits: tables.rowsRead / ROWS_PER_READ_UNIT,
    invocations: durationsMs.length,
    functionMs: durationsMs.reduce((sum, ms) => sum + ms, 0),
  });
  return total / 1_000_000;
}

/** Sends one message to a room, with the functions' own code, in virtual time. */
export function runFanOut(connections: number, sharded: boolean, model: Model): Promise<FanOutRun> {
  return inVirtualTime(connections, async () => {
    const tables = new ModelledTables({ latency: () => wait(model.roundTripMs) });
    fillRoom(tables, connections, sharded ? shardsFor(connections, 1) : 1);
    const gateway = new ModelledGateway(model);
    const cpuMs = model.postCpuMs / Math.min(1, assumed.megabytes / MEGABYTES_PER_CPU);
    const postingContext = (isFanOut: boolean) => ({
      db: tables.database,
      poster: gateway.createPoster(cpuMs, isFanOut),
      now: Date.now,
    });
    const start = Date.now();
    const durationsMs: number[] = [];
    const measureDuration = async (run: () => Promise<unknown>) => {
      const from = Date.now();
      await run();
      durationsMs.push(Date.now() - from);
    };
    const fanOuts: Promise<void>[] = [];
    const runBatch = async (batch: FanOutBatch) => {
      await wait(model.dispatchMs);
      await measureDuration(() =>
        fanOut(batch, postingContext(true), (error) => {
          throw error;
        }),
      );
    };
    const context: Context = {
      ...postingContext(false),
      rates: { group: null, direct: null },
      budgets: new Budgets(false),
      files: () => {
        throw new Error('Message not sent: the model has no files. Send a message without one.');
      },
      fanOut: async (batch) => {
        await wait(model.roundTripMs);
        fanOuts.push(runBatch(batch));
      },
    };
    const command = { kind: 'SendMessage', text: 'hi', type: 'text' } as const;
    await measureDuration(() => sendMessage(command, session, context));
    await Promise.all(fanOuts);
    return {
      lastDeliveryMs: gateway.lastDeliveredAt - start,
      fanOutMs: fanOuts.length > 0 ? gateway.lastAcceptedAt - gateway.firstPostAt : undefined,
      delivered: gateway.delivered,
      throttled: gateway.throttled,
      invocations: durationsMs.length,
      dollars: costOf(tables, gateway, durationsMs),
    };
  });
}

/** Returns the shortest time in milliseconds in which the account's limits allow this number of posts. */
export const minimumMs = (posts: number, { rate, burst }: GatewayModel): number =>
  (Math.max(0, posts - burst) / rate) * 1_000;

async function rowsOf(connections: number, sharded: boolean, limited: boolean): Promise<readonly Row[]> {
  const model = { ...standard, ...(limited ? {} : unlimited) };
  const { lastDeliveryMs, fanOutMs, invocations, dollars } = await runFanOut(connections, sharded, model);
  const room = `${connections.toLocaleString('en')} connections, ${sharded ? 'sharded' : 'unsharded'}, ${limited ? 'AWS’s limits' : 'no limits'}`;
  const minimum = minimumMs(connections, model);
  const rows: Row[] = [
    { name: `last delivery, ${room}`, value: lastDeliveryMs, unit: 'ms', ...(!limited && { most: 1_000 }) },
  ];
  if (fanOutMs !== undefined) {
    const ratio = { to: 'the minimum under the limits', value: fanOutMs / minimum, most: 1.1 };
    const name = `posts of the fanout functions, ${room}`;
    rows.push({ name, value: fanOutMs, unit: 'ms', ...(minimum > 0 && sharded && { ratio }) });
  }
  rows.push(
    { name: `Lambda, ${room}`, value: invocations, unit: 'invocations' },
    { name: `cost of 1,000 messages, ${room}`, value: dollars * 1_000, unit: '$' },
  );
  return rows;
}

/** Measures the delivery time, the invocations and the cost of a message in rooms of several sizes. */
export async function fanOutTimes(): Promise<Findings> {
  const rows: Row[] = [];
  for (const connections of [100, 1_000, 10_000]) {
    for (const limited of [true, false]) {
      rows.push(...(await rowsOf(connections, true, limited)));
      // A room of up to 1,000 connections has one shard, so there is nothing to compare.
      if (connections > 1_000) rows.push(...(await rowsOf(connections, false, limited)));
    }
  }
  return { rows };
}
