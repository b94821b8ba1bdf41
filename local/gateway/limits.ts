/** What API Gateway allows. None of these can be raised on AWS, but for the two account rates. */
export interface GatewayLimits {
  /** Largest WebSocket frame from a client, in bytes of payload. */
  readonly frameBytes: number;
  /** Largest message, in or out, in bytes of UTF-8. */
  readonly messageBytes: number;
  /** Bytes that may wait for one slow client before posts to it are refused with 429. */
  readonly clientBufferBytes: number;
  /** Milliseconds without a message in either direction after which a connection is closed. */
  readonly idleMs: number;
  /** Milliseconds after which a connection is closed whatever it does. */
  readonly lifetimeMs: number;
  /** Milliseconds that an integration or an authorizer may take. */
  readonly integrationMs: number;
  /** Requests a second of the whole account: inbound messages and `@connections` calls together. */
  readonly requestsPerSecond: number;
  /** Requests that may come at once before `requestsPerSecond` holds. */
  readonly requestBurst: number;
  /** New connections a second of the whole account. */
  readonly connectsPerSecond: number;
  /** Bytes of JSON that an authorizer may return. */
  readonly authorizerResultBytes: number;
  /** Milliseconds that a client has to answer a close frame, and that `close` waits for `$disconnect`. Ours. */
  readonly closeMs: number;
}

/**
 * AWS: "Amazon API Gateway quotas" for WebSocket APIs and for the account level.
 * The size of a client's buffer is not published; 1 MiB is our choice.
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
