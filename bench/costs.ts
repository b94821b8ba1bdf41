/** Prices in US dollars. Update them, their date and their sources here when AWS changes them. */
export const prices = {
  date: '2026-11-26',
  region: 'us-east-1',
  /** Where the prices were found. A script fills in most prices of AWS's own pages, so the stored pages lack them. */
  sources: [
    'API Gateway: the increments of 32 KB are from AWS’s pricing page, the prices of messages and requests from awsforengineers.com (May 2025). The price of connection minutes is not confirmed.',
    'DynamoDB: reads and writes on demand from airbyte.com (July 2025); sites that list twice as much show the price before November 2024. Storage from wring.co, point-in-time recovery from finops.com.py.',
    'Lambda on arm64: from a list of May 2026 that is not by AWS.',
    'CloudFront in North America and Europe: traffic to clients from AWS’s pricing page, requests from wring.co, functions from cur.vantage.sh, traffic to the APIs from the tests of Infracost. These are the prices without a flat-rate plan.',
    'S3: storage from cloudburn.io (March 2026), requests and traffic from devnotes.tech.',
    'Cognito, plan Essentials: from a copy of AWS’s pricing page of September 2026 (api-evangelist/amazon-cognito on GitHub).',
    'CloudWatch Logs: from cloudburn.io (February 2026) and c3x.dev (June 2026).',
  ],
  apiGateway: {
    perMillionMessages: 1.0,
    /** A longer message is billed as several messages. */
    meteredBytes: 32 * 1024,
    perMillionConnectionMinutes: 0.25,
    perMillionHttpRequests: 1.0,
  },
  dynamodb: {
    perMillionWriteUnits: 0.625,
    perMillionReadUnits: 0.125,
    perGigabyteMonth: 0.25,
    /** Point-in-time recovery (PITR). */
    backupPerGigabyteMonth: 0.2,
  },
  lambda: { perMillionRequests: 0.2, perGigabyteSecond: 0.0000133334 },
  s3: { perGigabyteMonth: 0.023, perGigabyteOut: 0.09, perMillionPuts: 5.0, perMillionGets: 0.4 },
  /** In North America and Europe. */
  cloudFront: {
    perGigabyteOut: 0.085,
    perGigabyteToOrigin: 0.02,
    perMillionRequests: 1.0,
    perMillionFunctionRuns: 0.1,
  },
  /** The first users of each month are free, even after the first year of an AWS account. */
  cognito: { perMonthlyUser: 0.015, freeMonthlyUsers: 10_000 },
  logs: { perGigabyte: 0.5 },
} as const;

