import type { Clock } from '../clock.ts';

/** The limits of API Gateway. On AWS only the two rates can be raised. */
export interface GatewayLimits {
  /** Largest payload of a client's WebSocket frame, in bytes. */
  readonly frameBytes: number;
  /** Largest message in either direction, in bytes of UTF-8. */
  readonly messageBytes: number;
  /** Largest unsent output for one client, in bytes. A post beyond it gets a 429. */
  readonly clientBufferBytes: number;
  /** How long a connection may stay without a message in either direction, in milliseconds. */
  readonly idleMs: number;
  /** How long a connection may stay open, in milliseconds. */
  readonly lifetimeMs: number;
  /** How long an integration or an authorizer may run, in milliseconds. */
  readonly integrationMs: number;
  /** Rate of the account: inbound messages, HTTP requests and `@connections` calls together. */
  readonly requestsPerSecond: number;
  /** How many requests the account accepts at once before `requestsPerSecond` applies. */
  readonly requestBurst: number;
  /** Rate of new connections of the account. */
  readonly connectsPerSecond: number;
  /** Largest result of an authorizer, in bytes of JSON. */
  readonly authorizerResultBytes: number;
  /**
   * How long a client may take to answer a close frame, and how long `close` waits for `$disconnect` functions, in
   * milliseconds. A limit of the local stack, not of AWS.
   */
  readonly closeMs: number;
}

/**
 * The quotas of WebSocket APIs and of an account (AWS: "Amazon API Gateway quotas").
 * AWS does not publish the size of a client's buffer; 1 MiB is a choice of the local stack.
 */
export const awsLimits: GatewayLimits = {
  frameBytes: 32 * 1024,
  messageBytes: 128 * 1024,
  clientBufferBytes: 1024 * 1024,
  idleMs: 10 * 60_000,
  lifetimeMs: 2 * 60 * 60_000,
  integrationMs: 29_000,
  requestsPerSecond: 10_000,
  requestBurst: 5_000,
  connectsPerSecond: 500,
  authorizerResultBytes: 8 * 1024,
  closeMs: 2_000,
};

/** A token bucket, with which API Gateway limits rates (AWS: "Throttle requests to your WebSocket API"). */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAt = clock.now();
  }

  /** Takes one token. Returns false if the bucket is empty. */
  take(): boolean {
    const now = this.#clock.now();
    if (now > this.#filledAt) {
      this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) * this.#perMs);
    }
    // A clock that moves backwards must not stop the refill.
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/**
 * Returns a function that reads the frame headers in a client's bytes. It calls `onTooLarge` once, for the first
 * frame with a payload over `limit` bytes. API Gateway limits both the frame and the message (AWS: "Amazon API
 * Gateway quotas"); `ws` limits only the message.
 */
export function frameScanner(limit: number, onTooLarge: () => void): (chunk: Uint8Array) => void {
  const header = Buffer.alloc(10);
  let headerBytes = 0;
  let skip = 0;
  let done = false;
  return (chunk) => {
    let at = 0;
    while (!done && at < chunk.length) {
      if (skip > 0) {
        const skipped = Math.min(skip, chunk.length - at);
        at += skipped;
        skip -= skipped;
        continue;
      }
      header[headerBytes++] = chunk[at++] ?? 0;
      const length = payloadLength(header, headerBytes);
      if (length === undefined) continue;
      const maskBytes = header.readUInt8(1) & 0x80 ? 4 : 0;
      headerBytes = 0;
      skip = length + maskBytes;
      if (length > limit) {
        done = true;
        onTooLarge();
      }
    }
  };
}

/** Returns the length of a frame's payload, or undefined while its header is incomplete (RFC 6455, 5.2). */
function payloadLength(header: Buffer, headerBytes: number): number | undefined {
  if (headerBytes < 2) return undefined;
  const short = header.readUInt8(1) & 0x7f;
  if (short < 126) return short;
  if (short === 126) return headerBytes < 4 ? undefined : header.readUInt16BE(2);
  return headerBytes < 10 ? undefined : Number(header.readBigUInt64BE(2));
}
