import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SocketApi } from '../api-routes.ts';
import type { Clock } from '../clock.ts';
import type { FaultOf, Faults, Opening } from '../faults.ts';
import type { Connection, Peer } from './connection.ts';
import { awsLimits, type GatewayLimits, TokenBucket } from './limits.ts';

export interface GatewayOptions {
  /** Returns the deployed API. Called at each use, so that a reloaded template applies to open sockets too. */
  readonly api: () => SocketApi;
  /** Runs a function with an event. Rejects when it throws, times out or may not be invoked. */
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  /** Checks a signed `@connections` call with IAM. Returns the message of the 403, or undefined if allowed. */
  readonly permit: (headers: IncomingHttpHeaders, action: string, resourceArn: string) => string | undefined;
  readonly clock: Clock;
  /** Overrides of AWS's limits. */
  readonly limits?: Partial<GatewayLimits>;
  /** The account's request rate, if other APIs share it. */
  readonly requests?: TokenBucket;
  /** Writes one line. A line never contains a token, a message text or a query string. */
  readonly log: (line: string) => void;
  /** Chooses which `@connections` calls fail. */
  readonly faultOf?: FaultOf;
  /** Chooses which frames are delayed or lost. */
  readonly frameFault?: Faults['frame'];
  /** Chooses how connections open. */
  readonly opening?: Faults['opening'];
  /** Chooses answers that AWS does not document: returns a number from 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** A connection that is not open yet. */
export interface OpeningConnection extends Opening {
  readonly peer: Peer;
}

/** The state of one gateway. */
export interface GatewayState {
  readonly options: GatewayOptions;
  readonly limits: GatewayLimits;
  /** Open connections by id. A connection opens when its `$connect` function has returned. */
  readonly connections: Map<string, Connection>;
  /** The connections whose `$connect` function has been called, but which are not open yet. */
  readonly opening: Map<string, OpeningConnection>;
  /** Sockets that wait for the authorizer or for `$connect`. */
  readonly pending: Set<Duplex>;
  /** Handshakes and function calls that `close` waits for. */
  readonly running: Set<Promise<void>>;
  readonly requests: TokenBucket;
  readonly connects: TokenBucket;
  closing: boolean;
}

export function gatewayState(options: GatewayOptions): GatewayState {
  const limits = { ...awsLimits, ...options.limits };
  const { clock } = options;
  return {
    options,
    limits,
    connections: new Map(),
    opening: new Map(),
    pending: new Set(),
    running: new Set(),
    requests: options.requests ?? new TokenBucket(clock, limits.requestsPerSecond, limits.requestBurst),
    connects: new TokenBucket(clock, limits.connectsPerSecond, limits.connectsPerSecond),
    closing: false,
  };
}

/** Makes `close` wait for `work`, which must not reject. */
export function track(state: GatewayState, work: Promise<void>): void {
  state.running.add(work);
  void work.finally(() => state.running.delete(work));
}
