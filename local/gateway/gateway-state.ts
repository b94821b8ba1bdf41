import type { Duplex } from 'node:stream';
import type { Connection } from './connection.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { awsLimits, type GatewayLimits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** All that lives as long as one gateway does. */
export interface GatewayState {
  readonly options: GatewayOptions;
  readonly limits: GatewayLimits;
  /** Open connections by id: those whose `$connect` has returned. */
  readonly connections: Map<string, Connection>;
  /** Sockets whose upgrade waits for the authorizer or for `$connect`. */
  readonly pending: Set<Duplex>;
  /** Upgrades and calls of functions that `close` waits for. */
  readonly running: Set<Promise<void>>;
  readonly requests: TokenBucket;
  readonly connects: TokenBucket;
  closing: boolean;
}

export function gatewayState(options: GatewayOptions): GatewayState {
  const limits = { ...awsLimits, ...options.limits };
  return {
    options,
    limits,
    connections: new Map(),
    pending: new Set(),
    running: new Set(),
    requests:
      options.requests ?? new TokenBucket(options.clock, limits.requestsPerSecond, limits.requestBurst),
    connects: new TokenBucket(options.clock, limits.connectsPerSecond, limits.connectsPerSecond),
    closing: false,
  };
}

/** Lets `close` wait for `work`, which must not reject. */
export function track(state: GatewayState, work: Promise<void>): void {
  state.running.add(work);
  void work.finally(() => state.running.delete(work));
}
