import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from './iam/access.ts';
import type { Functions } from './lambda/functions.ts';
import type { AwsCall } from './trace.ts';

/**
 * A fault in a function's call to AWS. `throttled` and `failed` do not execute the call. `answer lost` executes it and
 * answers 5xx; `answer cut` executes it and breaks the socket. `killed before` and `killed after` end the function's
 * execution environment before the call, or between the call and its response.
 */
export type CallFault =
  | 'throttled'
  | 'failed'
  | 'answer lost'
  | 'answer cut'
  | 'killed before'
  | 'killed after';

/** A call that a function makes to DynamoDB, Lambda, S3 or `@connections`, and that its role allows. */
export interface FallibleCall extends Pick<AwsCall, 'action' | 'resource'> {
  readonly functionName: string;
  /** The id of a call, which the SDK sends with every attempt of this call. Empty if no SDK made the call. */
  readonly invocation: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** A frame from a client (`in`) or to a client (`out`). */
export interface FallibleFrame {
  readonly direction: 'in' | 'out';
  readonly connectionId: string;
  readonly data: Buffer;
}

/**
 * A fault of a frame. The next frame may overtake a `delayed` one. A `dropped` frame is lost without a trace. `cut`
 * drops the frame and destroys the socket, with or without `$disconnect`, which is best effort (AWS: "Manage connected
 * users and client apps").
 */
export type FrameFault =
  | { readonly kind: 'delayed'; readonly ms: number }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'cut'; readonly disconnects: boolean };

/** How a connection opens after `$connect` has returned. */
export interface Opening {
  /** How long API Gateway takes until posts reach the client, in milliseconds. */
  readonly afterMs?: number;
  /** Whether GET @connections answers 200 before then. Default: random, because AWS does not document the answer. */
  readonly answersEarly?: boolean;
}

/** Chooses how each connection opens, and the fault of each call and each frame. Undefined means no fault. */
export interface Faults {
  /** Called once for each connection, at the start of its handshake. */
  readonly opening?: (connectionId: string) => Opening;
  readonly call?: (call: FallibleCall) => CallFault | undefined;
  readonly frame?: (frame: FallibleFrame) => FrameFault | undefined;
}

/** The fault of one call. `kill` ends the execution environment that made the call. */
export interface Fault {
  readonly kind: CallFault;
  readonly kill: () => Promise<void>;
}

/** Returns the fault of the call with these headers. */
export type FaultOf = (
  headers: IncomingHttpHeaders,
  call: Pick<AwsCall, 'action' | 'resource'>,
) => Fault | undefined;

/** Returns the function with which each endpoint looks up a call's fault. A developer's calls have none. */
export function callFaults(call: NonNullable<Faults['call']>, access: Access, functions: Functions): FaultOf {
  return (headers, { action, resource }) => {
    const caller = access.callerOf(headers);
    if (caller.kind !== 'function') return undefined;
    const { functionName, environment } = caller;
    // AWS SDKs send both headers, and Parley's own client sends neither (AWS SDKs and Tools Reference Guide: "Retry
    // behavior").
    const attempt = Number(/attempt=(\d+)/.exec(String(headers['amz-sdk-request']))?.[1] ?? 1);
    const invocation = String(headers['amz-sdk-invocation-id'] ?? '');
    const kind = call({ functionName, action, resource, invocation, attempt });
    return kind && { kind, kill: () => functions.kill(functionName, environment) };
  };
}

/** The possible results of a call: `run` executes it, the others are the service's error responses. */
export interface CallResults<T> {
  readonly run: () => T | Promise<T>;
  readonly throttled: T;
  readonly failed: T;
}

/**
 * Executes a call with a fault, which may prevent the call or lose its response. Resolves to undefined if the caller
 * gets no response.
 */
export async function applyFault<T>(fault: Fault, results: CallResults<T>): Promise<T | undefined> {
  switch (fault.kind) {
    case 'throttled':
      return results.throttled;
    case 'failed':
      return results.failed;
    case 'answer lost':
      await results.run();
      return results.failed;
    case 'answer cut':
      await results.run();
      return undefined;
    case 'killed before':
      await fault.kill();
      return undefined;
    case 'killed after':
      await results.run();
      await fault.kill();
      return undefined;
    default:
      throw new Error(`Unknown fault: ${String(fault.kind satisfies never)}. Use one of CallFault.`);
  }
}
