/** Prices in US dollars. Update them here when AWS changes them. */
export const prices = {
  date: '2026-11',
  region: 'us-east-1',
  source:
    'the AWS pricing pages of API Gateway, DynamoDB (on demand) and Lambda (arm64), without the free tier',
  apiGateway: {
    perMillionMessages: 1.0,
    /** A longer message is billed as several messages. */
    meteredBytes: 32 * 1024,
    perMillionConnectionMinutes: 0.25,
  },
  dynamodb: { perMillionWriteUnits: 0.625, perMillionReadUnits: 0.125 },
  lambda: { perMillionRequests: 0.2, perGigabyteSecond: 0.0000133334 },
} as const;

/** Assumptions for the duration of functions, which counts do not show. Functions spend most of this time waiting. */
export const assumed = {
  /** Duration of a round trip to DynamoDB, in milliseconds. */
  roundTripMs: 5,
  /** Duration of a post to `@connections`, in milliseconds. */
  postMs: 10,
  /** Posts that a function runs in parallel: the poster keeps as many connections to API Gateway open. */
  parallelPosts: 50,
  /** Memory of the functions that send and fan out (`lib/entries.ts`). */
  megabytes: 1024,
} as const;

/** The billed quantities of one message. */
export interface Usage {
  /** Messages that API Gateway bills: the received frame and each post. */
  readonly gatewayMessages: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly invocations: number;
  /** The duration of all functions together, in milliseconds. */
  readonly functionMs: number;
}

/** A cost in US dollars. */
export interface Cost {
  readonly apiGateway: number;
  readonly dynamodb: number;
  readonly lambda: number;
  readonly total: number;
}

/** Returns how many messages API Gateway bills for one frame. */
export const meteredMessages = (frameBytes: number): number =>
  Math.max(1, Math.ceil(frameBytes / prices.apiGateway.meteredBytes));

/**
 * Returns the duration of a function in milliseconds under the assumptions above.
 * @param postWaves the number of parallel posts in each wave of posts
 */
export const functionMs = (roundTrips: number, postWaves: readonly number[]): number =>
  roundTrips * assumed.roundTripMs +
  postWaves.reduce((sum, posts) => sum + Math.ceil(posts / assumed.parallelPosts) * assumed.postMs, 0);

/** Returns the cost of a million messages with this usage. */
export function costOfMillion(usage: Usage): Cost {
  const gigabyteSeconds = (usage.functionMs / 1_000) * 1_000_000 * (assumed.megabytes / 1024);
  const apiGateway = usage.gatewayMessages * prices.apiGateway.perMillionMessages;
  const dynamodb =
    usage.writeUnits * prices.dynamodb.perMillionWriteUnits +
    usage.readUnits * prices.dynamodb.perMillionReadUnits;
  const lambda =
    usage.invocations * prices.lambda.perMillionRequests + gigabyteSeconds * prices.lambda.perGigabyteSecond;
  return { apiGateway, dynamodb, lambda, total: apiGateway + dynamodb + lambda };
}

/** Size of a row in the minimal sample's table, which holds only a connection id. */
const SAMPLE_ROW_BYTES = 28;
/** An eventually consistent scan costs half a read unit for each 4 KB that it reads. */
const BYTES_PER_HALF_READ_UNIT = 4 * 1024;
const SCAN_PAGE_BYTES = 1024 * 1024;

/**
 * Returns the usage of one message in a minimal sample such as AWS's `simple-websockets-chat-app`, extended by rooms: it
 * scans the table of all connections and posts to those of the room. It stores no messages and checks no membership.
 * @param room the number of connections in the room
 * @param connections the number of connections in the table
 */
export function sampleUsage(room: number, connections: number): Usage {
  const bytes = Math.max(room, connections) * SAMPLE_ROW_BYTES;
  return {
    gatewayMessages: 1 + room,
    writeUnits: 0,
    readUnits: Math.max(1, Math.ceil(bytes / BYTES_PER_HALF_READ_UNIT)) / 2,
    invocations: 1,
    functionMs: functionMs(Math.ceil(bytes / SCAN_PAGE_BYTES), [room]),
  };
}
