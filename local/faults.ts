import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from './iam/access.ts';
import type { Functions } from './lambda/functions.ts';
import type { AwsCall } from './trace.ts';

/**
 * What happens to a function's call instead of its answer. `throttled` and `failed` leave it undone; of `answer lost`
 * (a 5xx) and `answer cut` (a broken socket) only the caller does not know that it was done; the others end the
 * function's execution environment before the call is done, or after it and before its answer.
 */
export type CallFault =
  | 'throttled'
  | 'failed'
  | 'answer lost'
  | 'answer cut'
  | 'killed before'
  | 'killed after';

/** A call that a function makes to DynamoDB, Lambda or `@connections`, and that its role allows. */
export interface FallibleCall extends Pick<AwsCall, 'action' | 'resource'> {
  readonly functionName: string;
  /** The same for all tries of one call, which the SDK makes by itself; empty where no SDK calls. */
  readonly invocation: string;
  /** 1 for the first try. */
  readonly attempt: number;
}

/** A frame that has come from a client, or that was posted to one. */
export interface FallibleFrame {
  readonly direction: 'in' | 'out';
  readonly connectionId: string;
}

/**
 * What happens to a frame. A delayed one may be overtaken by the next; a cut takes the frame with it and destroys the
 * socket. AWS: "Manage connected users and client apps", `$disconnect` is best effort, so a cut may go without it.
 */
export type FrameFault =
  | { readonly kind: 'delayed'; readonly ms: number }
  | { readonly kind: 'cut'; readonly disconnects: boolean };

/** Is asked at the local stack's doors what goes wrong now; undefined is nothing. */
export interface Faults {
  readonly call?: (call: FallibleCall) => CallFault | undefined;
  readonly frame?: (frame: FallibleFrame) => FrameFault | undefined;
}

/** A fault of one call, and how to end the environment that made it. */
export interface Fault {
  readonly kind: CallFault;
  readonly kill: () => Promise<void>;
}

export type AskFault = (
  headers: IncomingHttpHeaders,
  call: Pick<AwsCall, 'action' | 'resource'>,
) => Fault | undefined;

/** What the doors ask for each call. A developer's calls never fail. */
export function askFaults(call: NonNullable<Faults['call']>, access: Access, functions: Functions): AskFault {
  return (headers, { action, resource }) => {
    const caller = access.callerOf(headers);
    if (caller.kind !== 'function') return undefined;
    const { functionName, environment } = caller;
    // Both headers are of every AWS SDK: the "Retry behavior" page of its reference guide.
    const attempt = Number(/attempt=(\d+)/.exec(String(headers['amz-sdk-request']))?.[1] ?? 1);
    const invocation = String(headers['amz-sdk-invocation-id'] ?? '');
    const kind = call({ functionName, action, resource, invocation, attempt });
    return kind && { kind, kill: () => functions.kill(functionName, environment) };
  };
}

/** The answers to a call: its own, and those of the faults. */
export interface Answers<T> {
  readonly run: () => T | Promise<T>;
  readonly throttled: T;
  readonly failed: T;
}

/** Does what a fault leaves of a call. Resolves to the answer, or to undefined where the caller gets none. */
export async function suffer<T>(fault: Fault, answers: Answers<T>): Promise<T | undefined> {
  switch (fault.kind) {
    case 'throttled':
      return answers.throttled;
    case 'failed':
      return answers.failed;
    case 'answer lost':
      await answers.run();
      return answers.failed;
    case 'answer cut':
      await answers.run();
      return undefined;
    case 'killed before':
      await fault.kill();
      return undefined;
    case 'killed after':
      await answers.run();
      await fault.kill();
      return undefined;
    default:
      throw new Error(`Fault not known: ${String(fault.kind satisfies never)}; see local/faults.ts`);
  }
}
