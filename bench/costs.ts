import { assumed, prices } from './prices.ts';

/** What is billed of one message. */
export interface Usage {
  /** API Gateway's messages: the one that came in, and the posts. */
  readonly gatewayMessages: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly invocations: number;
  /** Of all functions together. */
  readonly functionMs: number;
}

/** US dollars. */
export interface Cost {
  readonly apiGateway: number;
  readonly dynamodb: number;
  readonly lambda: number;
  readonly total: number;
}

const MILLION = 1_000_000;

/** How many messages a frame is metered as. @param bytes of one frame */
export const metered = (bytes: number): number =>
  Math.max(1, Math.ceil(bytes / prices.apiGateway.meteredBytes));

/**
 * Milliseconds for which functions run, by what is assumed of round trips and posts.
 * @param postWaves how many posts are under way at the same time, each time that there are any
 */
export const functionMs = (trips: number, postWaves: readonly number[]): number =>
  trips * assumed.roundTripMs +
  postWaves.reduce((sum, posts) => sum + Math.ceil(posts / assumed.postsAtOnce) * assumed.postMs, 0);

/** What so much costs a million times. */
export function costOfMillion(usage: Usage): Cost {
  const { apiGateway, dynamodb, lambda } = prices;
  const gigabyteSeconds = ((usage.functionMs * MILLION) / 1000) * (assumed.megabytes / 1024);
  const parts = {
    apiGateway: usage.gatewayMessages * apiGateway.perMillionMessages,
    dynamodb:
      usage.writeUnits * dynamodb.perMillionWriteUnits + usage.readUnits * dynamodb.perMillionReadUnits,
    lambda: usage.invocations * lambda.perMillionRequests + gigabyteSeconds * lambda.perGigabyteSecond,
  };
  return { ...parts, total: parts.apiGateway + parts.dynamodb + parts.lambda };
}

/** Bytes of a row of the usual sample, which keeps the connection's id and nothing else. */
const SAMPLE_ROW_BYTES = 28;
const SCAN_UNIT_BYTES = 8 * 1024;
const SCAN_PAGE_BYTES = 1024 * 1024;

/**
 * A message of the usual sample: it scans the table of all connections, whatever room they are of, and posts to each
 * of the room. It stores no message, checks no member, knows no receipt and finds no repeat.
 * @param room how many connections get the message
 * @param connections how many there are in the table, at least those of the room
 */
export function sampleUsage(room: number, connections: number): Usage {
  const bytes = Math.max(room, connections) * SAMPLE_ROW_BYTES;
  return {
    gatewayMessages: 1 + room,
    writeUnits: 0,
    // AWS: a scan is billed by what it reads; half a unit for 4 KB where it need not be consistent.
    readUnits: Math.max(0.5, Math.ceil(bytes / (SCAN_UNIT_BYTES / 2)) * 0.5),
    invocations: 1,
    functionMs: functionMs(Math.ceil(bytes / SCAN_PAGE_BYTES), [room]),
  };
}