/** Assumptions about the duration of functions, which is not measured. Functions wait for most of this time. */
export const assumed = {
  /** Duration of a round trip to DynamoDB, in milliseconds. */
  roundTripMs: 5,
  /** Duration of a post to `@connections`, in milliseconds. */
  postMs: 10,
  /** Posts that a function sends at the same time. The poster opens this many connections to API Gateway. */
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
 * Returns the usage of one message in a minimal sample such as AWS's `simple-websockets-chat-app`, extended by rooms:
 * it scans the table of all connections and posts to those of the room. It stores no messages and checks no membership.
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

/** The activity of one user on one day. */
export interface Day {
  readonly messages: number;
  /** Connections in each room. */
  readonly roomSize: number;
  readonly readMarks: number;
  readonly typingFrames: number;
  /** How often the user opens a socket, which joins all of their rooms. */
  readonly connects: number;
  readonly rooms: number;
  readonly minutesOpen: number;
  /** The share of the open minutes in which the socket receives no frame. */
  readonly idle: number;
  readonly httpRequests: number;
  readonly pageLoads: number;
  readonly files: number;
  readonly downloadsOfFile: number;
}

/** The day in the example bill. */
export const exampleDay: Day = {
  messages: 20,
  roomSize: 10,
  readMarks: 60,
  typingFrames: 30,
  connects: 8,
  rooms: 10,
  minutesOpen: 120,
  idle: 0.7,
  httpRequests: 40,
  pageLoads: 2,
  files: 0.2,
  downloadsOfFile: 5,
};

/** Sizes in bytes, and other assumptions of the example bill. */
export const exampleAssumptions = {
  daysInMonth: 30,
  /** The number of users in a month, divided by the number of users on a day. */
  monthlyUsersPerDailyUser: 2,
  monthsStored: 12,
  messageBytes: 1_000,
  frameBytes: 400,
  pageBytes: 300_000,
  fileBytes: 500_000,
  /** The bytes that clients send to CloudFront, divided by the bytes that CloudFront sends to them. */
  bytesInPerByteOut: 0.1,
  httpAnswerBytes: 3_000,
  /** Functions log only warnings and errors. */
  logBytesPerInvocation: 20,
} as const;

/** A line of a bill, in US dollars. */
export type BillItem = readonly [item: string, dollars: number];

/** The counted usage of each command in the example bill. */
export interface ExampleUsages {
  readonly message: Usage;
  readonly readMark: Usage;
  readonly typing: Usage;
  /** Opening an inbox, joining a room and loading it, and closing the socket. */
  readonly connect: Usage;
  readonly ping: Usage;
  readonly httpRequest: Usage;
}

const GIGABYTE = 1e9;

/**
 * Returns the monthly bill of a chat, item by item, in US dollars.
 * @param minutesOfSilence the minutes between the pings of an idle socket
 */
export function exampleBill(
  dailyUsers: number,
  usages: ExampleUsages,
  minutesOfSilence: number,
  day: Day = exampleDay,
): readonly BillItem[] {
  const sizes = exampleAssumptions;
  const monthly = (perDay: number) => dailyUsers * perDay * sizes.daysInMonth;
  const minutes = monthly(day.minutesOpen);
  const done: readonly (readonly [item: string, usage: Usage, times: number])[] = [
    ['messages, with receipts for the author', usages.message, monthly(day.messages)],
    ['read marks', usages.readMark, monthly(day.readMarks)],
    ['typing', usages.typing, monthly(day.typingFrames)],
    ['connecting and loading', usages.connect, monthly(day.connects)],
    ['pings', usages.ping, (minutes * day.idle) / minutesOfSilence],
    ['HTTP requests', { ...usages.httpRequest, gatewayMessages: 0 }, monthly(day.httpRequests)],
  ];
  const commands = done.map(([item, usage, times]) => {
    return [item, (costOfMillion(usage).total * times) / 1e6] as const;
  });
  const sum = (quantity: (usage: Usage) => number) =>
    done.reduce((total, [, usage, times]) => total + quantity(usage) * times, 0);
  const frames = sum(({ gatewayMessages }) => gatewayMessages);
  const httpRequests = monthly(day.httpRequests);
  const files = monthly(day.files);
  const requests = httpRequests + monthly(day.pageLoads * 3 + day.connects);
  const storedGigabytes = (monthly(day.messages) * sizes.monthsStored * sizes.messageBytes) / GIGABYTE;
  const outGigabytes =
    (frames * sizes.frameBytes +
      httpRequests * sizes.httpAnswerBytes +
      monthly(day.pageLoads) * sizes.pageBytes) /
    GIGABYTE;
  const fileGigabytes = (files * sizes.fileBytes) / GIGABYTE;
  const { apiGateway, dynamodb, s3, cloudFront, cognito, logs } = prices;
  const paidUsers = Math.max(0, dailyUsers * sizes.monthlyUsersPerDailyUser - cognito.freeMonthlyUsers);
  return [
    ...commands,
    ['connection minutes', (minutes * apiGateway.perMillionConnectionMinutes) / 1e6],
    ['HTTP API', (httpRequests * apiGateway.perMillionHttpRequests) / 1e6],
    ['DynamoDB storage', storedGigabytes * dynamodb.perGigabyteMonth],
    ['point-in-time recovery', storedGigabytes * dynamodb.backupPerGigabyteMonth],
    [
      'files in S3, with their traffic',
      fileGigabytes * (sizes.monthsStored * s3.perGigabyteMonth + day.downloadsOfFile * s3.perGigabyteOut) +
        (files * (s3.perMillionPuts + day.downloadsOfFile * s3.perMillionGets)) / 1e6,
    ],
    [
      'CloudFront requests',
      (requests * (cloudFront.perMillionRequests + cloudFront.perMillionFunctionRuns)) / 1e6,
    ],
    [
      'CloudFront traffic',
      outGigabytes * (cloudFront.perGigabyteOut + cloudFront.perGigabyteToOrigin * sizes.bytesInPerByteOut),
    ],
    ['Cognito users', paidUsers * cognito.perMonthlyUser],
    [
      'logs',
      (sum(({ invocations }) => invocations) * sizes.logBytesPerInvocation * logs.perGigabyte) / GIGABYTE,
    ],
  ];
}
