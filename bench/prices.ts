/** Prices in US dollars, as data: change them here when AWS does. */
export const prices = {
  date: '2026-11',
  region: 'us-east-1',
  source: 'the AWS price pages of API Gateway, DynamoDB on demand and Lambda on arm64; without the free tier',
  apiGateway: {
    /** A message in or out; of more than `meteredBytes` it counts as several. */
    perMillionMessages: 1.0,
    meteredBytes: 32 * 1024,
    perMillionConnectionMinutes: 0.25,
  },
  dynamodb: { perMillionWriteUnits: 0.625, perMillionReadUnits: 0.125 },
  lambda: { perMillionRequests: 0.2, perGigabyteSecond: 0.0000133334 },
} as const;

/** What no count says. A function waits for nearly all of its time, so this is what its seconds are made of. */
export const assumed = {
  /** Of one round trip to DynamoDB, in milliseconds. */
  roundTripMs: 5,
  /** Of one post to `@connections`, in milliseconds. */
  postMs: 10,
  /** Posts that a function has under way at once: the lines that the poster keeps. */
  postsAtOnce: 50,
  /** Of the function that serves a frame: what `lib/entries.ts` says. */
  megabytes: 1024,
} as const;
