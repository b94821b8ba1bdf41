import type { Socket } from 'node:net';
import { edgeFunctionRunner, type RunEdgeFunction } from './edge-function.ts';
import type { EdgeOptions } from './edge-options.ts';
import { cloudFrontLimits, type EdgeLimits } from './limits.ts';

/** All that lives as long as one edge does. */
export interface EdgeState {
  readonly options: EdgeOptions;
  readonly limits: EdgeLimits;
  readonly run: RunEdgeFunction;
  /** Viewers' sockets that asked for an upgrade, whether they have it or still wait. */
  readonly upgrading: Set<Socket>;
  /** Those of them that have it. */
  readonly tunnels: Set<Socket>;
}

export function edgeState(options: EdgeOptions): EdgeState {
  const limits = { ...cloudFrontLimits, ...options.limits };
  return {
    options,
    limits,
    run: edgeFunctionRunner(limits.functionMs),
    upgrading: new Set(),
    tunnels: new Set(),
  };
}
